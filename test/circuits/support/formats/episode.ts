// SPDX-License-Identifier: GPL-3.0-or-later
//
// Written from docs/protocol.md alone: "Terms", template 2, and "Missing readings", episode.
import { bits, type Header, NO_BOUND, samplesOf } from "./terms.ts";
import { type Codes, type Mark, MISSING, runsOverAllFillings } from "./window.ts";

const fieldsOf = (word: bigint) => ({
  low: bits(word, 88, 103),
  high: bits(word, 104, 119),
  minRun: bits(word, 120, 135),
  runsMin: bits(word, 136, 151),
  runsMax: bits(word, 152, 167),
});

export const LAST_BIT = 181;
export const KNOWN_FLAGS = 1;
export const COVERAGE_MIN = [168, 181] as const;

export function allowed(header: Header, word: bigint): boolean {
  const { low, high, minRun, runsMin, runsMax } = fieldsOf(word);
  const samples = samplesOf(header);
  return (
    1 <= low &&
    low <= high &&
    high <= header.scale.n &&
    1 <= minRun &&
    minRun <= samples &&
    countsAllowed(runsMin, runsMax, Math.floor((samples + 1) / (minRun + 1))) &&
    oneDirection(header, runsMin, runsMax)
  );
}

export function countsAllowed(min: number, max: number, most: number): boolean {
  return min <= most && (max === NO_BOUND || (min <= max && max <= most));
}

/** In worst case the circuit counts in one direction, so terms have one bound. */
export function oneDirection(header: Header, min: number, max: number): boolean {
  return header.ofValid || min === 0 || max === NO_BOUND;
}

export function holds(header: Header, word: bigint, codes: Codes): boolean {
  const { low, high, minRun, runsMin, runsMax } = fieldsOf(word);
  const marks = codes
    .flat()
    .map((code): Mark => (code === MISSING ? undefined : low <= code && code <= high));
  const { least, most } = runsOverAllFillings(considered(header, marks), minRun);
  return runsMin <= least && (runsMax === NO_BOUND || most <= runsMax);
}

/** Of valid readings, a missing sample changes nothing: what is before and after it are neighbours. */
export function considered(header: Header, marks: readonly Mark[]): readonly Mark[] {
  return header.ofValid ? marks.filter((mark) => mark !== undefined) : marks;
}
