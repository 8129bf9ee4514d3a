// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { FileInput, ReadOptions } from "../format.ts";
import { ucumOf } from "../metrics.ts";
import { type Header, type Row, readRows } from "./csv.ts";

/** No glucose in mmol/L is higher (plausible.ts), so that a whole number above it is in mg/dL. */
const HIGHEST_MMOL = 60;

export type GlucoseUnit = "mg/dL" | "mmol/L";

/**
 * The unit of a file that does not say it: the one that the caller names; else mg/dL, where a value is too high for
 * anything else.
 * @param textOf a row's value, "" where it has none
 * @throws SELECTION_REQUIRED where neither decides; INVALID_ARGUMENT for a unit of something else
 */
export async function glucoseUnit(
  input: FileInput,
  header: Pick<Header<unknown>, "delimiter" | "titleRows" | "width">,
  { unit, columns }: Pick<ReadOptions, "unit" | "columns">,
  textOf: (row: Row) => string,
): Promise<GlucoseUnit> {
  const named = columns?.unit ?? unit;
  if (named !== undefined) {
    const found = ucumOf("glucose", named);
    if (found !== undefined) return found as GlucoseUnit;
    throw new VitalproofError("INVALID_ARGUMENT", `Glucose is not measured in "${named}".`, {
      details: { name: "unit", value: named },
      hint: "Pass --unit mg/dL or --unit mmol/L.",
    });
  }
  let high = false;
  await readRows(input, header, (row) => {
    const text = textOf(row);
    high = /^\d{1,4}$/.test(text) && Number(text) > HIGHEST_MMOL;
    return !high;
  });
  if (high) return "mg/dL";
  throw new VitalproofError(
    "SELECTION_REQUIRED",
    "The file does not say whether its glucose is in mg/dL or mmol/L, and no value decides.",
    { hint: "Look at one value that you know, and pass --unit mg/dL or --unit mmol/L." },
  );
}
