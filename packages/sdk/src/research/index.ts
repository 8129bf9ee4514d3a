// SPDX-License-Identifier: GPL-3.0-or-later
//
// "@vitalproof/sdk/research": research queries. A separate entry point, since most callers do not need it.

export type { Point } from "../internal/babyJubJub.ts";
export {
  type Answer,
  type AnswerRequest,
  answer,
  pageWitness,
  type QuerySizes,
  querySizesOf,
} from "./answer.ts";
export {
  columnRootOf,
  type DataColumn,
  type DataPage,
  dataPage,
  dataPageRootOf,
  HIGHEST_CODE,
  PAGE_COLUMNS,
  rootOfDataPage,
} from "./column.ts";
export {
  type AnswerClasses,
  type AnswerSums,
  classesRootOf,
  type Evaluation,
  evaluateProgram,
  type GroupSums,
  MIN_CELL,
  packSums,
  type RecordClass,
  type SmallCell,
  unpackSums,
} from "./evaluate.ts";
export { researchFamilyFields } from "./family.ts";
export {
  assertProgram,
  type Condition,
  MOST_CONDITIONS,
  type Program,
  type ProgramWords,
  packProgram,
  unpackProgram,
} from "./program.ts";
export { codeOf, highestCodeOf, valueAt } from "./query/codes.ts";
export { compileQuery } from "./query/compile.ts";
export { explainQuery } from "./query/explain.ts";
export { explainProgram } from "./query/explainProgram.ts";
export { circuitsFor, type ProgramSizes, sizesOfProgram } from "./query/fitting.ts";
export { formatExpression, formatQuery } from "./query/formatQuery.ts";
export { parseQuery } from "./query/parseQuery.ts";
export {
  type Comparison,
  type Expression,
  type Query,
  RESEARCH_QUERY,
  STATISTIC_NAMES,
  STATISTICS,
  type Statistic,
} from "./query/query.ts";
export type { WhyNotPossible } from "./query/rules.ts";
export {
  type Amount,
  assertDatasetSchema,
  type CategoryColumnSchema,
  type ColumnSchema,
  DATASET_SCHEMA,
  type DatasetSchema,
  type NumberColumnSchema,
  readDatasetSchema,
} from "./query/schema.ts";
export { RESERVED_WORDS } from "./query/tokens.ts";
export {
  type AnswerWords,
  answerInputs,
  answerTranscript,
  payeeActionOf,
  type RequestAddress,
  type RequestState,
  requestDomainOf,
  requestOf,
} from "./request.ts";
export { type Figure, type QueryResult, resultOf } from "./result.ts";
export {
  isResearchKey,
  ResearchKey,
  randomEphemeral,
  type SealedAnswer,
  seal,
} from "./seal.ts";
