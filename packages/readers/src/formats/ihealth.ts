// SPDX-License-Identifier: GPL-3.0-or-later
import type { Metric, Origin, TextFormat } from "../format.ts";
import { Collector, type Counted, NO_NUMBER } from "./json/collector.ts";
import {
  field,
  isArray,
  JsonDocument,
  JsonNumber,
  type JsonObject,
  type JsonValue,
  numberOf,
} from "./json/document.ts";
import { NO_TIME, NO_ZONE } from "./json/instant.ts";

const HINT = "Pass the answer of the iHealth API for glucose or blood oxygen, unchanged.";

/**
 * Answers of the iHealth API: glucose (`BGDataList`), and blood oxygen with its pulse (`BODataList`).
 *
 * `MDate` is not Unix time: it is the local time of the measurement counted as if that were UTC, and `TimeZone` is the
 * offset to take away. Source: IHealthDataPointMapper of github.com/openmhealth/shimmer.
 */
export const ihealth: TextFormat = {
  name: "ihealth",
  title: "iHealth glucose and blood oxygen (JSON)",

  matches(head) {
    return /^\s*\{/.test(head) && /"(BGDataList|BODataList)"\s*:/.test(head);
  },

  async read(input, _options, take) {
    const document = new JsonDocument(await input.text());
    const collector = new Collector(take);
    const list = ["BGDataList", "BODataList"].find((name) => isArray(field(document.root, name)));
    const entries = list === undefined ? undefined : field(document.root, list);
    if (list === undefined || !isArray(entries)) throw document.error([], "there is no list of data", HINT);
    const unit = list === "BGDataList" ? glucoseUnit(document) : "%";
    for (const entry of document.objectsIn(entries, [list], "an entry", HINT)) {
      if (list === "BGDataList") readOne(entry, "BG", "glucose", unit, collector);
      else {
        readOne(entry, "BO", "spo2", unit, collector);
        if (field(entry, "HR") !== undefined) readOne(entry, "HR", "heart-rate", "/min", collector);
      }
    }
    return collector.report("ihealth");
  },
};

function glucoseUnit(document: JsonDocument): string {
  const unit = numberOf(document.root, "BGUnit");
  if (unit === "0") return "mg/dL";
  if (unit === "1") return "mmol/L";
  throw document.error(["BGUnit"], "the unit is neither 0 (mg/dL) nor 1 (mmol/L)", HINT);
}

function readOne(
  entry: JsonObject,
  name: "BG" | "BO" | "HR",
  metric: Metric,
  unit: string,
  collector: Collector,
): Counted {
  const local = numberOf(entry, "MDate");
  if (local === undefined || !/^[1-9]\d{8,9}$/.test(local)) return collector.refuse(NO_TIME);
  const offset = offsetOf(field(entry, "TimeZone"));
  if (offset === undefined) return collector.refuse(NO_ZONE);
  const value = numberOf(entry, name);
  if (value === undefined) return collector.refuse(NO_NUMBER);
  const origin = originOf(entry, metric);
  return collector.reading({ metric, time: Number(local) - offset, value, unit, origin });
}

/** iHealth's glucose is a meter's. */
function originOf(entry: JsonObject, metric: Metric): Origin | undefined {
  if (field(entry, "DataSource") === "Manual") return "typed in";
  return metric === "glucose" ? "meter" : undefined;
}

/** Seconds east of UTC of "-0800", "+02:00", or a whole number of hours such as 2. */
function offsetOf(zone: JsonValue | undefined): number | undefined {
  const text = zone instanceof JsonNumber ? zone.text : zone;
  const match = typeof text === "string" ? /^([+-]?)(\d{1,2}|\d{2}:?\d{2})$/.exec(text) : null;
  if (match === null) return undefined;
  const digits = match[2]!.replace(":", "");
  const [hours, minutes] =
    digits.length <= 2 ? [Number(digits), 0] : [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 18 || minutes > 59) return undefined;
  return (match[1] === "-" ? -1 : 1) * (hours * 3600 + minutes * 60);
}
