// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a custodian publishes about a dataset: which columns its pages have, and what the codes in them mean.
import * as v from "valibot";
import { compareDecimals, parseDecimal, stepsFrom } from "../../decimal.ts";
import { VitalproofError } from "../../errors.ts";
import { type Document, parseDocument } from "../../wire/documents.ts";
import { type Field, list, object, oneLine, optional, variant } from "../../wire/fields.ts";
import { HIGHEST_CODE, PAGE_COLUMNS } from "../column.ts";
import { isReserved } from "./tokens.ts";

/** A decimal: a number, or a text such as "6.50". Both are read exactly. */
export type Amount = string | number;

type ColumnNames = {
  /** Unique in its dataset; what queries call it. */
  readonly name: string;
  /** What people call it. */
  readonly label?: string;
};

/** Code 1 is the minimum, and each code one step more. */
export type NumberColumnSchema = ColumnNames & {
  readonly kind: "number";
  /** "" for a plain number. */
  readonly unit: string;
  readonly minimum: Amount;
  readonly step: Amount;
  readonly maximum: Amount;
};

/** Code 1 is the first value. The order has no meaning. */
export type CategoryColumnSchema = ColumnNames & {
  readonly kind: "category";
  readonly values: readonly string[];
};

export type ColumnSchema = NumberColumnSchema | CategoryColumnSchema;

export type DatasetSchema = {
  readonly title: string;
  /** By their places in the pages, at most 14. */
  readonly columns: readonly ColumnSchema[];
};

/** @param most characters */
function plainText(most: number, wanted: string): Field<string> {
  return v.pipe(
    v.string(wanted),
    v.maxLength(most, wanted),
    v.check((text) => isPlainText(text), wanted),
  );
}

/** One line without control characters, which could make it look like another text, and without spaces around it. */
function isPlainText(text: string): boolean {
  return text !== "" && text === text.trim() && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text);
}

const wantedName = "a name of at most 64 characters in one line";
const names = { name: plainText(64, wantedName), label: optional(plainText(64, wantedName)) };
const amount = v.union([v.number(), v.string()], "a decimal number");
const unit: Field<string> = v.pipe(
  oneLine,
  v.maxLength(32, "a unit of at most 32 characters"),
  v.check((text) => text === "" || isPlainText(text), "a unit, or an empty text"),
);

/** A schema's file. `readDatasetSchema` also checks what no single member shows. */
export const DATASET_SCHEMA: Document<DatasetSchema> = {
  kind: "vitalproof/dataset-schema",
  version: 1,
  title: "a dataset's schema",
  body: object({
    title: plainText(200, "a title of at most 200 characters in one line"),
    columns: list(
      variant("kind", [
        object({ ...names, kind: v.literal("number"), unit, minimum: amount, step: amount, maximum: amount }),
        object({
          ...names,
          kind: v.literal("category"),
          values: list(plainText(200, "a value of at most 200 characters in one line"), {
            max: HIGHEST_CODE,
          }),
        }),
      ]),
      { max: PAGE_COLUMNS },
    ),
  }) as Field<DatasetSchema>,
};

/**
 * @param content of a file
 * @param file its name, for messages
 * @throws DOCUMENT_INVALID for the form; INVALID_ARGUMENT as `assertDatasetSchema`
 */
export function readDatasetSchema(content: string, file: string): DatasetSchema {
  const schema = parseDocument(DATASET_SCHEMA, content, file);
  assertDatasetSchema(schema);
  return schema;
}

/** @throws INVALID_ARGUMENT naming the column and what is wrong with it */
export function assertDatasetSchema({ columns }: DatasetSchema): void {
  if (columns.length < 1 || columns.length > PAGE_COLUMNS)
    throw wrong(
      `The schema has ${columns.length} columns, and a dataset has 1 to ${PAGE_COLUMNS}.`,
      columns.length === 0 ? "Name at least one column." : "Split the dataset.",
    );
  const known = new Map<string, number>();
  for (const [place, column] of columns.entries()) {
    const { name, label } = column;
    for (const said of new Set([name, label ?? name].map((one) => one.toLowerCase()))) {
      const other = known.get(said);
      if (other !== undefined)
        throw wrong(
          `Columns ${other} and ${place} are both called "${said}".`,
          "Names and labels must differ in more than upper and lower case.",
        );
      known.set(said, place);
    }
    if (isReserved(name))
      throw wrong(
        `Column ${place} is called "${name}", a word of the query language.`,
        "Give it another name; its label may have this one.",
      );
    if (column.kind === "number") assertNumbers(column);
    else assertValues(column);
  }
}

function assertNumbers(column: NumberColumnSchema): void {
  const { name } = column;
  const read = (what: "minimum" | "step" | "maximum") => {
    const decimal = parseDecimal(column[what]);
    if (decimal !== undefined) return decimal;
    throw wrong(
      `The ${what} of column "${name}" is ${column[what]}, and must be a plain decimal number.`,
      'Write it like "0.5", without an exponent or separators.',
    );
  };
  const [minimum, step, maximum] = [read("minimum"), read("step"), read("maximum")];
  if (step.digits <= 0n)
    throw wrong(`The step of column "${name}" is ${column.step}, and must be more than 0.`);
  if (compareDecimals(maximum, minimum) < 0)
    throw wrong(`The maximum of column "${name}", ${column.maximum}, is below its minimum.`);
  const steps = stepsFrom(maximum, minimum, step);
  if (steps === undefined)
    throw wrong(
      `From ${column.minimum} to ${column.maximum}, column "${name}" does not have a whole number of steps of ${column.step}.`,
      "Change the maximum so that it is one of the column's values.",
    );
  if (steps + 1n > BigInt(HIGHEST_CODE))
    throw wrong(
      `Column "${name}" has ${steps + 1n} values, and at most ${HIGHEST_CODE} are possible.`,
      "Use a larger step or a narrower range.",
    );
}

function assertValues({ name, values }: CategoryColumnSchema): void {
  if (values.length < 1 || values.length > HIGHEST_CODE)
    throw wrong(`Column "${name}" has ${values.length} values, and must have 1 to ${HIGHEST_CODE}.`);
  const known = new Set<string>();
  for (const value of values) {
    if (known.has(value)) throw wrong(`Column "${name}" has the value "${value}" twice.`);
    known.add(value);
  }
}

function wrong(message: string, hint?: string): VitalproofError {
  return new VitalproofError("INVALID_ARGUMENT", message, { hint });
}
