// SPDX-License-Identifier: GPL-3.0-or-later
import { normalizeZ } from "@noble/curves/abstract/curve.js";
import { sharedScalars } from "../keys/developmentScalars.ts";
import { G1, type PointG1 } from "./curve.ts";
import { beaconKeys } from "./publicRandomness.ts";

/** A factor of delta that everyone can compute. */
export interface PublicFactor {
  readonly name: string;
  readonly scalar: bigint;
}

/** Numerators and denominators of the fractions that are tried, up to this. */
const LARGEST = 256;
/** With a named scalar times a fraction. */
const LARGEST_WITH_NAMED = 16;
const LEAST_ITERATIONS = 10;

/** The scalars that this project itself makes public: its development keys' and its beacon's, at any iterations. */
export function namedPublicFactors(beacon: { value: string; iterationsExp: number } | undefined) {
  const named: PublicFactor[] = Object.entries(sharedScalars()).map(([name, scalar]) => ({
    name: `the development keys' ${name}`,
    scalar,
  }));
  if (beacon !== undefined) {
    const exps = Array.from(
      { length: beacon.iterationsExp - LEAST_ITERATIONS + 1 },
      (_, i) => LEAST_ITERATIONS + i,
    );
    beaconKeys(beacon.value, exps).forEach(({ scalar }, i) => {
      named.push({ name: `the pinned beacon at 2^${exps[i]} iterations`, scalar });
    });
  }
  return named;
}

export interface PublicRatio {
  /** Positions in the list of deltas; 0 is the generator. */
  readonly from: number;
  readonly to: number;
  readonly factor: string;
}

/**
 * Pairs of deltas that differ by a factor that everyone knows: ±m/n, or a named scalar or its inverse times such a
 * fraction. Between the two, secrets cancelled or there were none. Finds what can be found: the maker of a
 * factor can also tell it to others, and no computation sees that.
 *
 * @param deltas the generator, then the delta after each contribution
 */
export function publicRatios(deltas: readonly PointG1[], named: readonly PublicFactor[]): PublicRatio[] {
  const tables = deltas.map(
    (delta): Tables => ({
      plain: multiples(delta, LARGEST),
      named: named.map(({ name, scalar }) => ({
        name,
        multiples: multiples(delta.multiplyUnsafe(scalar), LARGEST_WITH_NAMED),
      })),
    }),
  );
  const found: PublicRatio[] = [];
  for (let from = 0; from < deltas.length; from++) {
    for (let to = from + 1; to < deltas.length; to++) {
      const factor = ratio(tables[from]!, tables[to]!);
      if (factor !== undefined) found.push({ from, to, factor });
    }
  }
  return found;
}

/** x-coordinates of multiples to their number. They do not see the sign. */
interface Tables {
  readonly plain: ReadonlyMap<bigint, number>;
  /** Of scalar · delta. */
  readonly named: readonly { readonly name: string; readonly multiples: ReadonlyMap<bigint, number> }[];
}

/** n·to = ±m·from, n·to = ±m·scalar·from, or n·scalar·to = ±m·from? */
function ratio(from: Tables, to: Tables): string | undefined {
  const plain = common(from.plain, to.plain);
  if (plain !== undefined) return `±${plain}`;
  for (const [i, { name, multiples }] of from.named.entries()) {
    const times = common(multiples, to.plain);
    if (times !== undefined) return times === "1" ? `± ${name}` : `±${times} × ${name}`;
    const over = common(from.plain, to.named[i]!.multiples);
    if (over !== undefined) return `±${over} / ${name}`;
  }
  return undefined;
}

/** m/n for the first multiple that both have. */
function common(ms: ReadonlyMap<bigint, number>, ns: ReadonlyMap<bigint, number>): string | undefined {
  for (const [x, n] of ns) {
    const m = ms.get(x);
    if (m !== undefined) return n === 1 ? `${m}` : m === n ? "1" : `${m}/${n}`;
  }
  return undefined;
}

/** x-coordinate of n·P to n, for n from 1, ascending. */
function multiples(point: PointG1, largest: number): Map<bigint, number> {
  const points: PointG1[] = [];
  let sum = G1.ZERO;
  for (let n = 1; n <= largest; n++) {
    sum = sum.add(point);
    points.push(sum);
  }
  return new Map(normalizeZ(G1, points).map((p, i) => [p.toAffine().x, i + 1]));
}
