// SPDX-License-Identifier: GPL-3.0-or-later
import type { TextFormat } from "../format.ts";
import { plainDecimal } from "../internal/values.ts";
import { Collector, type Counted, NO_NUMBER } from "./json/collector.ts";
import {
  field,
  isArray,
  JsonDocument,
  JsonNumber,
  type JsonObject,
  type JsonValue,
  listOf,
  textOf,
} from "./json/document.ts";
import { LONGEST, NO_TIME, secondsFromNanos, TOO_LONG } from "./json/instant.ts";

const HEART_RATE = "com.google.heart_rate.bpm";
const HINT = "Pass a data set of the Fit REST API, or a file of Takeout's folder All Data, unchanged.";

/**
 * Heart rate from Google Fit: a data set of the REST API (`point`), or a file of Takeout (`Data Points`). Times are
 * nanoseconds since 1970, as texts or as numbers that a double cannot hold; they are cut to milliseconds.
 */
export const googleFit: TextFormat = {
  name: "google-fit",
  title: "Google Fit heart rate (JSON)",

  matches(head) {
    return (
      /^\s*\{/.test(head) &&
      /"(startTimeNanos|minStartTimeNs|Data Points)"\s*:/.test(head) &&
      /"(dataSourceId|dataTypeName|Data Source)"\s*:/.test(head)
    );
  },

  async read(input, _options, take) {
    const document = new JsonDocument(await input.text());
    const list = ["point", "Data Points"].find((name) => isArray(field(document.root, name)));
    if (list === undefined) throw document.error([], "there is no array of points", HINT);
    const collector = new Collector(take);
    for (const point of document.objectsIn(listOf(document.root, list), [list], "a point", HINT)) {
      readPoint(point, collector);
    }
    return collector.report("google-fit");
  },
};

function readPoint(point: JsonObject, collector: Collector): Counted {
  const type = textOf(point, "dataTypeName") ?? "";
  if (type !== HEART_RATE) return collector.skip(/^[a-z0-9_.]{1,80}$/.test(type) ? type : "other type");
  const start = nanosOf(field(point, "startTimeNanos") ?? field(point, "endTimeNanos"));
  const end = nanosOf(field(point, "endTimeNanos") ?? field(point, "startTimeNanos"));
  if (start === undefined || end === undefined || end < start) return collector.refuse(NO_TIME);
  if (end - start > LONGEST) return collector.skip(TOO_LONG);
  const value = numberOf(point);
  if (value === undefined) return collector.refuse(NO_NUMBER);
  return collector.reading({ metric: "heart-rate", time: start, value, unit: "/min" });
}

function nanosOf(value: JsonValue | undefined): number | undefined {
  const text = value instanceof JsonNumber ? plainDecimal(value.text) : value;
  return typeof text === "string" ? secondsFromNanos(text) : undefined;
}

/** `value: [{ fpVal }]` in the API, `fitValue: [{ value: { fpVal } }]` in Takeout. */
function numberOf(point: JsonValue): string | undefined {
  const [api] = listOf(point, "value");
  const [takeout] = listOf(point, "fitValue");
  const held = api ?? field(takeout, "value");
  const number = field(held, "fpVal") ?? field(held, "intVal");
  return number instanceof JsonNumber ? number.text : undefined;
}
