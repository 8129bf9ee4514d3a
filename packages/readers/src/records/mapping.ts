// SPDX-License-Identifier: GPL-3.0-or-later
//
// A custodian's statement of where each column of a dataset comes from, and what is done to its values.
import { DATASET_SCHEMA, PAGE_COLUMNS } from "@vitalproof/sdk/research";
import {
  type Document,
  type Field,
  list,
  object,
  oneLine,
  oneOf,
  optional,
  parseDocument,
  text,
  variant,
} from "@vitalproof/sdk/wire";
import * as v from "valibot";
import { assertRecordsMapping } from "./checkMapping.ts";
import { BEYOND, PICKS, type RecordsMapping, ROUNDING } from "./origins.ts";

const MOST_RULES = 1000;
const word = v.pipe(oneLine, v.trim()) as Field<string>;
const said = v.pipe(
  oneLine,
  v.check((given) => given.trim() !== "", "a text in one line"),
) as Field<string>;
const amount = v.union([v.number(), v.string()], "a decimal number") as Field<string | number>;
const day = text(/^\d{4}-\d{2}-\d{2}$/, "a date, such as 2026-01-31");
const codes = list(object({ system: said, code: optional(said), prefix: optional(said) }), {
  max: MOST_RULES,
});
const values = list(object({ value: said, codes }), { max: MOST_RULES });
const words = optional(list(object({ word, value: said }), { max: MOST_RULES }));
const units = optional(
  list(
    object({
      unit: word,
      texts: optional(list(said, { max: MOST_RULES })),
      factor: optional(amount),
      offset: optional(amount),
    }),
    { max: MOST_RULES },
  ),
);
const placed = { column: said, rounding: optional(oneOf(ROUNDING)), beyond: optional(oneOf(BEYOND)) };

const csvOrigin = object({
  column: said,
  missing: optional(list(word, { max: MOST_RULES })),
  units,
  unitColumn: optional(said),
  words,
});

const fhirOrigin = v.variant(
  "resource",
  [
    v.variant(
      "field",
      [
        object({ resource: v.literal("Patient"), field: v.literal("gender"), words }),
        object({ resource: v.literal("Patient"), field: v.literal("birthDate"), ageAt: day }),
      ],
      "one of the known sorts of field",
    ),
    object({
      resource: v.literal("Observation"),
      codes,
      units,
      values: optional(values),
      pick: oneOf(PICKS),
      from: optional(day),
      until: optional(day),
    }),
    object({
      resource: v.literal("Condition"),
      values,
      absent: optional(said),
      counts: oneOf(["active", "ever"]),
    }),
    object({ resource: v.literal("MedicationRequest"), values, absent: optional(said) }),
  ],
  "one of the known sorts of resource",
);

function sources<T>(from: Field<T>) {
  return list(object({ ...placed, from }), { max: PAGE_COLUMNS });
}

/** A mapping's file. `readRecordsMapping` also checks what no single member shows. */
export const RECORDS_MAPPING: Document<RecordsMapping> = {
  kind: "vitalproof/records-mapping",
  version: 1,
  title: "a mapping of records",
  body: object({
    schema: DATASET_SCHEMA.body,
    records: variant("format", [
      object({ format: v.literal("csv"), patient: said, sources: sources(csvOrigin) }),
      object({ format: v.literal("fhir"), identifier: optional(said), sources: sources(fhirOrigin) }),
    ]),
  }) as unknown as Field<RecordsMapping>,
};

/**
 * @param content of a file
 * @param file its name, for messages
 * @throws DOCUMENT_INVALID for the form; INVALID_ARGUMENT as `assertRecordsMapping`
 */
export function readRecordsMapping(content: string, file: string): RecordsMapping {
  const mapping = parseDocument(RECORDS_MAPPING, content, file);
  assertRecordsMapping(mapping);
  return mapping;
}
