// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { FileInput, Format, FormatName, Metric, OwnColumns, ReadOptions } from "./format.ts";
import { BINARY_FORMATS, FORMATS, TEXT_FORMATS } from "./formats/all.ts";
import { beginningOf, headOf } from "./input.ts";
import { EMPTY_HINT, notUnderstood } from "./internal/notUnderstood.ts";
import { ucumOf } from "./metrics.ts";

/**
 * Finds a file's format by its content; names and endings of files say nothing.
 * @throws FILE_NOT_UNDERSTOOD for an empty file, or naming in `details.tried` the formats that it is not
 */
export async function detectFormat(input: FileInput): Promise<Format> {
  const found = await formatIn(input);
  if (found === "empty") throw notUnderstood("it is empty", { hint: EMPTY_HINT });
  if (found !== undefined) return found;
  throw notUnderstood(
    `it is not in any of the known formats: ${FORMATS.map(({ title }) => title).join(", ")}`,
    {
      details: { tried: FORMATS.map(({ name }) => name) },
      hint: "Pass the file as the device or app wrote it, or a table whose columns you name: --time, --value, --unit.",
    },
  );
}

/** What people pass in place of an export, by its first bytes. */
const REPORTS_AND_PICTURES: readonly { readonly what: string; readonly begins: readonly number[] }[] = [
  { what: "PDF document", begins: [0x25, 0x50, 0x44, 0x46] },
  { what: "picture (PNG)", begins: [0x89, 0x50, 0x4e, 0x47] },
  { what: "picture (JPEG)", begins: [0xff, 0xd8, 0xff] },
];

/** The format of a file by its content; nothing where it is in none. @throws FILE_NOT_UNDERSTOOD for bytes that are not text */
export async function formatIn(input: FileInput): Promise<Format | "empty" | undefined> {
  const bytes = await beginningOf(input);
  const binary = BINARY_FORMATS.find((format) => format.begins(bytes));
  if (binary !== undefined) return binary;
  const picture = REPORTS_AND_PICTURES.find(({ begins }) => begins.every((byte, at) => bytes[at] === byte));
  if (picture !== undefined) {
    throw notUnderstood(`it is a ${picture.what}`, {
      hint: "Readings are not read from reports and pictures. Export them as a table or in another form of docs/formats.md.",
    });
  }
  const head = await headOf(input);
  return head.trim() === "" ? "empty" : TEXT_FORMATS.find((format) => format.matches(head));
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

/** A format, and the one metric that counts where the caller named its column. */
export type ChosenFormat = { readonly format: Format; readonly metric?: Metric };

/**
 * The format of a table whose columns the caller names: where they are the ones that a vendor's format reads on its own,
 * that format, which also knows the vendor's codes, words and clocks; else the general one.
 * @param metric that the caller names, if any
 * @throws INVALID_ARGUMENT where the unit named is not the one that the format's values have
 */
export async function formatOfColumns(
  input: FileInput,
  columns: NonNullable<ReadOptions["columns"]>,
  metric: Metric | undefined,
): Promise<ChosenFormat> {
  const general = { format: formatOf("generic-csv") };
  if (columns.time === undefined || columns.clock !== undefined) return general;
  const head = await headOf(input);
  const format = TEXT_FORMATS.find(({ matches }) => matches(head));
  const own = [format?.own?.(head) ?? []]
    .flat()
    .find(
      (one) => one.time.includes(placeOf(one, columns.time!)) && placeOf(one, columns.value) === one.value,
    );
  if (format === undefined || own === undefined) return general;
  const measured = own.metric ?? "glucose";
  if (measured === "any") return { format };
  if (metric !== undefined && metric !== measured) return general;
  if (own.unit !== undefined && ucumOf(measured, columns.unit) !== own.unit) {
    throw new VitalproofError("INVALID_ARGUMENT", `Column "${columns.value}" is in ${own.unit}.`, {
      details: { name: "unit", value: columns.unit },
      hint: `Leave the unit out, or pass --unit ${own.unit}.`,
    });
  }
  return { format, metric: measured };
}

function placeOf({ titles }: OwnColumns, name: string): number {
  const number = /^#([1-9]\d{0,3})$/.exec(name)?.[1];
  return number === undefined ? titles.indexOf(name.trim()) : Number(number) - 1;
}
