// SPDX-License-Identifier: GPL-3.0-or-later
import type { Format } from "../format.ts";
import { plainDecimal } from "../internal/values.ts";
import { Collector, type Counted, NO_NUMBER, WRONG_UNIT } from "./json/collector.ts";
import {
  field,
  isArray,
  isObject,
  JsonDocument,
  JsonNumber,
  type JsonObject,
  type JsonPath,
  type JsonValue,
  textOf,
} from "./json/document.ts";
import { instantOf, NO_TIME } from "./json/instant.ts";

/**
 * Below this a sensor's `sgv` is one of Dexcom's codes for "no glucose known" (1 sensor not active, 5 not calibrated,
 * 12 bad radio, …). Source: lib/plugins/errorcodes.js of nightscout/cgm-remote-monitor. 39 is Dexcom's "below 40".
 */
const LOWEST_SGV = 39;
const HINT = "Pass the answer of /api/v1/entries.json, or of /api/v3/entries, unchanged.";

/**
 * Entries of a Nightscout site: the array of `/api/v1/entries.json`, the `result` of `/api/v3/entries`, or `entries`.
 * Nightscout keeps glucose in mg/dL whatever it shows.
 */
export const nightscout: Format = {
  name: "nightscout",
  title: "Nightscout entries (JSON)",

  matches(head) {
    return /^\s*[[{]/.test(head) && /"(sgv|mbg)"\s*:/.test(head) && /"(date|dateString)"\s*:/.test(head);
  },

  async read(input, _options, take) {
    const document = new JsonDocument(await input.text());
    const [entries, path] = entriesOf(document);
    const collector = new Collector(take);
    for (const [i, entry] of entries.entries()) {
      if (!isObject(entry)) throw document.error([...path, i], "an entry is not an object", HINT);
      readEntry(entry, collector);
    }
    return collector.report("nightscout");
  },
};

function readEntry(entry: JsonObject, collector: Collector): Counted {
  const type = typeOf(entry);
  if (type === "cal") return collector.skip("calibration");
  if (type === undefined) return collector.skip("other entry");
  if (field(entry, "isValid") === false) return collector.skip("deleted");
  const units = textOf(entry, "units");
  if (units !== undefined && !/^mg\/dl$/i.test(units)) return collector.refuse(WRONG_UNIT);
  const value = numberOf(field(entry, type));
  if (value === undefined) return collector.refuse(NO_NUMBER);
  if (type === "sgv" && Number(value) < LOWEST_SGV) return collector.skip("sensor error");
  const time = timeOf(entry);
  if (typeof time === "string") return collector.refuse(time);
  return collector.reading({
    metric: "glucose",
    time,
    value,
    unit: "mg/dL",
    source: textOf(entry, "device"),
    ...(type === "mbg" ? { origin: "meter" } : {}),
  });
}

function entriesOf(document: JsonDocument): [readonly JsonValue[], JsonPath] {
  if (isArray(document.root)) return [document.root, []];
  for (const name of ["result", "entries"]) {
    const found = field(document.root, name);
    if (isArray(found)) return [found, [name]];
  }
  throw document.error([], "there is no array of entries", HINT);
}

/** Old uploaders leave the type out. */
function typeOf(entry: JsonValue): "sgv" | "mbg" | "cal" | undefined {
  const type = textOf(entry, "type");
  if (type === "sgv" || type === "mbg" || type === "cal") return type;
  if (type !== undefined) return undefined;
  return (["sgv", "mbg"] as const).find((name) => field(entry, name) !== undefined);
}

/** A number; some uploaders write it as a text. */
function numberOf(value: JsonValue | undefined): string | undefined {
  if (value instanceof JsonNumber) return plainDecimal(value.text);
  return typeof value === "string" ? plainDecimal(value) : undefined;
}

/** `date` is the instant in milliseconds; `dateString` says the same, or the entry contradicts itself. */
function timeOf(entry: JsonValue): number | string {
  const date = field(entry, "date");
  const written = textOf(entry, "dateString");
  const said = written === undefined ? undefined : instantOf(written);
  if (date === undefined) return said ?? NO_TIME;
  if (!(date instanceof JsonNumber)) return NO_TIME;
  const milliseconds = Number(date.text);
  // Milliseconds of 1973 and later; smaller numbers are seconds, or no time.
  if (!(milliseconds >= 1e11 && milliseconds < 1e14)) return NO_TIME;
  const time = milliseconds / 1000;
  // Some uploaders cut it to seconds, and some write a local time without zone, which says nothing about the instant.
  if (typeof said === "number" && Math.abs(said - time) >= 1) return "date and dateString disagree";
  return time;
}
