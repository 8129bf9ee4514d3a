// SPDX-License-Identifier: GPL-3.0-or-later

export { OTHER_SOURCE } from "./choice.ts";
export { type CollectedReadings, collectReadings, type FileReadings, readFile } from "./collect.ts";
export { detectFormat, formatOf } from "./detect.ts";
export type {
  DateOrder,
  FileInput,
  FileReport,
  Format,
  FormatName,
  MeasuredReading,
  Metric,
  Origin,
  ReadOptions,
  ReportedSource,
  SourceUse,
  TimeUnit,
} from "./format.ts";
export { FORMATS } from "./formats/all.ts";
export { bytesInput, fileInput, textInput } from "./input.ts";
export {
  type Inspection,
  type InspectOptions,
  inspectFile,
  type SeriesInspection,
} from "./inspect.ts";
export { labelsOf } from "./labels.ts";
export {
  likelyProfile,
  METRICS,
  type MetricFacts,
  metricOfLoinc,
  metricOfUnit,
  profilesFor,
  ucumOf,
} from "./metrics.ts";
export { IN_FUTURE, OUT_OF_RANGE, TOO_EARLY } from "./plausible.ts";
export { ReadingSeries } from "./series.ts";
export type { DayInspection, SlottingInspection } from "./slotInspection.ts";
export { CONTRADICTING } from "./stream.ts";
