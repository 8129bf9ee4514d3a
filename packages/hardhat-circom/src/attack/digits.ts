// SPDX-License-Identifier: GPL-3.0-or-later
//
// One linear equation whose unknowns can have two values each: a binary
// decomposition, a one-hot vector, a count of flags.
import { batchInverse, inverse, mod, R } from "../internal/field.ts";

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

/** A unit is kept that fits when so many steps are gone: assumptions take them away. */
const MOST_GONE = 12;
/** Three in four of random steps are larger. Of steps that fit at most three are. */
const LARGE = HALF / 4n;
const MOST_LARGE = 3;

interface Candidate {
  /** 1 / unit. */
  readonly factor: bigint;
  /** Steps that have to be gone before it can fit. */
  readonly excess: number;
}

/**
 * Units of one equation: steps in which the others are whole numbers. An equation is asked again for each assumption about
 * one of its unknowns, and looking for a unit among random steps costs more than all else, so what was found is kept. Asked
 * about an equation that is not a part of the one it looked at, it may find none where there is one, and so say less.
 */
export class Units {
  /** Steps that were looked at, and how many. */
  #known: ReadonlySet<bigint> = new Set();
  #length = 0;
  /** Those that fit soonest first. */
  #candidates: readonly Candidate[] = [];

  /** The equation over the integers. Undefined where its steps stay too large for the field, so that sums could wrap. */
  scale(terms: readonly TwoValued[], constant: bigint): Scaled | undefined {
    let rest = constant;
    const steps = terms.map(({ coefficient, values: [first, second] }) => {
      if (first !== 0n) rest += coefficient * first;
      return first === 0n && second === 1n ? mod(coefficient) : mod(coefficient * (second - first));
    });
    let gone = this.#length - steps.length;
    if (gone < 0 || gone > MOST_GONE || steps.some((step) => !this.#known.has(step))) {
      this.#look(steps);
      gone = 0;
    }
    for (const { factor, excess } of this.#candidates) {
      if (excess > gone) return undefined;
      const whole = wholeSteps(steps, factor);
      if (whole !== undefined) return { steps: whole, target: signed(-rest * factor) };
    }
    return undefined;
  }

  /** In units of the smallest step all are whole numbers; which that is only trying shows. */
  #look(steps: readonly bigint[]): void {
    this.#known = new Set(steps);
    this.#length = steps.length;
    const found: Candidate[] = [];
    for (const factor of factorsOf(steps)) {
      const excess = excessOf(steps, factor);
      if (excess === undefined) continue;
      found.push({ factor, excess });
      // Whatever is left of the equation, this one fits.
      if (excess === 0) break;
    }
    this.#candidates = found.sort((one, other) => one.excess - other.excess);
  }
}

/** Inverses of 1 and of every step, those first that are most often units. */
function* factorsOf(steps: readonly bigint[]): Iterable<bigint> {
  const ends = new Set([1n, steps[0]!, steps.at(-1)!]);
  for (const end of ends) if (end !== 0n) yield inverse(end);
  yield* batchInverse([...new Set(steps)].filter((step) => step !== 0n && !ends.has(step)));
}

/** How many steps have to be gone before the others fit in units of 1 / factor. Undefined for more than are kept. */
function excessOf(steps: readonly bigint[], factor: bigint): number | undefined {
  let large = 0;
  let sum = 0n;
  const sizes: bigint[] = [];
  for (const step of steps) {
    const size = magnitude(signed(step * factor));
    if (size > LARGE && ++large > MOST_GONE + MOST_LARGE) return undefined;
    sum += size;
    sizes.push(size);
  }
  if (sum < HALF) return 0;
  sizes.sort((one, other) => compare(other, one));
  let excess = 0;
  while (sum >= HALF) sum -= sizes[excess++]!;
  return excess > MOST_GONE ? undefined : excess;
}

/** The steps in units of 1 / factor, undefined where their sum could wrap. */
function wholeSteps(steps: readonly bigint[], factor: bigint): readonly bigint[] | undefined {
  let sum = 0n;
  const whole: bigint[] = [];
  for (const step of steps) {
    const scaled = signed(step * factor);
    sum += magnitude(scaled);
    if (sum >= HALF) return undefined;
    whole.push(scaled);
  }
  return whole;
}

/**
 * What the equation Σ coefficient·x + constant = 0 forces: of each term the place of its value, or undefined where both
 * are possible. Null if no choice satisfies it. Sound, not complete: it decides by bounds and by factors of 2.
 *
 * @param units of the equation: what an earlier question found
 */
export function forcedDigits(
  terms: readonly TwoValued[],
  constant: bigint,
  units = new Units(),
): readonly (0 | 1 | undefined)[] | null {
  const scaled = units.scale(terms, constant);
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
