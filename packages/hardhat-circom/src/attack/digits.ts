// SPDX-License-Identifier: GPL-3.0-or-later
//
// One linear equation whose unknowns can have two values each: a binary
// decomposition, a one-hot vector, a count of flags.
import { inverse, mod, R } from "../internal/field.ts";

const HALF = R / 2n;

/** coefficient · x, where x is one of two values. */
export interface TwoValued {
  readonly coefficient: bigint;
  readonly values: readonly [bigint, bigint];
}

/** The representative in (-R/2, R/2]. */
function signed(value: bigint): bigint {
  const rest = mod(value);
  return rest > HALF ? rest - R : rest;
}

const magnitude = (value: bigint) => (value < 0n ? -value : value);

interface Scaled {
  /** Integers s with Σ s·bit = target. */
  readonly steps: readonly bigint[];
  readonly target: bigint;
}

/**
 * The equation over the integers: multiplied by whatever makes its coefficients small. Undefined where they stay too
 * large for the field, so that sums could wrap.
 */
function overIntegers(terms: readonly TwoValued[], constant: bigint): Scaled | undefined {
  let rest = constant;
  const steps = terms.map(({ coefficient, values: [first, second] }) => {
    rest += coefficient * first;
    return mod(coefficient * (second - first));
  });
  // In units of the smallest step all are whole numbers; which that is only trying shows.
  for (const scale of new Set([1n, steps[0]!, steps.at(-1)!, ...steps])) {
    if (scale === 0n) continue;
    const factor = scale === 1n ? 1n : inverse(scale);
    let sum = 0n;
    const scaled: bigint[] = [];
    for (const step of steps) {
      const whole = signed(step * factor);
      sum += magnitude(whole);
      if (sum >= HALF) break;
      scaled.push(whole);
    }
    if (scaled.length === steps.length) return { steps: scaled, target: signed(-rest * factor) };
  }
  return undefined;
}

/**
 * What the equation Σ coefficient·x + constant = 0 forces: of each term the place of its value, or undefined where both
 * are possible. Null if no choice satisfies it. Sound, not complete: it decides by bounds and by factors of 2.
 */
export function forcedDigits(
  terms: readonly TwoValued[],
  constant: bigint,
): readonly (0 | 1 | undefined)[] | null {
  const scaled = overIntegers(terms, constant);
  const digits = new Array<0 | 1 | undefined>(terms.length).fill(undefined);
  if (scaled === undefined) return digits;
  const { steps, target } = scaled;
  let low = 0n;
  let high = 0n;
  for (const step of steps) {
    if (step < 0n) low += step;
    else high += step;
  }
  if (target < low || target > high) return null;
  // The largest step is the first that bounds decide: where they do not decide it, they decide no smaller one.
  const order = steps.map((_, i) => i).sort((a, b) => compare(magnitude(steps[b]!), magnitude(steps[a]!)));
  for (const i of order) {
    const step = steps[i]!;
    const [least, most] = step < 0n ? [step, 0n] : [0n, step];
    const zero = low - least <= target && target <= high - most;
    const one = low - least + step <= target && target <= high - most + step;
    if (!zero && !one) return null;
    if (zero && one) break;
    digits[i] = one ? 1 : 0;
    low += (one ? step : 0n) - least;
    high += (one ? step : 0n) - most;
  }
  // From the other end: where one step has fewer factors 2 than all others, the target's parity decides its digit.
  let rest = target;
  const open = new Set<number>();
  for (const [i, step] of steps.entries()) {
    if (digits[i] === 1) rest -= step;
    else if (digits[i] === undefined && step !== 0n) open.add(i);
  }
  while (open.size > 0) {
    let least = 0n;
    let alone = -1;
    for (const i of open) {
      const factor = steps[i]! & -steps[i]!;
      if (alone === -1 || factor < least) [least, alone] = [factor, i];
      else if (factor === least) alone = -2;
      if (alone === -2 && least === 1n) break;
    }
    if (rest % least !== 0n) return null;
    if (alone < 0) return digits;
    const one = (rest / least) % 2n !== 0n;
    digits[alone] = one ? 1 : 0;
    if (one) rest -= steps[alone]!;
    open.delete(alone);
  }
  return rest === 0n ? digits : null;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
