// SPDX-License-Identifier: GPL-3.0-or-later

/** A continuous distribution on x > 0, seen from one place. Both sides are computed, so that neither loses digits. */
export type Split = {
  /** Probability of at most x. */
  readonly below: number;
  /** Probability of more than x. */
  readonly above: number;
  /** x times the density at x: what `below` gains when ln x grows by 1. */
  readonly mass: number;
};

/** Where to look for a quantile: the side whose probability is known to most digits, and this probability, above 0. */
export type Target = { readonly side: "below" | "above"; readonly probability: number };

/** Where at most x has probability `level`. The other side has more digits for high levels. */
export function atLevel(level: number): Target {
  return level < 0.5 ? { side: "below", probability: level } : { side: "above", probability: 1 - level };
}

/** Newton's method then doubles its digits in one step. */
const CLOSE = 1e-10;
/** Longest step in ln x: the far side of a normal tail must not round to 0. */
const LONGEST = Math.LN2;
/** More than the 60 or so of the widest interval of the heaviest tail. */
const MOST_STEPS = 1_000;

/**
 * The x that has this probability on this side, by Newton's method for ln probability over ln x. Both sides of Student's t
 * and of chi-square are concave there, so the method goes to the one solution from every start.
 * @param start above 0
 */
export function quantile(at: (x: number) => Split, { side, probability }: Target, start: number): number {
  let x = start;
  for (let i = 0; i < MOST_STEPS; i++) {
    const split = at(x);
    const slope = (side === "below" ? split.mass : -split.mass) / split[side];
    const step = Math.log(probability / split[side]) / slope;
    const taken = Math.max(-LONGEST, Math.min(LONGEST, step));
    x *= Math.exp(taken);
    if (Math.abs(taken) < CLOSE) return x;
  }
  throw new Error(`no quantile of ${probability} ${side} near ${x}`);
}
