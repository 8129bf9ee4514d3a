// SPDX-License-Identifier: GPL-3.0-or-later
import type { Unit } from "@vitalproof/sdk";
import { formatUnits } from "ethers";

/** Smallest units as whole ones to three significant digits: for fees, whose last digits say nothing ("0.000116"). */
export function formatRoughly(value: bigint, { decimals, symbol }: Unit): string {
  const rough = Number(formatUnits(value, decimals)).toLocaleString("en-GB", { maximumSignificantDigits: 3 });
  return `${rough} ${symbol}`;
}

/** Unix seconds as ISO 8601 in UTC: for files that programs read. */
export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
