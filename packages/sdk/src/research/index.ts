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
export {
  type CurvePair,
  isResearchKey,
  ResearchKey,
  randomEphemeral,
  type SealedAnswer,
  seal,
} from "./seal.ts";
