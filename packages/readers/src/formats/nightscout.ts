// SPDX-License-Identifier: GPL-3.0-or-later
import type { TextFormat } from "../format.ts";
import { plainDecimal } from "../internal/values.ts";
import { ucumOf } from "../metrics.ts";
import { Collector, type Counted, NO_NUMBER, WRONG_UNIT } from "./json/collector.ts";
import {
  field,
  isArray,
  type JsonDocument,
  JsonNumber,
  type JsonObject,
  type JsonPath,
  type JsonValue,
  textOf,
} from "./json/document.ts";
import { instantOf, NO_TIME } from "./json/instant.ts";
import { documentsIn } from "./json/lines.ts";
import { unwrapped } from "./json/mongo.ts";

/**
 * Below this a sensor's `sgv` is one of Dexcom's codes for "no glucose known" (1 sensor not active, 5 not calibrated,
 * 12 bad radio, …). Source: lib/plugins/errorcodes.js of nightscout/cgm-remote-monitor. 39 is Dexcom's "below 40".
 */
const LOWEST_SGV = 39;
const HINT =
  "Pass the answer of /api/v1/entries.json or /api/v3/entries, or a mongoexport of entries, unchanged.";
/** Dexcom's codes are whole numbers. A fraction from here to 39 is mmol/L, which some uploaders put where mg/dL belong. */
const LOWEST_MOLES = 1;
const OTHER_UNIT = "value in another unit than mg/dL";
const CODE_OR_MOLES = "whole number that is a code or mmol/L";
const MOLES_NOTE =
  "Fractions below 39 are mmol/L, which an uploader put where mg/dL belong. --unit mmol/L reads them as mmol/L. None is converted.";

/**
 * Entries of a Nightscout site: the array of `/api/v1/entries.json`, the `result` of `/api/v3/entries`, `entries`, or one
 * entry a line as mongoexport writes them. Nightscout keeps glucose in mg/dL whatever it shows.
 */
export const nightscout: TextFormat = {
  name: "nightscout",
  title: "Nightscout entries (JSON)",

  matches(head) {
    return /^\s*[[{]/.test(head) && /"(sgv|mbg)"\s*:/.test(head) && /"(date|dateString)"\s*:/.test(head);
  },

  async read(input, options, take) {
    const documents = documentsIn(await input.text());
    const collector = new Collector(take);
    const entries = documents.flatMap((document) => entriesOf(document, documents.length > 1));
    const moles = options.unit !== undefined && ucumOf("glucose", options.unit) === "mmol/L";
    for (const entry of entries) readEntry(entry, moles, collector);
    return collector.report("nightscout");
  },
};

/** @param moles whether the caller says that fractions below 39 are mmol/L */
function readEntry(entry: JsonObject, moles: boolean, collector: Collector): Counted {
  const type = typeOf(entry);
  if (type === "cal") return collector.skip("calibration");
  if (type === undefined) return collector.skip("other entry");
  if (field(entry, "isValid") === false) return collector.skip("deleted");
  const units = textOf(entry, "units") ?? "mg/dl";
  const saysMoles = /^mmol(\/l)?$/i.test(units);
  if (!saysMoles && !/^mg\/dl$/i.test(units)) return collector.refuse(WRONG_UNIT);
  const value = numberOf(field(entry, type));
  if (value === undefined) return collector.refuse(NO_NUMBER);
  const inMoles = value.includes(".") && Number(value) >= LOWEST_MOLES && Number(value) < LOWEST_SGV - 1;
  // An entry that says mmol and has 120 contradicts itself.
  if (saysMoles && !inMoles) return collector.refuse(WRONG_UNIT);
  if (inMoles && !moles && !saysMoles) {
    collector.note(MOLES_NOTE);
    return collector.refuse(OTHER_UNIT);
  }
  if (!inMoles && type === "sgv" && Number(value) < LOWEST_SGV) {
    return moles ? collector.refuse(CODE_OR_MOLES) : collector.skip("sensor error");
  }
  const time = timeOf(entry);
  if (typeof time === "string") return collector.refuse(time);
  return collector.reading({
    metric: "glucose",
    time,
    value,
    unit: inMoles ? "mmol/L" : "mg/dL",
    source: textOf(entry, "device"),
    ...(type === "mbg" ? { origin: "meter" } : {}),
  });
}

/** @param perLine whether the document is one of several lines, so that it is an entry itself */
function entriesOf(document: JsonDocument, perLine: boolean): JsonObject[] {
  const [entries, path] = arrayOf(document, perLine);
  return [...document.objectsIn(entries, path, "an entry", HINT)];
}

function arrayOf(document: JsonDocument, perLine: boolean): [readonly JsonValue[], JsonPath] {
  const { root } = document;
  if (isArray(root)) return [root, []];
  for (const name of ["result", "entries"]) {
    const found = field(root, name);
    if (isArray(found)) return [found, [name]];
  }
  const alone = typeOf(root) !== undefined && field(root, "date") !== undefined;
  if (perLine || alone) return [[root], []];
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
function numberOf(written: JsonValue | undefined): string | undefined {
  const value = unwrapped(written);
  if (value instanceof JsonNumber) return plainDecimal(value.text);
  return typeof value === "string" ? plainDecimal(value) : undefined;
}

/** `date` is the instant in milliseconds; `dateString` says the same, or the entry contradicts itself. */
function timeOf(entry: JsonValue): number | string {
  const date = unwrapped(field(entry, "date") ?? field(entry, "mills"));
  const written = textOf(entry, "dateString");
  const said = written === undefined ? undefined : instantOf(written);
  if (date === undefined) return said ?? NO_TIME;
  if (typeof date === "string") return instantOf(date);
  if (!(date instanceof JsonNumber)) return NO_TIME;
  const milliseconds = Number(date.text);
  // Milliseconds of 1973 and later; smaller numbers are seconds, or no time.
  if (!(milliseconds >= 1e11 && milliseconds < 1e14)) return NO_TIME;
  const time = milliseconds / 1000;
  // Some uploaders cut it to seconds, and some write a local time without zone, which says nothing about the instant.
  if (typeof said === "number" && Math.abs(said - time) >= 1) return "date and dateString disagree";
  return time;
}
