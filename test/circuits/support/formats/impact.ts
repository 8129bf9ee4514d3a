// SPDX-License-Identifier: GPL-3.0-or-later
//
// Written from docs/protocol.md alone: "Terms", template 4, and "Missing readings", impact.
import { considered, countsAllowed, oneDirection } from "./episode.ts";
import { bits, type Header, NO_BOUND, samplesOf } from "./terms.ts";
import { type Codes, type Mark, MISSING, runsOverAllFillings } from "./window.ts";

const fieldsOf = (word: bigint) => ({
  threshold: bits(word, 88, 119),
  minRun: bits(word, 120, 135),
  countMin: bits(word, 136, 151),
  countMax: bits(word, 152, 167),
});

export const LAST_BIT = 181;
export const KNOWN_FLAGS = 1;
export const COVERAGE_MIN = [168, 181] as const;

export function allowed(header: Header, word: bigint): boolean {
  const { threshold, minRun, countMin, countMax } = fieldsOf(word);
  const { channels, zero } = header.scale;
  const samples = samplesOf(header);
  return (
    channels === 3 &&
    1 <= threshold &&
    threshold <= (zero - 2) ** 2 &&
    minRun <= samples &&
    countsAllowed(countMin, countMax, minRun === 0 ? samples : Math.floor((samples + 1) / (minRun + 1))) &&
    (minRun === 0 || oneDirection(header, countMin, countMax))
  );
}

export function holds(header: Header, word: bigint, codes: Codes): boolean {
  const { threshold, minRun, countMin, countMax } = fieldsOf(word);
  const marks = considered(header, marksOf(header, threshold, codes));
  const { least, most } =
    minRun === 0
      ? {
          least: marks.filter((mark) => mark === true).length,
          most: marks.filter((mark) => mark !== false).length,
        }
      : runsOverAllFillings(marks, minRun);
  return countMin <= least && (countMax === NO_BOUND || most <= countMax);
}

/** A sample is missing if one of its axes is; else it is an impact or not. */
function marksOf({ scale: { zero } }: Header, threshold: number, codes: Codes): Mark[] {
  const flat = codes.flat();
  const marks: Mark[] = [];
  for (let i = 0; i < flat.length; i += 3) {
    const axes = flat.slice(i, i + 3);
    const length = axes.reduce((sum, code) => sum + (code - zero) ** 2, 0);
    marks.push(axes.includes(MISSING) ? undefined : length >= threshold);
  }
  return marks;
}
