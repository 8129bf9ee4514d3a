// SPDX-License-Identifier: GPL-3.0-or-later
import type { Metric, TextFormat } from "../format.ts";
import { isoTime, unixSeconds } from "../internal/dateTime.ts";
import { wordedTime } from "../internal/wordedTime.ts";
import { ucumOf } from "../metrics.ts";
import { Collector, type Counted, NO_NUMBER, WRONG_UNIT } from "./json/collector.ts";
import {
  field,
  isArray,
  isObject,
  JsonDocument,
  type JsonObject,
  listOf,
  numberOf,
  textOf,
} from "./json/document.ts";
import { NO_TIME, NO_ZONE } from "./json/instant.ts";

const HINT = "Pass the JSON file that Health Auto Export wrote or sent, unchanged.";
const AVERAGE = "average over an interval";
const AVERAGES_NOTE =
  "The app averaged heart rates: their least and greatest values differ. Turn its aggregation off for single readings.";

/** The names of the metrics that are read. Others, such as resting_heart_rate, are values of a day. */
const METRICS: Readonly<Record<string, Metric>> = {
  heart_rate: "heart-rate",
  blood_glucose: "glucose",
  blood_oxygen_saturation: "spo2",
};

/**
 * JSON of the app Health Auto Export: `data.metrics`, each with its name, units and values. Times have an offset; they are written
 * on the phone's clock of 24 or 12 hours, with a narrow no-break space before am and pm.
 * Source: wiki of github.com/Lybron/health-auto-export, API Export – JSON TextFormat.
 */
export const healthAutoExport: TextFormat = {
  name: "health-auto-export",
  title: "Health Auto Export (JSON)",

  matches(head) {
    return /^\s*\{\s*"data"\s*:\s*\{/.test(head) && /"(metrics|workouts)"\s*:\s*\[/.test(head);
  },

  async read(input, _options, take) {
    const document = new JsonDocument(await input.text());
    const data = field(document.root, "data");
    const metrics = field(data, "metrics");
    if (!isArray(metrics)) throw document.error(["data", "metrics"], "there is no list of metrics", HINT);
    const collector = new Collector(take);
    for (const [i, metric] of metrics.entries()) {
      const path = ["data", "metrics", i];
      if (!isObject(metric)) throw document.error(path, "a metric is not an object", HINT);
      for (const entry of document.objectsIn(listOf(metric, "data"), [...path, "data"], "a value", HINT)) {
        readEntry(entry, metric, collector);
      }
    }
    return collector.report("health-auto-export");
  },
};

function readEntry(entry: JsonObject, { name, units }: JsonObject, collector: Collector): Counted {
  const metric = typeof name === "string" && Object.hasOwn(METRICS, name) ? METRICS[name] : undefined;
  if (metric === undefined) {
    return collector.skip(typeof name === "string" && /^[a-z0-9_]{1,60}$/.test(name) ? name : "other metric");
  }
  const unit = unitOf(metric, typeof units === "string" ? units : "");
  if (unit === undefined) return collector.refuse(WRONG_UNIT);
  const time = timeOf(textOf(entry, "date") ?? "");
  if (typeof time === "string") return collector.refuse(time);
  const [least, average, most] = ["Min", "Avg", "Max"].map((part) => numberOf(entry, part));
  if (least !== most) {
    collector.note(AVERAGES_NOTE);
    return collector.skip(AVERAGE);
  }
  const value = numberOf(entry, "qty") ?? average ?? least;
  if (value === undefined) return collector.refuse(NO_NUMBER);
  return collector.reading({ metric, time, value, unit, source: textOf(entry, "source")?.trim() });
}

/** HealthKit writes the molar mass of glucose into its unit, and the app may hand it on. */
function unitOf(metric: Metric, text: string): string | undefined {
  return ucumOf(metric, metric === "glucose" ? text.replace(/^mmol<180\.1\d*>\//, "mmol/") : text);
}

/** On a clock of 24 hours, or of 12 with a no-break space before am and pm. */
function timeOf(text: string): number | string {
  const plain = text.replace(/[\u00A0\u202F]/g, " ").trim();
  const written = isoTime(plain) ?? wordedTime(plain);
  if (typeof written !== "object") return NO_TIME;
  const { offset } = written;
  return offset === undefined ? NO_ZONE : unixSeconds({ ...written, offset });
}
