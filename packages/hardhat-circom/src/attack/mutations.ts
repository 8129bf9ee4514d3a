// SPDX-License-Identifier: GPL-3.0-or-later
//
// Changes of single wires: each of a witness's values changed in turn, with
// everything that follows found anew.
import { mod } from "../internal/field.ts";
import type { Forger } from "./forger.ts";
import { plainName } from "./names.ts";

/** A "random" field element that belongs to a value, the same in every run. */
const scrambled = (value: bigint, seed: bigint) =>
  mod((value + seed + 0x243f6a8885a308d313198a2e03707344n) ** 5n);

/** 0, 1, 2, one more and less, the negative, the complement, steps of powers of two, and something random. */
function mutationsOf(value: bigint, seed: bigint): bigint[] {
  const candidates = [
    0n,
    1n,
    2n,
    value + 1n,
    value - 1n,
    -value,
    1n - value,
    ...[1n, 2n, 3n, 4n, 8n, 16n, 64n, 128n, 252n, 253n].flatMap((k) => [
      value + (1n << k),
      value - (1n << k),
    ]),
    scrambled(value, seed),
  ].map(mod);
  return [...new Set(candidates)].filter((candidate) => candidate !== value);
}

/** A second witness: one value changed, everything that follows found anew, and every constraint holds. */
export interface Survivor {
  /** Plain name of the signal (`plainName`). */
  readonly signal: string;
  readonly from: bigint;
  readonly to: bigint;
}

export interface Mutation {
  /**
   * How many changes to try in each group of signals with the same name but for indices; all if left out. Single
   * signals and small arrays so meet every change, large arrays a sample, spread over all places and all changes.
   */
  readonly tries?: number;
  /** Chooses the samples and the random values. */
  readonly seed?: number;
  /** Wires that a survivor must leave as they are. */
  readonly keep?: readonly number[];
}

/** Tries changes of the given wires, the rest of the witness being found anew. */
export function survivors(
  forger: Forger,
  witness: readonly bigint[],
  wires: Iterable<number>,
  { tries = Number.POSITIVE_INFINITY, seed = 1, keep = [] }: Mutation = {},
): { found: Survivor[]; tried: number } {
  const groups = new Map<string, number[]>();
  for (const wire of wires) {
    const group = plainName(forger.system.nameOf(wire)).replace(/\[\d+\]/g, "[]");
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [wire]);
    else members.push(wire);
  }
  const found: Survivor[] = [];
  let tried = 0;
  for (const members of groups.values()) {
    for (const [wire, to] of sample(members, witness, tries, seed)) {
      tried++;
      const change = new Map([[wire, to]]);
      if (!forger.survives(witness, change)) continue;
      if (keep.length > 0) {
        const { changed } = forger.retell(witness, change);
        if (keep.some((kept) => changed.has(kept))) continue;
      }
      found.push({ signal: plainName(forger.system.nameOf(wire)), from: witness[wire]!, to });
    }
  }
  return { found, tried };
}

/** Evenly spread over wires × changes, from a start that the seed gives. */
function* sample(
  wires: readonly number[],
  witness: readonly bigint[],
  tries: number,
  seed: number,
): Iterable<readonly [wire: number, to: bigint]> {
  const changes = wires.map((wire) => mutationsOf(witness[wire]!, BigInt(seed)));
  const all = changes.reduce((sum, { length }) => sum + length, 0);
  const stride = all <= tries ? 1 : all / tries;
  // Wires first and changes inside, so that strides meet every wire; a start of its own for each wire's changes.
  let [at, next] = [0, all <= tries ? 0 : (seed * 0.618_033_988_75 * stride) % stride];
  for (const [i, wire] of wires.entries()) {
    const own = changes[i]!;
    for (let k = 0; k < own.length; k++, at++) {
      if (at < next) continue;
      next += stride;
      yield [wire, own[(k + i) % own.length]!];
    }
  }
}
