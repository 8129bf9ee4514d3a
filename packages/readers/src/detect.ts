// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { FileInput, Format, FormatName } from "./format.ts";
import { FORMATS } from "./formats/all.ts";
import { headOf } from "./input.ts";
import { notUnderstood } from "./internal/notUnderstood.ts";

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
