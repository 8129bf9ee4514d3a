// SPDX-License-Identifier: GPL-3.0-or-later

/** A relative change that no longer counts in a double. Both loops below also end for NaN. */
const SMALL = 2 ** -53;
/** Takes the place of a denominator of 0. */
const TINY = 1e-300;

/**
 * `1 / (b0 + a1 / (b1 + a2 / (b2 + …)))` by the modified method of Lentz (Thompson and Barnett, Journal of Computational
 * Physics 64, 1986).
 * @param a the m-th numerator, from 1 on
 * @param b the m-th denominator, from 0 on
 */
export function continuedFraction(a: (m: number) => number, b: (m: number) => number): number {
  const first = b(0) || TINY;
  let value = first;
  let c = first;
  let d = 0;
  for (let m = 1; ; m++) {
    const [numerator, denominator] = [a(m), b(m)];
    d = 1 / (denominator + numerator * d || TINY);
    c = denominator + numerator / c || TINY;
    value *= c * d;
    if (!(Math.abs(c * d - 1) > 4 * SMALL)) return 1 / value;
  }
}

/** `1 + t1 + t1 t2 + t1 t2 t3 + …` for ratios `t` above 0 that end below 1. @param ratio the k-th, from 1 on */
export function positiveSeries(ratio: (k: number) => number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; ; k++) {
    const next = ratio(k);
    term *= next;
    sum += term;
    // What is left is at most a geometric series, once the ratios fall.
    if (!(next >= 1 || term > SMALL * (1 - next) * sum)) return sum;
  }
}
