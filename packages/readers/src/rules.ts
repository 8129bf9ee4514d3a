// SPDX-License-Identifier: GPL-3.0-or-later
//
// The rules by which every format reads numbers and times and refuses what cannot have been measured, for programs that get
// readings without a file: `@vitalproof/readers/rules`.

export { NEGATIVE, NO_NUMBER, SENTINEL_ZERO, WRONG_UNIT } from "./formats/json/collector.ts";
export {
  field,
  isArray,
  isObject,
  JsonDocument,
  JsonNumber,
  type JsonObject,
  type JsonPath,
  type JsonValue,
  plainOf,
} from "./formats/json/document.ts";
export { DATE_ONLY, instantOf, NO_TIME, NO_ZONE } from "./formats/json/instant.ts";
export { isoTime, unixSeconds, type WrittenTime } from "./internal/dateTime.ts";
export { SKIPPED_BY_CLOCK, UNTOLD } from "./internal/localClock.ts";
export { beyondScale, isMissing, isZero, plainDecimal } from "./internal/values.ts";
export { Plausibility } from "./plausible.ts";
export { type StreamReport, streamReadings } from "./stream.ts";
