// SPDX-License-Identifier: GPL-3.0-or-later
//
// The wires of circuits/lib/sparse_poseidon.circom, found forwards as in
// circomlib's optimised form; with one S-box at fault, if a liar wants it.

import { mod } from "@vitalproof/hardhat-circom/attack";
import { poseidonConstants } from "../../../scripts/generate/poseidon.ts";

const HALF = 4;

interface Tables {
  readonly c: readonly bigint[];
  readonly m: readonly (readonly bigint[])[];
  readonly p: readonly (readonly bigint[])[];
  readonly s: readonly bigint[];
  readonly partial: number;
}

const tables = new Map<number, Tables>();

function tablesOf(t: number): Tables {
  let found = tables.get(t);
  if (found === undefined) {
    const of = (name: "C" | "M" | "P" | "S") => poseidonConstants(name, t);
    const s = of("S") as bigint[];
    found = {
      c: of("C") as bigint[],
      m: of("M") as bigint[][],
      p: of("P") as bigint[][],
      s,
      partial: s.length / (2 * t - 1),
    };
    tables.set(t, found);
  }
  return found;
}

/** The product of a round that a liar adds 1 to: `full[3][0]`'s or `partial[7]`'s. */
export interface Fault {
  readonly box: string;
  readonly power: "square" | "fourth" | "fifth";
}

/** Wires by name, relative to the template: `full[r][i]`, `partial[k]`, their powers, `fifth[i]` and `out`. */
export function poseidonWires(
  inputs: readonly bigint[],
  unit = 1n,
  fault?: Fault,
): ReadonlyMap<string, bigint> {
  const t = inputs.length + 1;
  const { c, m, p, s, partial } = tablesOf(t);
  const wires = new Map<string, bigint>();
  /** Fifth power of what enters a box, by way of the wires in between. */
  const sbox = (name: string, box: string, value: bigint): bigint => {
    const bend = (power: Fault["power"]) => (fault?.box === box && fault.power === power ? 1n : 0n);
    const square = mod(value * value + bend("square"));
    const fourth = mod(square * square + bend("fourth"));
    wires.set(box, value);
    wires.set(box.replace(name, `${name}Square`), square);
    wires.set(box.replace(name, `${name}Fourth`), fourth);
    return mod(fourth * value + bend("fifth"));
  };
  const mix = (matrix: readonly (readonly bigint[])[], left: readonly bigint[]) =>
    left.map((_, i) => mod(left.reduce((sum, value, j) => sum + matrix[j]![i]! * value, 0n)));

  let state = [0n, ...inputs].map((value, i) => mod(value + c[i]! * unit));
  for (let r = 0; r < 2 * HALF; r++) {
    const last = r === 2 * HALF - 1;
    const constants = (r + 1) * t + (r < HALF ? 0 : partial);
    const left = state.map((value, i) => {
      const fifth = sbox("full", `full[${r}][${i}]`, value);
      if (last && i > 0) wires.set(`fifth[${i - 1}]`, fifth);
      return last ? fifth : mod(fifth + c[constants + i]! * unit);
    });
    state = mix(r === HALF - 1 ? p : m, left);
    for (let k = 0; r === HALF - 1 && k < partial; k++) {
      const row = (2 * t - 1) * k;
      const first = mod(sbox("partial", `partial[${k}]`, state[0]!) + c[(HALF + 1) * t + k]! * unit);
      const others = state.slice(1);
      state = [
        mod(others.reduce((sum, value, i) => sum + s[row + 1 + i]! * value, s[row]! * first)),
        ...others.map((value, i) => mod(value + s[row + t + i]! * first)),
      ];
    }
  }
  wires.set("out", state[0]!);
  return wires;
}
