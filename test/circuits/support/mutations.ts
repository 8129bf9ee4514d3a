// SPDX-License-Identifier: GPL-3.0-or-later
//
// T1: the lies told about single wires, and the freedom that a witness may have.
import type { Circuit } from "./circuit.ts";
import { mod } from "./constraints.ts";
import type { Forger } from "./forge.ts";

/** Public inputs of every claim circuit. */
export const PUBLIC = ["holder", "anchorRoot", "terms", "scope"];

/** A "random" field element that belongs to a value, the same in every run. */
const scrambled = (value: bigint) => mod((value + 0x243f6a8885a308d313198a2e03707344n) ** 5n);

const mutationsOf = (value: bigint): bigint[] => {
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
    scrambled(value),
  ].map(mod);
  return [...new Set(candidates)].filter((candidate) => candidate !== value);
};

export interface Survivor {
  readonly name: string;
  readonly from: bigint;
  readonly to: bigint;
}

/** Tries every mutation of the given wires; public inputs stay as they are. */
export function survivors(
  circuit: Circuit,
  forger: Forger,
  witness: readonly bigint[],
  wires: readonly number[],
  /** Of each wire's mutations only every so many, another start for each wire: all kinds still meet all arrays. */
  every = 1,
) {
  const found: Survivor[] = [];
  let tried = 0;
  for (const [at, wire] of wires.entries()) {
    for (const [kind, to] of mutationsOf(witness[wire]!).entries()) {
      if ((kind + at) % every !== 0) continue;
      tried++;
      if (!forger.survives(witness, new Map([[wire, to]]))) continue;
      found.push({ name: circuit.system.nameOf(wire).replace(/^main\./, ""), from: witness[wire]!, to });
    }
  }
  return { found, tried };
}

/** Depth of the path in the day's tree of `honestClaim`: six leaves. */
const DEPTH = 3;

/**
 * Freedom that a witness has and a circuit does not: each kind with the reason
 * why it is harmless. A survivor of any other kind fails the test.
 */
const EXPLAINED: readonly { covers(name: string, from: bigint, to: bigint): boolean; why: string }[] = [
  {
    covers: (name, from, to) => name === "index" && (from ^ to) % (1n << BigInt(DEPTH)) === 0n,
    why: "bits of the index above the path's depth order nodes that the root does not depend on",
  },
  {
    covers: (name) => level(/^siblings\[(\d+)\]$/, name) >= DEPTH,
    why: "siblings above the path's depth are hashed into nodes that the root does not depend on",
  },
  {
    covers: (name) => level(/AnchorRoot_\d+_\d+\.Num2Bits_\d+_\d+\.out\[(\d+)\]$/, name) >= DEPTH,
    why: "index bits above the path's depth order nodes that the root does not depend on",
  },
  {
    covers: (name) => /\.inv$/.test(name),
    why: "IsZero's inverse is free where its input is 0; its output is not",
  },
  {
    covers: (name) => /AtMost_\d+_\d+(\[\d+\])*\.digits\[\d+\]$/.test(name),
    why: "some values have two digit strings; only the value is handed on",
  },
];

/** Survivors that no explanation covers. */
export function holesOf(found: readonly Survivor[]): string[] {
  return found
    .filter(({ name, from, to }) => !EXPLAINED.some(({ covers }) => covers(name, from, to)))
    .map(({ name, from, to }) => `${name}: ${from} -> ${to}`);
}

function level(pattern: RegExp, name: string): number {
  const match = pattern.exec(name);
  return match === null ? -1 : Number(match[1]);
}
