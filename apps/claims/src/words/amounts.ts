// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { formatUnits, parseUnits } from "ethers";

/** What writing an amount of a token needs. */
export type Unit = { readonly symbol: string; readonly decimals: number };

/**
 * "25.50" in whole tokens as smallest units, exact; white space around it does not count.
 * @throws INVALID_ARGUMENT for more decimals than the token has, for what is no plain number, and for 0
 */
export function parseAmount(text: string, { decimals, symbol }: Unit): bigint {
  const match = /^(\d{1,30})(?:\.(\d{1,60}))?$/.exec(text.trim());
  const fraction = (match?.[2] ?? "").replace(/0+$/, "");
  if (match === null || fraction.length > decimals) {
    throw new VitalproofError("INVALID_ARGUMENT", `"${text}" is no amount of ${symbol}.`, {
      details: { text, decimals },
      hint:
        decimals === 0
          ? "Write a whole number, such as 25."
          : `Write a plain number with at most ${decimals} decimals, such as 25.5.`,
    });
  }
  const value = parseUnits(fraction === "" ? match[1]! : `${match[1]}.${fraction}`, decimals);
  if (value > 0n) return value;
  throw new VitalproofError("INVALID_ARGUMENT", "The amount is 0.", {
    details: { text },
    hint: "Give more than 0.",
  });
}

/**
 * Smallest units as whole tokens, exact, with thin groups of three digits and at least two decimals where the token
 * has them ("1,250.00").
 */
export function formatNumber(value: bigint, decimals: number): string {
  const [whole = "0", fraction = ""] = formatUnits(value < 0n ? -value : value, decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const shown = fraction.replace(/0+$/, "").padEnd(Math.min(2, decimals), "0");
  return `${value < 0n ? "-" : ""}${grouped}${shown === "" ? "" : `.${shown}`}`;
}

/** As `formatNumber`, with the symbol. */
export function formatAmount(value: bigint, { decimals, symbol }: Unit): string {
  return symbol === "" ? formatNumber(value, decimals) : `${formatNumber(value, decimals)} ${symbol}`;
}

/** Smallest units as whole ones to three significant digits: for fees, whose last digits say nothing ("0.000116"). */
export function formatRoughly(value: bigint, { decimals, symbol }: Unit): string {
  const rough = Number(formatUnits(value, decimals)).toLocaleString("en-GB", { maximumSignificantDigits: 3 });
  return `${rough} ${symbol}`;
}

/** As `formatNumber`, without groups: for files that programs read. */
export function plainNumber(value: bigint, decimals: number): string {
  return formatNumber(value, decimals).replaceAll(",", "");
}

/** Unix seconds as ISO 8601 in UTC: for files that programs read. */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
