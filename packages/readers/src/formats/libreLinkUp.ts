// SPDX-License-Identifier: GPL-3.0-or-later
import type { TextFormat } from "../format.ts";
import { inOrder, orderedTime, unixSeconds } from "../internal/dateTime.ts";
import { ucumOf } from "../metrics.ts";
import { Collector, type Counted, NO_NUMBER } from "./json/collector.ts";
import {
  field,
  isArray,
  isObject,
  JsonDocument,
  type JsonObject,
  type JsonPath,
  type JsonValue,
  numberOf,
  textOf,
} from "./json/document.ts";
import { instantOf, NO_TIME } from "./json/instant.ts";

const HINT = "Pass the answer of /llu/connections/…/graph or …/logbook, unchanged.";
/** Ends of the sensors' scale in mg/dL; a newer one goes on to 500. */
const LOWEST = 40;
const HIGHEST = 400;

/**
 * Answers of LibreLinkUp: the graph (`data.graphData` and the latest measurement) and the logbook (`data`). `FactoryTimestamp` is
 * UTC, month first, on a clock of 12 hours; `Timestamp` is the phone's local time and not used. `ValueInMgPerDl` is what the
 * sensor gave; `Value` is in the account's unit, and is read where the caller asks for mmol/L.
 */
export const libreLinkUp: TextFormat = {
  name: "libre-link-up",
  title: "LibreLinkUp graph or logbook (JSON)",

  matches(head) {
    return /^\s*[[{]/.test(head) && /"FactoryTimestamp"\s*:/.test(head) && /"ValueInMgPerDl"\s*:/.test(head);
  },

  async read(input, options, take) {
    const document = new JsonDocument(await input.text());
    const collector = new Collector(take);
    const moles = options.unit !== undefined && ucumOf("glucose", options.unit) === "mmol/L";
    for (const [path, list] of listsOf(document)) {
      for (const entry of document.objectsIn(list, path, "a measurement", HINT)) {
        readEntry(entry, moles, collector);
      }
    }
    return collector.report("libre-link-up");
  },
};

function listsOf(document: JsonDocument): [JsonPath, readonly JsonValue[]][] {
  const { root } = document;
  const data = field(root, "data") ?? field(root, "result") ?? root;
  if (isArray(data)) return [[["data"], data]];
  const graph = field(data, "graphData");
  if (!isArray(graph)) throw document.error([], "there is no list of measurements", HINT);
  const latest = field(field(data, "connection"), "glucoseMeasurement");
  return [
    [["data", "graphData"], graph],
    [["data", "connection"], isObject(latest) ? [latest] : []],
  ];
}

function readEntry(entry: JsonObject, moles: boolean, collector: Collector): Counted {
  const time = timeOf(textOf(entry, "FactoryTimestamp") ?? "");
  if (time === undefined) return collector.refuse(NO_TIME);
  const mass = numberOf(entry, "ValueInMgPerDl");
  if (mass === undefined) return collector.refuse(NO_NUMBER);
  const own = numberOf(entry, "Value");
  const inMoles = moles && numberOf(entry, "GlucoseUnits") === "0" && own !== undefined;
  return collector.reading({
    metric: "glucose",
    time,
    value: beyondScale(entry, Number(mass)) ?? (inMoles ? own : mass),
    unit: inMoles ? "mmol/L" : "mg/dL",
  });
}

/** The flags may mean the wearer's target as well; they are believed at the ends of the scale alone. */
function beyondScale(entry: JsonObject, mass: number): "LOW" | "HIGH" | undefined {
  if (field(entry, "isLow") === true && mass <= LOWEST) return "LOW";
  return field(entry, "isHigh") === true && mass >= HIGHEST ? "HIGH" : undefined;
}

function timeOf(text: string): number | undefined {
  const ordered = orderedTime(text);
  const written = typeof ordered === "object" ? inOrder(ordered, "MDY") : undefined;
  if (typeof written === "object") return unixSeconds({ ...written, offset: 0 });
  const instant = instantOf(text);
  return typeof instant === "number" ? instant : undefined;
}
