// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "./errors.ts";

/** An exact decimal: `digits × 10^-scale`. */
export type Decimal = { readonly digits: bigint; readonly scale: number };

const PATTERN = /^([+-]?)(\d+)(?:\.(\d+))?$/;
/** Enough for any reading; what is longer is a mistake or an attack. */
const LIMITS = { whole: 15, fraction: 30 } as const;

/**
 * Reads a plain decimal number exactly; floating point never decides whether a threshold is crossed.
 * Numbers are read through their shortest decimal form, so `107.6` is 107.6.
 * @param limits most digits before the point and after it
 * @returns undefined for anything that is not a plain decimal within the limits
 */
export function parseDecimal(
  value: string | number | bigint,
  limits: { readonly whole: number; readonly fraction: number } = LIMITS,
): Decimal | undefined {
  const match = PATTERN.exec(typeof value === "number" ? plain(value) : String(value).trim());
  if (match === null) return undefined;
  const [, , whole = "", fraction = ""] = match;
  if (whole.length > limits.whole || fraction.length > limits.fraction) return undefined;
  const digits = BigInt(whole + fraction);
  return { digits: match[1] === "-" ? -digits : digits, scale: fraction.length };
}

/** JavaScript writes numbers nearer to 0 than 10^-6 with an exponent, "1e-7"; here the same digits without one. */
function plain(value: number): string {
  const small = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(String(value));
  if (small === null) return String(value);
  const [, sign, whole, fraction = "", exponent] = small;
  return `${sign}0.${"0".repeat(Number(exponent) - 1)}${whole}${fraction}`;
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const [x, y] = aligned(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** How many times `step` goes into `value - origin`; undefined when it does not go exactly. */
export function stepsFrom(value: Decimal, origin: Decimal, step: Decimal): bigint | undefined {
  const scale = Math.max(value.scale, origin.scale, step.scale);
  const distance = atScale(value, scale) - atScale(origin, scale);
  const size = atScale(step, scale);
  return distance % size === 0n ? distance / size : undefined;
}

/** `origin + steps × step`, written with as many decimals as the inputs have. */
export function formatSteps(origin: Decimal, step: Decimal, steps: bigint): string {
  const scale = Math.max(origin.scale, step.scale);
  return formatDecimal({ digits: atScale(origin, scale) + steps * atScale(step, scale), scale });
}

export function formatDecimal({ digits, scale }: Decimal): string {
  if (scale === 0) return digits.toString();
  const sign = digits < 0n ? "-" : "";
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, "0");
  return `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

/** As `parseDecimal`, for values of our own tables that are known to be decimals. */
export function decimal(value: string | number): Decimal {
  const parsed = parseDecimal(value);
  if (parsed === undefined) {
    throw new VitalproofError("INVALID_ARGUMENT", `"${value}" is not a plain decimal number.`, {
      details: { value },
      hint: 'Write it like "107.6", without an exponent or separators.',
    });
  }
  return parsed;
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint] {
  const scale = Math.max(a.scale, b.scale);
  return [atScale(a, scale), atScale(b, scale)];
}

function atScale({ digits, scale }: Decimal, wanted: number): bigint {
  return digits * 10n ** BigInt(wanted - scale);
}
