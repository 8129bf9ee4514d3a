// SPDX-License-Identifier: GPL-3.0-or-later
import { METRICS, ucumOf } from "@vitalproof/readers";
import { VitalproofError, zoneRules } from "@vitalproof/sdk";
import { integer } from "@vitalproof/sdk/wire";
import * as v from "valibot";
import { topicFilter } from "../mqtt/settings.ts";
import { isJsonPath } from "./jsonPath.ts";

const WANTED_PATH = "a JSON path of RFC 9535, from $ (the message) or @ (one sample)";
const jsonPath = v.pipe(v.string(WANTED_PATH), v.check(isJsonPath, WANTED_PATH));
/** One path, or several of which the first counts that finds something. */
const jsonPaths = v.union(
  [jsonPath, v.pipe(v.array(jsonPath), v.minLength(1), v.maxLength(10))],
  `${WANTED_PATH}, or a list of them`,
);

const label = v.pipe(
  v.string("a text"),
  v.regex(/^[^\p{Cc}]{1,128}$/u, "1 to 128 characters that can be shown"),
);

/** A name: always the same one, a level of the topic (the first is 1), or what paths find, which must agree. */
const nameRule = v.union(
  [
    v.strictObject({ text: label }),
    v.strictObject({ level: integer(1, 100) }),
    v.strictObject({ path: jsonPaths }),
  ],
  "an object with one of `text`, `level` and `path`",
);
export type NameRule = v.InferOutput<typeof nameRule>;

const zone = v.pipe(
  v.string("a time zone"),
  v.check((text) => {
    try {
      zoneRules(text);
      return true;
    } catch (error) {
      if (error instanceof VitalproofError) return false;
      throw error;
    }
  }, 'a time zone, such as "Europe/Berlin" or "+01:00"'),
);

const timeRule = v.union(
  [
    v.strictObject({
      path: jsonPaths,
      /** ISO 8601 (`iso`), or a count from 1970-01-01 UTC. */
      form: v.optional(v.picklist(["iso", "seconds", "milliseconds"]), "iso"),
      /** Of the device's clock, where its times have none. Without it such times are refused. */
      zone: v.optional(zone),
    }),
    /** When the message came: only for devices that send at once what they measure. */
    v.strictObject({ arrival: v.literal(true) }),
  ],
  "an object with `path`, or with `arrival: true`",
);
export type TimeRule = v.InferOutput<typeof timeRule>;

const metric = v.picklist(
  ["glucose", "heart-rate", "spo2", "acceleration", "device-usage", "doses", "af-flag", "other"],
  `one of ${Object.keys(METRICS).join(", ")}`,
);

const valueRule = v.pipe(
  v.strictObject(
    {
      metric,
      /** One path; for acceleration three, of x, y and z. A path may find several values in order of time. */
      value: v.union(
        [jsonPath, v.pipe(v.array(jsonPath), v.length(3))],
        `${WANTED_PATH}, or a list of three`,
      ),
      /** UCUM, or where the message says it. */
      unit: v.union(
        [v.pipe(v.string(), v.minLength(1)), v.strictObject({ path: jsonPath })],
        "a unit, or an object with `path`",
      ),
      /** Powers of ten that the decimal point is moved to the right: -1 makes 36.5 of 365, 2 makes 97 of 0.97. */
      scale: v.optional(integer(-9, 9), 0),
      /** Seconds from one value to the next, where the path finds several values and one time. */
      step: v.optional(v.pipe(v.number("a number of seconds"), v.gtValue(0, "a number of seconds above 0"))),
      /** Of this value, where it is not that of the others. */
      time: v.optional(timeRule),
      source: v.optional(nameRule),
      /** Whether messages may leave it out. */
      optional: v.optional(v.boolean("true or false"), false),
    },
    "an object",
  ),
  v.check(
    ({ metric: measured, unit }) => typeof unit !== "string" || ucumOf(measured, unit) !== undefined,
    "with a unit in which its metric is measured",
  ),
  v.check(
    ({ metric: measured, value }) => Array.isArray(value) === (measured === "acceleration"),
    "with three paths for acceleration, and one for any other metric",
  ),
);
export type ValueRule = v.InferOutput<typeof valueRule>;

const values = v.pipe(
  v.array(valueRule, "a list"),
  v.minLength(1, "a list of one or more"),
  v.maxLength(100),
);
const common = { name: v.optional(label), filter: topicFilter, source: v.optional(nameRule) };

/** What the messages of some topics are. The first rule whose filter fits counts. */
const payloadRule = v.variant(
  "format",
  [
    v.strictObject({
      ...common,
      format: v.literal("json"),
      device: nameRule,
      /** A path to each sample, which `@` then means; without it the message is the only one. */
      each: v.optional(jsonPath),
      time: timeRule,
      values,
    }),
    /** Azure IoT Hub as it routes messages: `@` is the Body. Device and time are the hub's, where they are left out. */
    v.strictObject({
      ...common,
      format: v.literal("iot-hub"),
      device: v.optional(nameRule),
      time: v.optional(timeRule),
      values,
    }),
    /** Azure IoT Central's export: `@` is the telemetry. */
    v.strictObject({
      ...common,
      format: v.literal("iot-central"),
      device: v.optional(nameRule),
      time: v.optional(timeRule),
      values,
    }),
    v.strictObject({ ...common, format: v.literal("open-mhealth"), device: nameRule }),
    v.strictObject({ ...common, format: v.literal("fhir"), device: nameRule }),
  ],
  "a rule with one of the formats json, iot-hub, iot-central, open-mhealth, fhir",
);
export type PayloadRule = v.InferOutput<typeof payloadRule>;

export const payloadSettings = v.strictObject(
  {
    rules: v.pipe(v.array(payloadRule, "a list"), v.maxLength(1000, "a list of at most 1000")),
    maxBytes: v.optional(integer(1, 16_777_216), 262_144),
    maxDepth: v.optional(integer(1, 200), 64),
    maxValues: v.optional(integer(1, 1_000_000), 10_000),
  },
  "an object",
);
export type PayloadSettings = v.InferOutput<typeof payloadSettings>;
