// SPDX-License-Identifier: GPL-3.0-or-later
import type { Metric, Ownership, TextFormat } from "../format.ts";
import { plainDecimal } from "../internal/values.ts";
import { Collector } from "./json/collector.ts";
import {
  field,
  isArray,
  isObject,
  JsonDocument,
  JsonNumber,
  type JsonPath,
  type JsonValue,
  plainOf,
  textOf,
} from "./json/document.ts";
import { instantOf, LONGEST, NO_TIME, TOO_LONG } from "./json/instant.ts";
import { Owners } from "./json/owners.ts";
import type { Measure } from "./omh/schemas.ts";
import { violationOf } from "./omh/validate.ts";

const HINT = "Pass data points or bodies of blood-glucose, heart-rate or oxygen-saturation.";

const MEASURES: Readonly<
  Record<Measure, { metric: Metric; schema: string; units: Readonly<Record<string, string>> }>
> = {
  blood_glucose: {
    metric: "glucose",
    schema: "blood-glucose",
    units: { "mg/dL": "mg/dL", "mmol/L": "mmol/L" },
  },
  heart_rate: { metric: "heart-rate", schema: "heart-rate", units: { "beats/min": "/min" } },
  oxygen_saturation: { metric: "spo2", schema: "oxygen-saturation", units: { "%": "%" } },
};
/** Headers of Open mHealth before IEEE 1752.1 say whose a data point is. */
const SELECTS: Ownership = { field: "user_id", what: "people" };
const NAMES = Object.keys(MEASURES) as Measure[];

/** Specimens whose glucose is blood's, or follows it; that of urine or tears is on another scale. */
const FROM_BLOOD: readonly string[] = ["capillary blood", "interstitial fluid"];

/** Seconds in each unit of a duration that a reading can have; longer ones are over 5 minutes in any case. */
const SECONDS: Readonly<Record<string, number>> = {
  ps: 1e-12,
  ns: 1e-9,
  us: 1e-6,
  ms: 1e-3,
  sec: 1,
  min: 60,
};

/**
 * Open mHealth and IEEE 1752.1: a body, a data point of header and body, or an array of either. Bodies are checked
 * against their schemas. A body with a descriptive statistic (average, minimum, …) is read and counted, and is no
 * reading.
 */
export const openMhealth: TextFormat = {
  name: "open-mhealth",
  title: "Open mHealth / IEEE 1752.1 (JSON)",
  selects: SELECTS,

  matches(head) {
    if (!/^\s*[[{]/.test(head)) return false;
    return (
      /"(blood_glucose|heart_rate|oxygen_saturation)"\s*:\s*\{\s*"(value|unit)"/.test(head) ||
      (/"schema_id"\s*:/.test(head) && /"(creation_date_time|source_creation_date_time)"\s*:/.test(head))
    );
  },

  async read(input, options, take, owners = new Owners(SELECTS, options)) {
    const document = new JsonDocument(await input.text());
    const collector = new Collector(take, owners);
    const reader = new Reader(document, collector);
    if (isArray(document.root)) {
      for (const [i, item] of document.root.entries()) {
        const problem = reader.read(item, [i]);
        if (problem !== undefined) collector.refuse(problem.reason);
      }
    } else {
      // A document of its own is either what it says or refused as a whole.
      const problem = reader.read(document.root, []);
      if (problem !== undefined) throw document.error(problem.path, problem.reason, HINT);
    }
    return collector.report("open-mhealth");
  },
};

type Problem = { readonly path: JsonPath; readonly reason: string };

class Reader {
  readonly #document: JsonDocument;
  readonly #collector: Collector;

  constructor(document: JsonDocument, collector: Collector) {
    this.#document = document;
    this.#collector = collector;
  }

  /** Counts what a body or data point holds; or says why it holds nothing that can be counted. */
  read(item: JsonValue, path: JsonPath): Problem | undefined {
    if (!isObject(item)) throw this.#document.error(path, "a data point is not an object", HINT);
    const isPoint = field(item, "header") !== undefined;
    const schema = textOf(field(field(item, "header"), "schema_id"), "name");
    this.#collector.belongsTo(textOf(field(item, "header"), "user_id"));
    const body = isPoint ? field(item, "body") : item;
    const at = isPoint ? [...path, "body"] : path;
    if (!isObject(body)) return { path: at, reason: "it has no body" };
    const measures = NAMES.filter((name) => field(body, name) !== undefined);
    const [measure] = measures;
    const known = NAMES.find((name) => MEASURES[name].schema === schema);
    if (measure === undefined && isPoint && schema !== undefined && known === undefined) {
      this.#collector.skip(/^[a-z0-9-]{1,60}$/.test(schema) ? `schema ${schema}` : "other schema");
      return undefined;
    }
    if (measure === undefined) return { path: at, reason: "it has no measure that is read" };
    if (measures.length > 1) return { path: at, reason: "it has several measures" };
    if (schema !== undefined && known !== measure) return { path, reason: "header and body disagree" };

    const violation = violationOf(measure, plainOf(body));
    if (violation !== undefined) return { path: [...at, ...violation.path], reason: violation.reason };
    this.#count(measure, body);
    return undefined;
  }

  #count(measure: Measure, body: JsonValue): void {
    const statistic = textOf(body, "descriptive_statistic");
    // One of the schema's values by now, and so no content.
    if (statistic !== undefined) return void this.#collector.skip(`statistic: ${statistic}`);
    const specimen = textOf(body, "specimen_source");
    if (specimen !== undefined && !FROM_BLOOD.includes(specimen)) {
      return void this.#collector.skip(`specimen: ${specimen}`);
    }
    const time = timeOf(field(body, "effective_time_frame"));
    if (time === TOO_LONG || time === PART_OF_DAY) return void this.#collector.skip(time);
    if (typeof time === "string") return void this.#collector.refuse(time);
    const { metric, units } = MEASURES[measure];
    const value = field(field(body, measure), "value");
    const unit = units[textOf(field(body, measure), "unit") ?? ""];
    if (!(value instanceof JsonNumber) || unit === undefined) return void this.#collector.refuse("no value");
    this.#collector.reading({ metric, time, value: value.text, unit });
  }
}

const PART_OF_DAY = "stands for a part of a day";

/** When one value was measured, or why there is not one time. Short intervals count at their beginning. */
function timeOf(frame: JsonValue | undefined): number | string {
  const instant = textOf(frame, "date_time");
  if (instant !== undefined) return instantOf(instant);
  const interval = field(frame, "time_interval");
  if (textOf(interval, "part_of_day") !== undefined) return PART_OF_DAY;
  const start = textOf(interval, "start_date_time");
  const end = textOf(interval, "end_date_time");
  const first = start === undefined ? undefined : instantOf(start);
  const last = end === undefined ? undefined : instantOf(end);
  if (typeof first === "string") return first;
  if (typeof last === "string") return last;
  const length =
    first !== undefined && last !== undefined ? last - first : lengthOf(field(interval, "duration"));
  if (length === undefined) return NO_TIME;
  if (length < 0) return "ends before it starts";
  if (length > LONGEST) return TOO_LONG;
  return first ?? (last === undefined ? NO_TIME : last - length);
}

function lengthOf(duration: JsonValue | undefined): number | undefined {
  const value = field(duration, "value");
  if (!(value instanceof JsonNumber) || plainDecimal(value.text) === undefined) return undefined;
  const seconds = SECONDS[textOf(duration, "unit") ?? ""];
  return seconds === undefined ? Number.POSITIVE_INFINITY : Number(value.text) * seconds;
}
