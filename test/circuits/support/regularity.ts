// SPDX-License-Identifier: GPL-3.0-or-later

import type { Shape } from "./shapes.ts";
import type { RegularityTerms } from "./terms.ts";

/**
 * The circuit by its meaning, without the circuit's formulas. Missing readings
 * are left out (of valid), or filled in every way: what a filling can change is
 * how much it adds to each epoch's level and how many readings it puts in the
 * band, so these are gone through one by one.
 */
export function regularityHolds(
  shape: Shape,
  terms: RegularityTerms,
  codes: readonly (readonly bigint[])[],
): boolean {
  const N = shape.epochs * shape.slots;
  const STEP = shape.codes - 1;
  const ofValid = (terms.flags & 1n) !== 0n;
  const bySum = (terms.flags & 2n) !== 0n;
  const [low, high, level] = [Number(terms.low), Number(terms.high), Number(terms.level)];
  const epochs = codes.map((row) => row.map(Number));
  const valid = epochs.flat().filter((code) => code > 0);
  const inBand = valid.filter((code) => low <= code && code <= high).length;
  if (valid.length === 0) return false;
  if (valid.length * 10_000 < Number(terms.coverageMin) * N) return false;

  let reached = new Set([0]);
  for (const row of epochs) {
    const known = row.filter((code) => code > 0);
    let level0 = 0;
    for (const code of known) level0 += bySum ? code - 1 : low <= code && code <= high ? 1 : 0;
    const unknown = ofValid ? 0 : row.length - known.length;
    const outcomes = new Set<number>();
    for (let more = 0; more <= unknown * (bySum ? STEP : 1); more++)
      outcomes.add(level0 + more >= level ? 1 : 0);
    reached = new Set([...reached].flatMap((before) => [...outcomes].map((one) => before + one)));
  }
  for (const count of reached) {
    if (count < Number(terms.epochsMin) || count > Number(terms.epochsMax)) return false;
  }
  const unknown = ofValid ? 0 : N - valid.length;
  for (let more = 0; more <= unknown; more++) {
    const parts = (inBand + more) * 10_000;
    const whole = valid.length + unknown;
    if (parts < Number(terms.shareMin) * whole || parts > Number(terms.shareMax) * whole) return false;
  }
  return true;
}
