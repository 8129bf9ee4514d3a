// SPDX-License-Identifier: GPL-3.0-or-later
import { formatDecimal, parseDecimal } from "./decimal.ts";
import { type ErrorCode, VitalproofError } from "./errors.ts";

/** How amounts of a token are written. `symbol` may be empty where the token has no name. */
export type Unit = { readonly symbol: string; readonly decimals: number };

/** More than any token has in all. */
const DIGITS = 60;

/**
 * "25.50" in whole tokens as smallest units, exact.
 * @param code of the refusal: a command refuses its usage, a page an argument
 * @throws `code` for more decimals than the token has, for anything that is not a plain number, and for 0
 */
export function parseAmount(
  text: string,
  { decimals, symbol }: Unit,
  code: ErrorCode = "INVALID_ARGUMENT",
): bigint {
  // White space and signs are fine in a decimal and not in an amount.
  const parsed = /^[\d.]+$/.test(text) ? parseDecimal(text, { whole: DIGITS, fraction: DIGITS }) : undefined;
  const missing = decimals - (parsed?.scale ?? 0);
  const surplus = 10n ** BigInt(Math.max(0, -missing));
  if (parsed === undefined || parsed.digits % surplus !== 0n) {
    throw new VitalproofError(code, `"${text}" is not an amount of ${symbol || "the token"}.`, {
      details: { text, decimals },
      hint:
        decimals === 0
          ? "Write a whole number, such as 25."
          : `Write a plain number with at most ${decimals} decimals, such as 25.5.`,
    });
  }
  const value = (parsed.digits / surplus) * 10n ** BigInt(Math.max(0, missing));
  if (value > 0n) return value;
  throw new VitalproofError(code, "The amount is 0.", { details: { text }, hint: "Specify more than 0." });
}

/** Smallest units as whole tokens, exact, with at least two decimals where the token has them: "1250.00". */
export function plainNumber(value: bigint, decimals: number): string {
  const [whole = "0", fraction = ""] = formatDecimal({ digits: value, scale: decimals }).split(".");
  const shown = fraction.replace(/0+$/, "").padEnd(Math.min(2, decimals), "0");
  return shown === "" ? whole : `${whole}.${shown}`;
}

/** As `plainNumber`, in groups of three digits for people: "1,250.00". */
export function formatNumber(value: bigint, decimals: number): string {
  const [whole = "0", fraction] = plainNumber(value, decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** As `formatNumber`, with the symbol: "1,250.00 tUSDC". */
export function formatAmount(value: bigint, { decimals, symbol }: Unit): string {
  return symbol === "" ? formatNumber(value, decimals) : `${formatNumber(value, decimals)} ${symbol}`;
}
