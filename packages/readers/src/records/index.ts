// SPDX-License-Identifier: GPL-3.0-or-later
//
// "@vitalproof/readers/records": a custodian's tables and exports, read into the columns of a dataset for research queries.

export { bytesInput, fileInput, textInput } from "../input.ts";
export { assertRecordsMapping } from "./checkMapping.ts";
export { type CodedRecords, type CodeRecordsOptions, codeRecords } from "./codeRecords.ts";
export { RECORD_FAULTS, type RecordFault, type RecordFaultKind } from "./fault.ts";
export { RECORDS_MAPPING, readRecordsMapping } from "./mapping.ts";
export {
  BEYOND,
  type Beyond,
  type CodeRule,
  type CsvOrigin,
  type CsvRecords,
  type CsvSource,
  type FhirOrigin,
  type FhirRecords,
  type FhirSource,
  PICKS,
  type Pick,
  type RecordsMapping,
  ROUNDING,
  type Rounding,
  type UnitRule,
  type ValueRule,
  type WordRule,
} from "./origins.ts";
export { readCsvRecords } from "./readCsvRecords.ts";
export { readFhirRecords } from "./readFhirRecords.ts";
export type {
  ColumnChanges,
  ReadRecordsOptions,
  RecordsFile,
  RecordsReading,
  RecordValues,
} from "./reading.ts";
export {
  SYNTHETIC_SCHEMA,
  type SyntheticCohort,
  type SyntheticCohortOptions,
  syntheticCohort,
  syntheticMapping,
} from "./syntheticCohort.ts";
