// SPDX-License-Identifier: GPL-3.0-or-later
//
// T1: lies of several wires at once, with everything else recomputed honestly. None may survive.

import { type ConstraintSystem, type Forger, inverse, mod, R } from "@vitalproof/hardhat-circom/attack";
import { expect } from "chai";
import type { Shape } from "./shapes.ts";
import { sums } from "./steps.ts";

type Change = readonly [wire: number, value: bigint];

/** Tells lies about one valid witness and expects each to be refused. */
export class CompoundLies {
  readonly system: ConstraintSystem;
  /** Lies that changed something. */
  told = 0;
  readonly #forger: Forger;
  readonly #witness: readonly bigint[];
  readonly #prefix: string;

  constructor(forger: Forger, witness: readonly bigint[], prefix = "") {
    this.system = forger.system;
    this.#forger = forger;
    this.#witness = witness;
    this.#prefix = prefix;
  }

  at(wire: number): bigint {
    return this.#witness[wire]!;
  }

  /** Wires whose names match. */
  find(pattern: RegExp): number[] {
    return this.system
      .names()
      .filter((name) => pattern.test(name))
      .map((name) => this.system.wire(name));
  }

  /** The only wire whose name matches. */
  one(pattern: RegExp): number {
    const found = this.find(pattern);
    expect(found, `${pattern}`).to.have.length(1);
    return found[0]!;
  }

  refuse(name: string, ...changes: readonly Change[]): void {
    const lie = new Map(changes.map(([wire, value]) => [wire, mod(value)]));
    if ([...lie].every(([wire, value]) => this.at(wire) === value)) return;
    this.told++;
    expect(this.#forger.survives(this.#witness, lie), `${this.#prefix}${name}`).to.equal(false);
  }
}

/** Every border of two fields crossed, and a fraction of a step paid for by the field below. */
export function lendAcrossFields(
  lies: CompoundLies,
  fields: readonly number[],
  widths: readonly bigint[],
): void {
  for (let k = 0; k + 1 < fields.length; k++) {
    const [a, b] = [fields[k]!, fields[k + 1]!];
    for (const by of [1n, -1n, 2n]) {
      lies.refuse(`border ${k}`, [a, lies.at(a) + (by << widths[k]!)], [b, lies.at(b) - by]);
      lies.refuse(
        `half a step of field ${k + 1}`,
        [b, lies.at(b) + by * inverse(2n)],
        [a, lies.at(a) - (by << (widths[k]! - 1n))],
      );
    }
  }
}

/** Each flag moved, and the word made to fit by the fields, by the lowest of them, by the time or by the next flag. */
export function moveFlags(lies: CompoundLies, lowest: number): void {
  const fields = lies.one(/OpenHeader_\d+_\d+\.header\.fields$/);
  const time = lies.one(/OpenHeader_\d+_\d+\.time$/);
  const flags = lies.find(/OpenHeader_\d+_\d+\.header\.flags\[\d+\]$/);
  for (const [f, flag] of flags.entries()) {
    for (const to of [0n, 1n, 2n, 256n, R - 1n]) {
      const name = `flag ${f} ${to}`;
      const lacks = lies.at(flag) - to;
      // Flag f is 8 - f bits below the fields and 56 + f bits above the lowest bit of the time.
      const rest = lacks * inverse(1n << BigInt(8 - f));
      const made = [fields, lies.at(fields) + rest] as const;
      lies.refuse(name, [flag, to]);
      lies.refuse(`${name}, fields made to fit`, [flag, to], made);
      lies.refuse(`${name}, lowest field too`, [flag, to], made, [lowest, lies.at(lowest) + rest]);
      lies.refuse(
        `${name}, time made to fit`,
        [flag, to],
        [time, lies.at(time) + lacks * (1n << BigInt(56 + f))],
      );
      const next = flags[f + 1];
      if (next !== undefined)
        lies.refuse(`${name}, the next made to fit`, [flag, to], [next, lies.at(next) + lacks * inverse(2n)]);
    }
  }
  const flag = flags[0]!;
  for (const by of [1n, -1n]) {
    lies.refuse("time and fields", [time, lies.at(time) + by * (1n << 64n)], [fields, lies.at(fields) - by]);
    lies.refuse("time and epochs", [time, lies.at(time) + by * (1n << 40n)]);
    lies.refuse("time and flag", [time, lies.at(time) + by * (1n << 56n)], [flag, lies.at(flag) - by]);
  }
}

/** Every slot in every place: all combinations of Classify's three flags. */
export function placeEverySlot(lies: CompoundLies, { epochs, slots }: Shape): void {
  for (let e = 0; e < epochs; e++) {
    for (let i = 0; i < slots; i++) {
      const flags = ["missing", "inside", "above"].map((flag) =>
        lies.system.wire(`slots[${e}][${i}].${flag}`),
      );
      for (let choice = 0; choice < 27; choice++) {
        const values = [choice % 3, Math.floor(choice / 3) % 3, Math.floor(choice / 9)].map(
          (v) => BigInt(v) - 1n,
        );
        lies.refuse(`slot ${e}/${i} as ${values}`, ...flags.map((wire, k) => [wire, values[k]!] as const));
      }
    }
  }
}

/** Vectors for both Steps that have the right total, the right position, or both, and are not one-hot. */
export function bendSteps(lies: CompoundLies, codes: number): void {
  const components = [
    ...new Set(lies.system.names().map((name) => /^(Steps_\d+_\d+)\.reached/.exec(name)?.[1])),
  ].filter((name) => name !== undefined);
  expect(components).to.have.length(2);
  for (const component of components) {
    const reached = Array.from({ length: codes + 1 }, (_, c) =>
      lies.system.wire(`${component}.reached[${c}]`),
    );
    const t = reached.findIndex((wire) => lies.at(wire) === 1n);
    const vector = (ones: Readonly<Record<number, bigint>>) =>
      lies.refuse(
        `${component} ${Object.keys(ones)}`,
        ...sums(ones, reached.length).map((value, c) => [reached[c]!, value] as const),
      );
    for (let d = 1; t - d >= 0 && t + d <= codes; d++) {
      for (const k of [1n, -1n, 5n, R / 2n]) vector({ [t - d]: k, [t]: 1n - 2n * k, [t + d]: k });
    }
    for (let c = 0; c <= codes; c++) {
      vector({ [c]: 1n });
      if (c !== t) vector({ [c]: 1n, [t]: 1n });
      if (c !== t && c !== 0)
        vector({ [c]: BigInt(t) * inverse(BigInt(c)), 0: 1n - BigInt(t) * inverse(BigInt(c)) });
    }
  }
}

/** Zero tests: any output can be had by the inverse, were it not for the second equation. */
export function answerZeroTests(lies: CompoundLies, among: RegExp): number {
  let tests = 0;
  for (const name of lies.system.names()) {
    const component = /^(.*)\.inv$/.exec(name)?.[1];
    if (component === undefined || !among.test(component)) continue;
    tests++;
    const [input, inv, out] = ["in", "inv", "out"].map((part) => lies.system.wire(`${component}.${part}`));
    for (const to of [0n, 1n, 2n, R - 1n]) {
      if (to === lies.at(out!)) continue;
      const made = lies.at(input!) === 0n ? 0n : (1n - to) * inverse(lies.at(input!));
      lies.refuse(`${component} says ${to}`, [out!, to]);
      lies.refuse(`${component} says ${to} by the inverse`, [inv!, made]);
      lies.refuse(`${component} says ${to} by both`, [inv!, made], [out!, to]);
    }
  }
  return tests;
}
