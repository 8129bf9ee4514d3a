// SPDX-License-Identifier: GPL-3.0-or-later
import type { LinearCombination, Tester } from "./tester.ts";

/** Order of the BN254 scalar field. */
export const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

export function mod(value: bigint): bigint {
  if (value >= 0n && value < R) return value;
  const rest = value % R;
  return rest < 0n ? rest + R : rest;
}

/** Inverse by the extended Euclidean algorithm; 0 has none. */
export function inverse(value: bigint): bigint {
  let [a, b] = [mod(value), R];
  let [x, y] = [1n, 0n];
  if (a === 0n) throw new Error("0 has no inverse");
  while (a > 1n) {
    const quotient = b / a;
    [b, a] = [a, b - quotient * a];
    [y, x] = [x, y - quotient * x];
  }
  return mod(x);
}

/** Coefficients are in (-R/2, R/2): most are small, and multiply fast. */
export type Term = readonly [wire: number, coefficient: bigint];
export interface Constraint {
  readonly a: readonly Term[];
  readonly b: readonly Term[];
  readonly c: readonly Term[];
}

/** The rank-1 constraint system a·b = c of one circuit, with the names of its wires. */
export class ConstraintSystem {
  readonly constraints: readonly Constraint[];
  readonly wires: number;
  /** Constraints that touch a wire. */
  readonly touching: readonly (readonly number[])[];
  readonly #names = new Map<number, string[]>();
  readonly #wireOf = new Map<string, number>();

  constructor(tester: Tester) {
    const terms = (combination: LinearCombination): Term[] =>
      Object.entries(combination).map(([wire, text]) => {
        const coefficient = BigInt(text);
        return [Number(wire), coefficient > R / 2n ? coefficient - R : coefficient];
      });
    this.wires = tester.nVars;
    this.constraints = tester.constraints.map(([a, b, c]) => ({ a: terms(a), b: terms(b), c: terms(c) }));
    const touching: number[][] = Array.from({ length: this.wires }, () => []);
    for (const [i, { a, b, c }] of this.constraints.entries()) {
      const wires = new Set([...a, ...b, ...c].map(([wire]) => wire));
      for (const wire of wires) touching[wire]!.push(i);
    }
    this.touching = touching;
    for (const [name, { varIdx }] of Object.entries(tester.symbols)) {
      if (varIdx < 0) continue;
      this.#wireOf.set(name, varIdx);
      const names = this.#names.get(varIdx);
      if (names === undefined) this.#names.set(varIdx, [name]);
      else names.push(name);
    }
  }

  /** Wire of a signal, `main.` left out. */
  wire(name: string): number {
    const wire = this.#wireOf.get(`main.${name}`);
    if (wire === undefined) throw new Error(`no wire carries main.${name}`);
    return wire;
  }

  namesOf(wire: number): readonly string[] {
    return this.#names.get(wire) ?? [];
  }

  nameOf(wire: number): string {
    return this.namesOf(wire)[0] ?? `wire ${wire}`;
  }

  /** Signals with a wire of their own or shared, `main.` left out. */
  names(): string[] {
    return [...this.#wireOf.keys()].map((name) => name.replace(/^main\./, ""));
  }

  holds(index: number, witness: readonly bigint[]): boolean {
    const { a, b, c } = this.constraints[index]!;
    const product = a.length === 0 || b.length === 0 ? 0n : evaluate(a, witness) * evaluate(b, witness);
    return (product - sum(c, witness)) % R === 0n;
  }

  /** Constraints that a witness violates. */
  violated(witness: readonly bigint[], among?: Iterable<number>): number[] {
    const result: number[] = [];
    if (among === undefined) {
      for (let index = 0; index < this.constraints.length; index++)
        if (!this.holds(index, witness)) result.push(index);
    } else {
      for (const index of among) if (!this.holds(index, witness)) result.push(index);
    }
    return result;
  }

  /** Whether a witness violates nothing. Stops at the first constraint that it does. */
  satisfiedBy(witness: readonly bigint[]): boolean {
    for (let index = 0; index < this.constraints.length; index++)
      if (!this.holds(index, witness)) return false;
    return true;
  }

  describe(index: number): string {
    const { a, b, c } = this.constraints[index]!;
    const text = (terms: readonly Term[]) =>
      terms.length === 0
        ? "0"
        : terms.map(([wire, k]) => `${k}·${wire === 0 ? "1" : this.nameOf(wire)}`).join(" + ");
    return `(${text(a)}) · (${text(b)}) = ${text(c)}`;
  }
}

/** In (-R, R). */
export function evaluate(terms: readonly Term[], witness: readonly bigint[]): bigint {
  return terms.length === 0 ? 0n : sum(terms, witness) % R;
}

function sum(terms: readonly Term[], witness: readonly bigint[]): bigint {
  let total = 0n;
  for (let i = 0; i < terms.length; i++) {
    const term = terms[i]!;
    const value = witness[term[0]]!;
    const coefficient = term[1];
    if (coefficient === 1n) total += value;
    else if (coefficient === -1n) total -= value;
    else total += coefficient * value;
  }
  return total;
}
