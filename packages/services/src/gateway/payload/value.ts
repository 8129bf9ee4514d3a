// SPDX-License-Identifier: GPL-3.0-or-later
import { METRICS, type Metric } from "@vitalproof/readers";
import {
  beyondScale,
  isMissing,
  isZero,
  JsonNumber,
  plainDecimal,
  SENTINEL_ZERO,
} from "@vitalproof/readers/rules";
import { placeOf, type Tree } from "./document.ts";
import { Refused } from "./refusal.ts";

/** Digits beyond which no device measures. A longer text is not a value, whatever it says. */
const LONGEST = 64;

/** A value as it is written, or the kind of entry that it is in place of one. */
export type Found = { readonly value: string } | { readonly skipped: string };

/**
 * A value with exactly the digits that the message has. Texts count as numbers, since many gateways write them so.
 * @param scale places that the decimal point moves to the right
 * @throws Refused
 */
export function writtenValue({ path, exact }: Tree, metric: Metric, scale: number): Found {
  const place = placeOf(path);
  if (exact === null) return { skipped: "missing" };
  const text = exact instanceof JsonNumber ? exact.text : exact;
  if (typeof text !== "string" || text.length > LONGEST) throw new Refused("not-a-number", place);
  const trimmed = text.trim();
  if (isMissing(trimmed)) return { skipped: "missing" };
  const beyond = beyondScale(trimmed);
  if (beyond !== undefined) return { value: beyond };
  const plain = plainDecimal(trimmed);
  const value = plain === undefined || scale === 0 ? plain : plainDecimal(`${plain}e${scale}`);
  if (value === undefined) throw new Refused("not-a-number", place);
  if (METRICS[metric].zeroIsMissing && isZero(value)) return { skipped: SENTINEL_ZERO };
  // Of all metrics only acceleration has a direction. "other" may be anything.
  if (value.startsWith("-") && metric !== "acceleration" && metric !== "other")
    throw new Refused("below-zero", place);
  return { value };
}
