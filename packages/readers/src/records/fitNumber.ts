// SPDX-License-Identifier: GPL-3.0-or-later
import { type Decimal, decimal } from "@vitalproof/sdk";
import { highestCodeOf, type NumberColumnSchema, valueAt } from "@vitalproof/sdk/research";
import type { Beyond, Rounding } from "./origins.ts";

export type Fitted =
  /** A value of the column, with its decimals. */
  | { readonly value: string; readonly change?: "rounded" | "clamped below" | "clamped above" }
  | { readonly fault: "beyond range" | "between steps"; readonly isAbove?: boolean }
  /** Outside of the range, and the mapping takes that as missing. */
  | { readonly missing: true; readonly isAbove: boolean };

/** A number as a value of its column. The range is asked before rounding: 70.04 is above 70. No floating point. */
export function fitNumber(
  column: NumberColumnSchema,
  value: Decimal,
  { rounding, beyond }: { readonly rounding: Rounding; readonly beyond: Beyond },
): Fitted {
  const [minimum, maximum, step] = [column.minimum, column.maximum, column.step].map(decimal) as [
    Decimal,
    Decimal,
    Decimal,
  ];
  const scale = Math.max(value.scale, minimum.scale, maximum.scale, step.scale);
  const scaled = ({ digits, scale: own }: Decimal): bigint => digits * 10n ** BigInt(scale - own);
  const distance = scaled(value) - scaled(minimum);
  const isAbove = scaled(value) > scaled(maximum);
  if (distance < 0n || isAbove) {
    if (beyond === "refuse") return { fault: "beyond range", isAbove };
    if (beyond === "missing") return { missing: true, isAbove };
    return isAbove
      ? { value: valueAt(column, highestCodeOf(column)), change: "clamped above" }
      : { value: valueAt(column, 1), change: "clamped below" };
  }
  const size = scaled(step);
  const [steps, rest] = [distance / size, distance % size];
  if (rest === 0n) return { value: valueAt(column, Number(steps) + 1) };
  if (rounding === "refuse") return { fault: "between steps" };
  // The maximum is a step, so that rounding up does not leave the range.
  const up = rounding === "nearest" && 2n * rest >= size ? 1 : 0;
  return { value: valueAt(column, Number(steps) + up + 1), change: "rounded" };
}
