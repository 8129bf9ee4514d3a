// SPDX-License-Identifier: GPL-3.0-or-later

/** An urn with `white` and `black` balls, from which `drawn` are drawn without putting them back. */
export type Urn = { readonly white: bigint; readonly black: bigint; readonly drawn: bigint };

/** Probabilities that differ by less count as equal: they may be equal and rounded differently. That of R's fisher.test. */
const TIE = 1 + 1e-7;
/**
 * Weights below count as 0, far above where doubles lose digits: a ratio just below 1 leaves the smallest double as it is,
 * and no walk would end.
 */
const LEAST = { observed: 1e-290, any: 1e-305 };

/**
 * Probability of all numbers of white balls that are at most as probable as `observed`. Weights relative to the most
 * probable number come from the ratio of neighbours alone, so no factorial is needed. The work grows with the standard
 * deviation, not with the numbers.
 * @param urn of at most 2^53 balls
 * @returns 0 where the observed number is less than 10^-290 times as probable as the most probable one
 */
export function atMostAsProbable({ white, black, drawn }: Urn, observed: bigint): number {
  const mode = Number(((white + 1n) * (drawn + 1n)) / (white + black + 2n));
  const [w, d, rest] = [Number(white), Number(drawn), Number(black - drawn)];
  const up = (k: number) => ((d - k) / (k + 1)) * ((w - k) / (rest + k + 1));
  const down = (k: number) => (k / (d - k + 1)) * ((rest + k) / (w - k + 1));

  const seen = Number(observed);
  const least = weightAt(mode, seen, up, down) * TIE;
  if (least === 0) return 0;
  let [all, extreme] = [0, 0];
  const add = (weight: number) => {
    all += weight;
    if (weight <= least) extreme += weight;
  };
  add(1);
  for (let k = mode, weight = up(k); weight > LEAST.any; k++, weight *= up(k)) add(weight);
  for (let k = mode, weight = down(k); weight > LEAST.any; k--, weight *= down(k)) add(weight);
  return extreme / all;
}

function weightAt(
  mode: number,
  seen: number,
  up: (k: number) => number,
  down: (k: number) => number,
): number {
  let weight = 1;
  for (let k = mode; k < seen && weight > LEAST.observed; k++) weight *= up(k);
  for (let k = mode; k > seen && weight > LEAST.observed; k--) weight *= down(k);
  return weight > LEAST.observed ? weight : 0;
}
