// SPDX-License-Identifier: GPL-3.0-or-later
//
// Written from docs/protocol.md alone: "Terms", template 1, and "Missing readings", distribution.
import { bits, type Header } from "./terms.ts";
import { type Codes, MISSING, shareHolds, tenThousand } from "./window.ts";

const fieldsOf = (word: bigint) => ({
  low: bits(word, 88, 103),
  high: bits(word, 104, 119),
  shareMin: bits(word, 120, 133),
  shareMax: bits(word, 134, 147),
  meanMin: bits(word, 148, 163),
  meanMax: bits(word, 164, 179),
  coverageMax: bits(word, 194, 207),
});

const FLAGS = { meanAbove: 2, meanBelow: 4 };
export const LAST_BIT = 207;
export const KNOWN_FLAGS = 1 | FLAGS.meanAbove | FLAGS.meanBelow;
export const COVERAGE_MIN = [180, 193] as const;

export function allowed(header: Header, word: bigint): boolean {
  const { low, high, shareMin, shareMax, meanMin, meanMax, coverageMax } = fieldsOf(word);
  const { n } = header.scale;
  const coverageMin = bits(word, ...COVERAGE_MIN);
  const strict = (header.flags & (FLAGS.meanAbove | FLAGS.meanBelow)) !== 0;
  return (
    1 <= low &&
    low <= high &&
    high <= n &&
    shareMin <= shareMax &&
    shareMax <= tenThousand &&
    (strict ? meanMin < meanMax : meanMin <= meanMax) &&
    meanMax <= n &&
    coverageMin <= coverageMax &&
    coverageMax <= tenThousand &&
    (header.ofValid || coverageMax === tenThousand)
  );
}

/** Each missing slot is filled with the code that is worst under the bound in question, or left out. */
export function holds(header: Header, word: bigint, codes: Codes): boolean {
  const terms = fieldsOf(word);
  const slots = codes.flat();
  const filledWith = (code: number) =>
    header.ofValid ? slots.filter((slot) => slot !== MISSING) : slots.map((slot) => slot || code);
  const sum = (list: readonly number[]) => list.reduce((total, code) => total + code, 0);

  const lowest = filledWith(1);
  const least = terms.meanMin * lowest.length;
  const highest = filledWith(header.scale.n);
  const most = terms.meanMax * highest.length;
  return (
    shareHolds(header, terms, codes) &&
    (header.flags & FLAGS.meanAbove ? least < sum(lowest) : least <= sum(lowest)) &&
    (header.flags & FLAGS.meanBelow ? sum(highest) < most : sum(highest) <= most) &&
    tenThousand * lowest.length <= terms.coverageMax * slots.length
  );
}
