// SPDX-License-Identifier: GPL-3.0-or-later
//
// Values of a column and their codes, exactly: no floating point is involved.
import { type Decimal, decimal, formatSteps, parseDecimal, stepsFrom } from "../../decimal.ts";
import { assertInteger } from "../../invalid.ts";
import type { Amount, ColumnSchema, NumberColumnSchema } from "./schema.ts";

/** How many values a column has: its codes are 1 to this. */
export function highestCodeOf(column: ColumnSchema): number {
  if (column.kind === "category") return column.values.length;
  const { minimum, step, maximum } = column;
  return Number(stepsFrom(decimal(maximum), decimal(minimum), decimal(step))!) + 1;
}

/**
 * The code of a value, 1 or more; a missing value has code 0. Undefined for what is not a value of the column: between two
 * steps, outside of the range, not in the list. The caller makes the error, since the value may be a patient's.
 */
export function codeOf(column: ColumnSchema, value: Amount): number | undefined {
  if (column.kind === "category") {
    const place = column.values.indexOf(String(value));
    return place < 0 ? undefined : place + 1;
  }
  const read = parseDecimal(value);
  if (read === undefined) return undefined;
  const steps = stepsFrom(read, decimal(column.minimum), decimal(column.step));
  const isInside = steps !== undefined && steps >= 0n && steps < BigInt(highestCodeOf(column));
  return isInside ? Number(steps) + 1 : undefined;
}

/** The value of a code, numbers with the column's decimals. @throws INVALID_ARGUMENT for a code that it does not have, 0 too */
export function valueAt(column: ColumnSchema, code: number): string {
  assertInteger(`code of a value in column "${column.name}"`, code, 1, highestCodeOf(column));
  if (column.kind === "category") return column.values[code - 1]!;
  return formatSteps(decimal(column.minimum), decimal(column.step), BigInt(code - 1));
}

/**
 * The lowest codes whose values are at least this number, and above it: from 1 to one more than the column has. They are the
 * same for a number that is not a value of the column.
 */
export function codesFrom(column: NumberColumnSchema, number: Decimal): { atLeast: number; above: number } {
  const [minimum, step] = [decimal(column.minimum), decimal(column.step)];
  const scale = Math.max(number.scale, minimum.scale, step.scale);
  const scaled = ({ digits, scale: own }: Decimal) => digits * 10n ** BigInt(scale - own);
  const distance = scaled(number) - scaled(minimum);
  const past = BigInt(highestCodeOf(column)) + 1n;
  if (distance < 0n) return { atLeast: 1, above: 1 };
  const steps = distance / scaled(step);
  const within = (code: bigint) => Number(code < past ? code : past);
  const above = within(steps + 2n);
  return { atLeast: steps * scaled(step) === distance ? within(steps + 1n) : above, above };
}
