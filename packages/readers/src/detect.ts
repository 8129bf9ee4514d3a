// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { FileInput, Format, FormatName, OwnColumns, ReadOptions } from "./format.ts";
import { FORMATS } from "./formats/all.ts";
import { headOf } from "./input.ts";
import { notUnderstood } from "./internal/notUnderstood.ts";
import { ucumOf } from "./metrics.ts";

/**
 * Finds a file's format by its content; names and endings of files say nothing.
 * @throws FILE_NOT_UNDERSTOOD for an empty file, or naming in `details.tried` the formats that it is not
 */
export async function detectFormat(input: FileInput): Promise<Format> {
  const head = await headOf(input);
  if (head.trim() === "") throw notUnderstood("it is empty");
  const found = FORMATS.find((format) => format.matches(head));
  if (found !== undefined) return found;
  throw notUnderstood(
    `it is not in any of the known formats: ${FORMATS.map(({ title }) => title).join(", ")}`,
    {
      details: { tried: FORMATS.map(({ name }) => name) },
      hint: "Pass an unchanged export, or any table with named columns.",
    },
  );
}

/** @throws INVALID_ARGUMENT for a name that no format has */
export function formatOf(name: FormatName): Format {
  const found = FORMATS.find((format) => format.name === name);
  if (found === undefined) {
    throw new VitalproofError("INVALID_ARGUMENT", `There is no format "${name}".`, {
      details: { name: "format", value: name },
      hint: `Use one of ${FORMATS.map((format) => format.name).join(", ")}.`,
    });
  }
  return found;
}

/**
 * The format of a table whose columns the caller names: where they are the ones that a vendor's format reads on its own,
 * that format, which also knows the vendor's codes, words and clocks; else the general one.
 * @throws INVALID_ARGUMENT where the unit named is not the one that the column's title says
 */
export async function formatOfColumns(
  input: FileInput,
  columns: NonNullable<ReadOptions["columns"]>,
): Promise<Format> {
  const head = await headOf(input);
  const format = FORMATS.find(({ matches }) => matches(head));
  const own = format?.own?.(head);
  if (own === undefined || columns.time === undefined) return formatOf("generic-csv");
  if (!own.time.includes(placeOf(own, columns.time)) || placeOf(own, columns.value) !== own.value) {
    return formatOf("generic-csv");
  }
  const unit = ucumOf("glucose", columns.unit);
  if (own.unit !== undefined && unit !== own.unit) {
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `Column "${columns.value}" is in ${own.unit}, as its title says.`,
      {
        details: { name: "unit", value: columns.unit },
        hint: `Leave the unit out, or pass --unit ${own.unit}.`,
      },
    );
  }
  return format!;
}

function placeOf({ titles }: OwnColumns, name: string): number {
  const number = /^#([1-9]\d{0,3})$/.exec(name)?.[1];
  return number === undefined ? titles.indexOf(name.trim()) : Number(number) - 1;
}
