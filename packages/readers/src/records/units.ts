// SPDX-License-Identifier: GPL-3.0-or-later
import { type Decimal, decimal, parseDecimal } from "@vitalproof/sdk";
import { scaled } from "../formats/fhir/decimal.ts";
import type { UnitRule } from "./origins.ts";

// cspell:ignore cdfmnpu
/** UCUM writes the litre l or L, and annotations in braces mean nothing (ucum.org). Everything else is compared as it is. */
function canonicalUnit(unit: string): string {
  return unit
    .trim()
    .replace(/\{[^{}]*\}/g, "")
    .replace(/(?<![A-Za-z[\]])([cdfmnpu]?)l(?![A-Za-z[\]])/g, "$1L");
}

export function sameUnit(a: string, b: string): boolean {
  return canonicalUnit(a) === canonicalUnit(b);
}

/** value × factor + offset, exactly. @returns undefined for more digits than any value has */
export function converted(value: Decimal, { factor = 1, offset = 0 }: UnitRule): Decimal | undefined {
  return parseDecimal(scaled(decimal(offset), decimal(factor), value));
}

/** Whether the rule changes the numbers. */
export function converts({ factor, offset }: UnitRule): boolean {
  return factor !== undefined || offset !== undefined;
}
