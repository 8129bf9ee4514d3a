// SPDX-License-Identifier: GPL-3.0-or-later
import type { TextFormat } from "../format.ts";
import { isoTime, unixSeconds } from "../internal/dateTime.ts";
import { ucumOf } from "../metrics.ts";
import { Collector, type Counted, NO_NUMBER, WRONG_UNIT } from "./json/collector.ts";
import { field, isArray, JsonDocument, type JsonObject, numberOf, textOf } from "./json/document.ts";
import { NO_TIME } from "./json/instant.ts";

const HINT = "Pass the answer of /v3/users/self/egvs or /v2/users/self/egvs, unchanged.";
const DISAGREE =
  "Some values are inside the scale and their status says low or high. They were read as LOW or HIGH, as the status says.";
/** Dexcom's sensors show 40 to 400 mg/dL, and 2.2 to 22.2 mmol/L. */
const ENDS: Readonly<Record<string, { low: number; high: number }>> = {
  "mg/dL": { low: 40, high: 400 },
  "mmol/L": { low: 2.2, high: 22.2 },
};

/**
 * Estimated glucose values of the Dexcom API: v3 (`records`) and v2 (`egvs`). `systemTime` is UTC: those of phones say so, those
 * of receivers and of v2 have no offset. `status` says low or high where the value is beyond the scale.
 * Source: developer.dexcom.com, egvs of v3 and v2.
 */
export const dexcomApi: TextFormat = {
  name: "dexcom-api",
  title: "Dexcom API glucose values (JSON)",

  matches(head) {
    return (
      /^\s*\{/.test(head) &&
      /"systemTime"\s*:/.test(head) &&
      (/"recordType"\s*:\s*"egv"/.test(head) || /"egvs"\s*:/.test(head))
    );
  },

  async read(input, _options, take) {
    const document = new JsonDocument(await input.text());
    const list = ["records", "egvs"].find((name) => isArray(field(document.root, name)));
    const records = list === undefined ? undefined : field(document.root, list);
    if (list === undefined || !isArray(records)) throw document.error([], "there is no list of values", HINT);
    const unit = textOf(document.root, "unit");
    const collector = new Collector(take);
    for (const record of document.objectsIn(records, [list], "a record", HINT)) {
      readRecord(record, unit, collector);
    }
    return collector.report("dexcom-api");
  },
};

/** @param rootUnit that of the whole answer, in v2 */
function readRecord(record: JsonObject, rootUnit: string | undefined, collector: Collector): Counted {
  const unit = ucumOf("glucose", textOf(record, "unit") ?? rootUnit ?? "");
  if (unit === undefined) return collector.refuse(WRONG_UNIT);
  const time = timeOf(textOf(record, "systemTime") ?? "");
  if (time === undefined) return collector.refuse(NO_TIME);
  const number = numberOf(record, "value");
  const value = beyondScale(textOf(record, "status")) ?? number;
  if (value === "LOW" || value === "HIGH") {
    const { low, high } = ENDS[unit]!;
    const inside = Number(number) > low && Number(number) < high;
    if (inside) collector.note(DISAGREE);
  }
  if (value === undefined)
    return field(record, "value") === null ? collector.skip("no value") : collector.refuse(NO_NUMBER);
  return collector.reading({ metric: "glucose", time, value, unit, source: sourceOf(record) });
}

/** UTC also where no offset says so. */
function timeOf(text: string): number | undefined {
  const written = isoTime(text);
  return typeof written === "object" ? unixSeconds({ ...written, offset: written.offset ?? 0 }) : undefined;
}

function beyondScale(status: string | undefined): "LOW" | "HIGH" | undefined {
  if (status === "low") return "LOW";
  return status === "high" ? "HIGH" : undefined;
}

/** As Clarity writes it: "iOS G7", "receiver". */
function sourceOf(record: JsonObject): string {
  return [textOf(record, "displayDevice"), textOf(record, "displayApp")].filter(Boolean).join(" ");
}
