// SPDX-License-Identifier: GPL-3.0-or-later
//
// Written from docs/protocol.md alone: "Terms", template 3, and "Missing readings", regularity.
import { bits, type Header, NO_BOUND } from "./terms.ts";
import { type Codes, MISSING, shareHolds, tenThousand } from "./window.ts";

const fieldsOf = (word: bigint) => ({
  low: bits(word, 88, 103),
  high: bits(word, 104, 119),
  level: bits(word, 120, 143),
  epochsMin: bits(word, 144, 159),
  epochsMax: bits(word, 160, 175),
  shareMin: bits(word, 176, 189),
  shareMax: bits(word, 190, 203),
});

const SUM = 2;
export const LAST_BIT = 217;
export const KNOWN_FLAGS = 1 | SUM;
export const COVERAGE_MIN = [204, 217] as const;

export function allowed(header: Header, word: bigint): boolean {
  const { low, high, level, epochsMin, epochsMax, shareMin, shareMax } = fieldsOf(word);
  const { slots, n } = header.scale;
  return (
    1 <= low &&
    low <= high &&
    high <= n &&
    1 <= level &&
    level <= (header.flags & SUM ? slots * (n - 1) : slots) &&
    epochsMin <= header.epochs &&
    (epochsMax === NO_BOUND || (epochsMin <= epochsMax && epochsMax <= header.epochs)) &&
    shareMin <= shareMax &&
    shareMax <= tenThousand
  );
}

export function holds(header: Header, word: bigint, codes: Codes): boolean {
  const terms = fieldsOf(word);
  const sums = (header.flags & SUM) !== 0;
  // What one reading adds to its epoch's level, and what a missing one may add at most.
  const adds = (code: number) => {
    if (sums) return code - 1;
    return terms.low <= code && code <= terms.high ? 1 : 0;
  };
  const unseen = header.ofValid ? 0 : sums ? header.scale.n - 1 : 1;

  let surely = 0;
  let possibly = 0;
  for (const epoch of codes) {
    const readings = epoch.filter((code) => code !== MISSING);
    const level = readings.reduce((total, code) => total + adds(code), 0);
    if (level >= terms.level) surely++;
    if (level + unseen * (epoch.length - readings.length) >= terms.level) possibly++;
  }
  return (
    terms.epochsMin <= surely &&
    (terms.epochsMax === NO_BOUND || possibly <= terms.epochsMax) &&
    shareHolds(header, terms, codes)
  );
}
