// SPDX-License-Identifier: GPL-3.0-or-later
import { FORMATS, METRICS } from "@vitalproof/readers";
import { PROFILES } from "@vitalproof/sdk";
import { type Field, fieldSchema, type Json } from "@vitalproof/sdk/wire";
import * as v from "valibot";

// What `inspect --json` prints. Every object has these members and may have more.

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const counts = v.record(v.string(), count);
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const orNull = <T>(field: Field<T>) => v.nullable(field);
const profile = v.picklist(Object.keys(PROFILES));
const metric = v.picklist(Object.keys(METRICS));
/** A decimal, exactly as its digits are. */
const decimal = orNull(v.pipe(v.string(), v.regex(/^-?\d+(\.\d+)?$/)));

const day = v.looseObject({ from: v.number(), slots: count, kept: count });

const slotting = v.looseObject({
  profile,
  offset: count,
  kept: count,
  moved: count,
  dropped: count,
  refused: counts,
  rounded: count,
  slots: count,
  coverage: share,
  epochs: count,
  epochSlots: count,
  epochCoverage: share,
  days: v.array(day),
});

const question = v.looseObject({
  question: v.string(),
  window: v.string(),
  provable: v.boolean(),
  longEnough: v.boolean(),
});

const series = v.looseObject({
  metric,
  unit: v.string(),
  readings: count,
  low: count,
  high: count,
  first: v.number(),
  last: v.number(),
  interval: orNull(v.number()),
  measure: v.picklist(["value", "length"]),
  min: decimal,
  max: decimal,
  mean: decimal,
  slotting: orNull(slotting),
  profiles: v.array(v.looseObject({ name: profile, interval: v.number() })),
  questions: v.array(question),
});

const source = v.looseObject({ name: v.string(), readings: count, days: count });

const report = v.looseObject({
  entries: count,
  taken: count,
  low: count,
  high: count,
  skipped: counts,
  refused: counts,
  duplicates: count,
  outOfOrder: count,
  notes: v.array(v.string()),
  sources: v.optional(v.array(v.looseObject({ metric, unit: v.string(), sources: v.array(source) }))),
});

/** Of one file; with `--each` there is one for each value. */
export const inspectionField = v.looseObject({
  format: v.picklist(FORMATS.map(({ name }) => name)),
  clock: v.picklist(["unix", "file"]),
  report,
  series: v.array(series),
});

/** JSON Schema 2020-12 of what `inspect --json` prints. */
export function inspectionSchema(): Json {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "vitalproof inspect --json",
    description:
      "What a file of readings holds, in numbers. A file of one series has the members of that series and of its slotting at the top level too.",
    ...(fieldSchema(inspectionField as unknown as Field<unknown>) as Record<string, Json>),
  };
}
