// SPDX-License-Identifier: GPL-3.0-or-later
import { R, readScalar } from "../internal/field.ts";
import { parseR1cs } from "../internal/r1cs.ts";

/** Coefficients are in (-R/2, R/2): most are small, and multiply fast. */
export type Term = readonly [wire: number, coefficient: bigint];
export interface Constraint {
  readonly a: readonly Term[];
  readonly b: readonly Term[];
  readonly c: readonly Term[];
}

/** One line of a `.sym` file. */
export interface NamedSignal {
  /** With `main.` in front. */
  readonly name: string;
  /** Place among all signals, from 1: outputs, public inputs, private inputs, and all others. */
  readonly label: number;
  /** -1: the compiler optimised the signal away. */
  readonly wire: number;
}

/** Signals in the order of the `.sym` file that circom writes. */
export function parseSymbols(sym: string): NamedSignal[] {
  const symbols: NamedSignal[] = [];
  for (const line of sym.split("\n")) {
    // label, wire, component, name
    const [label, wire, , name] = line.split(",");
    if (name !== undefined) symbols.push({ name, label: Number(label), wire: Number(wire) });
  }
  return symbols;
}

/** The rank-1 constraint system a·b = c of one circuit, with the names of its wires. */
export class ConstraintSystem {
  readonly constraints: readonly Constraint[];
  readonly wires: number;
  /** Public outputs. */
  readonly outputs: readonly number[];
  readonly publicInputs: readonly number[];
  /** Without those that the compiler optimised away: another signal is in their place. */
  readonly privateInputs: readonly number[];
  /** Constraints that touch a wire. */
  readonly touching: readonly (readonly number[])[];
  readonly #names = new Map<number, string[]>();
  readonly #wireOf = new Map<string, number>();

  /**
   * @param r1cs the `.r1cs` file
   * @param symbols of the `.sym` file
   * @throws RangeError if the file is not an r1cs over the BN254 scalar field
   */
  constructor(r1cs: Uint8Array, symbols: readonly NamedSignal[]) {
    const file = parseR1cs(r1cs);
    this.wires = file.nWires;
    const range = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);
    this.outputs = range(1, file.nOutputs);
    this.publicInputs = range(1 + file.nOutputs, file.nPublicInputs);
    this.privateInputs = symbols
      .filter(({ label, wire }) => wire > file.nPublic && label <= file.nPublic + file.nPrivateInputs)
      .map(({ wire }) => wire);

    let at = 0;
    const side = (): Term[] => {
      const terms = new Array<Term>(file.constraints.getUint32(at, true));
      at += 4;
      for (let i = 0; i < terms.length; i++) {
        const coefficient = readScalar(file.constraints, at + 4);
        terms[i] = [file.constraints.getUint32(at, true), coefficient > HALF ? coefficient - R : coefficient];
        at += 36;
      }
      return terms;
    };
    this.constraints = Array.from({ length: file.nConstraints }, () => ({ a: side(), b: side(), c: side() }));

    const touching: number[][] = Array.from({ length: this.wires }, () => []);
    for (const [i, constraint] of this.constraints.entries())
      for (const touched of wiresOf(constraint)) touching[touched]!.push(i);
    this.touching = touching;
    for (const { name, wire: of } of symbols) {
      if (of < 0) continue;
      this.#wireOf.set(name, of);
      const names = this.#names.get(of);
      if (names === undefined) this.#names.set(of, [name]);
      else names.push(name);
    }
  }

  /** Public and private inputs. */
  get inputs(): readonly number[] {
    return [...this.publicInputs, ...this.privateInputs];
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

const HALF = R / 2n;

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

export function wiresOf({ a, b, c }: Constraint): Set<number> {
  const wires = new Set<number>();
  for (const side of [a, b, c]) for (const [wire] of side) wires.add(wire);
  return wires;
}
