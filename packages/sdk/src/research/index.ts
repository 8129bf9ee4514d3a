// SPDX-License-Identifier: GPL-3.0-or-later
//
// "@vitalproof/sdk/research": research queries. A separate entry point, since most callers do not need it.

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
export { codeOf, highestCodeOf, valueAt } from "./question/codes.ts";
export { compileQuestion } from "./question/compile.ts";
export { explainQuestion } from "./question/explain.ts";
export { explainProgram } from "./question/explainProgram.ts";
export { circuitsFor, type ProgramSizes, sizesOfProgram } from "./question/fitting.ts";
export { formatExpression, formatQuestion } from "./question/formatQuestion.ts";
export { parseQuestion } from "./question/parseQuestion.ts";
export {
  type Comparison,
  type Expression,
  type Question,
  RESEARCH_QUESTION,
  STATISTIC_NAMES,
  STATISTICS,
  type Statistic,
} from "./question/question.ts";
export type { WhyNotPossible } from "./question/rules.ts";
export {
  type Amount,
  assertDatasetSchema,
  type CategoryColumnSchema,
  type ColumnSchema,
  DATASET_SCHEMA,
  type DatasetSchema,
  type NumberColumnSchema,
  readDatasetSchema,
} from "./question/schema.ts";
export { RESERVED_WORDS } from "./question/tokens.ts";
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
export { type Figure, type QuestionResult, resultOf } from "./result.ts";
export {
  type CurvePair,
  isResearchKey,
  ResearchKey,
  randomEphemeral,
  type SealedAnswer,
  seal,
} from "./seal.ts";
