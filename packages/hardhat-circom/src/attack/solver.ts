// SPDX-License-Identifier: GPL-3.0-or-later
//
// Values of some wires given, derives every other that the equations force. It
// guesses nothing: what it assigns has no other value in any witness with the
// given values, and what it leaves is reported as not forced. Rules:
//
//   1. an equation with one unknown, linear or a square with one root left
//   2. two-valued wires and sums, and what bounds and parity say of
//      an equation between them: binary decompositions, one-hot vectors
//   3. elimination between linear equations
//   4. a two-valued wire one of whose values leads to a contradiction nearby
import { inverse, mod } from "../internal/field.ts";
import { Contradiction } from "./contradiction.ts";
import { forcedDigits, Units } from "./digits.ts";
import { Elimination } from "./elimination.ts";
import { twoValuedForm } from "./forms.ts";
import { isPlausible } from "./plausible.ts";
import { RowIndex } from "./rowIndex.ts";
import { type Parts, Row } from "./rows.ts";
import { isLinear, linearEquation, rootsOf, splitConstraint } from "./splits.ts";
import type { Constraint, ConstraintSystem, Term } from "./system.ts";

/** How values were found, in order. */
export interface Derivation {
  /** `solved`: the one unknown of a row. `digits`: all two-valued unknowns of a row at once. `other`: no row says it. */
  readonly kind: "solved" | "digits" | "other";
  readonly wires: readonly number[];
  readonly parts: Parts;
}

/** Rows wider than this take no part in rule 4, and those much wider not in rule 3. */
const WIDE = 1_500;

export class Solver {
  readonly system: ConstraintSystem;
  readonly derivations: Derivation[] = [];
  /** Two-valued wires. Numbers from `system.wires` on are sums of wires, not wires. */
  readonly domains = new Map<number, readonly [bigint, bigint]>();
  /** Constraints that give sums of wires two values → the number of the sum in `domains`. */
  readonly sums = new Map<number, number>();
  readonly #values: (bigint | undefined)[];
  readonly #constraints: readonly Constraint[];
  /** Of each constraint and side: unknown wires. */
  readonly #unknown: readonly Uint32Array[];
  /** Constraints whose meaning is a row or a domain already. */
  readonly #settled: Uint8Array;
  readonly #index = new RowIndex();
  /** Rule 3. */
  readonly #elimination = new Elimination(this.#index, (wire) => this.domains.has(wire), 4 * WIDE);
  #variables: number;
  readonly #linear: number[] = [];
  /** Rows of two-valued unknowns, looked at when nothing cheaper is left. */
  readonly #digitRows = new Set<Row>();
  /** For rule 4. */
  readonly #units = new Map<number, Units>();
  /** Two-valued wires whose surroundings changed since rule 4 last tried them. */
  readonly #doubtful = new Set<number>();

  constructor(system: ConstraintSystem) {
    this.system = system;
    this.#constraints = system.constraints;
    this.#variables = system.wires;
    this.#values = new Array<bigint | undefined>(system.wires).fill(undefined);
    const count = (terms: readonly Term[]) => terms.reduce((sum, [wire]) => sum + (wire === 0 ? 0 : 1), 0);
    this.#unknown = (["a", "b", "c"] as const).map((side) =>
      Uint32Array.from(this.#constraints, (constraint) => count(constraint[side])),
    );
    this.#settled = new Uint8Array(this.#constraints.length);
    this.#values[0] = 1n;
    for (const [index, constraint] of this.#constraints.entries()) this.#readForm(index, constraint);
    for (const index of this.#constraints.keys()) this.#look(index);
  }

  #readForm(index: number, constraint: Constraint): void {
    const form = twoValuedForm(constraint);
    if (form === undefined) return;
    const { terms, constant, span } = form;
    this.#settled[index] = 1;
    const sum = new Map(terms.map(([wire, coefficient]) => [wire, mod(coefficient)]));
    if (span === 0n) {
      this.#index.add(new Row(sum, constant, new Map([[-1 - index, 1n]])));
      return;
    }
    const [first] = terms as [Term];
    if (terms.length === 1) {
      const factor = inverse(first[1]);
      this.#restrict(first[0], [mod(-constant * factor), mod((span - constant) * factor)]);
      return;
    }
    const digit = this.#variables++;
    this.sums.set(index, digit);
    this.#values.push(undefined);
    this.domains.set(digit, [0n, 1n]);
    this.#doubtful.add(digit);
    sum.set(digit, mod(-span));
    this.#index.add(new Row(sum, constant, new Map([[-1 - index, 1n]])));
  }

  #restrict(wire: number, values: readonly bigint[]): void {
    const known = this.domains.get(wire);
    const left = [...new Set(values)].filter((value) => known === undefined || known.includes(value));
    const [first, second] = left;
    if (first === undefined) throw new Contradiction(`no value is left for ${this.system.nameOf(wire)}`);
    if (second === undefined) {
      this.#assign(wire, first, "other", EMPTY);
      return;
    }
    this.domains.set(wire, [first, second]);
    this.#doubtful.add(wire);
    for (const row of this.#index.of(wire)) this.#index.queue(row);
  }

  /** Undefined where it is not known. */
  value(wire: number): bigint | undefined {
    return this.#values[wire];
  }

  /** Wires without a value. */
  unforced(): number[] {
    const wires: number[] = [];
    for (let wire = 1; wire < this.system.wires; wire++)
      if (this.#values[wire] === undefined) wires.push(wire);
    return wires;
  }

  /** @throws Contradiction if the wire has another value already, or none of its values is this one */
  give(wire: number, value: bigint): void {
    this.#assign(wire, mod(value), "other", EMPTY);
  }

  /** @throws Contradiction if no witness has the given values */
  solve(): void {
    do this.#propagate();
    while (this.#probe());
  }

  #assign(wire: number, value: bigint, kind: Derivation["kind"], parts: Parts): void {
    if (this.#values[wire] === undefined)
      this.derivations.push({ kind, wires: [wire], parts: new Map(parts) });
    this.#set(wire, value);
  }

  #set(wire: number, value: bigint): void {
    const known = this.#values[wire];
    if (known !== undefined) {
      if (known !== value) throw new Contradiction(`${this.system.nameOf(wire)} would have two values`);
      return;
    }
    const domain = this.domains.get(wire);
    if (domain !== undefined && !domain.includes(value))
      throw new Contradiction(`${this.system.nameOf(wire)} would have a third value`);
    this.#values[wire] = value;
    if (wire < this.system.wires) {
      for (const index of this.system.touching[wire]!) {
        const { a, b, c } = this.#constraints[index]!;
        for (const [side, terms] of [a, b, c].entries())
          for (const [other] of terms) if (other === wire) this.#unknown[side]![index]!--;
        this.#look(index);
      }
    }
    for (const row of this.#index.close(wire)) {
      const coefficient = row.terms.get(wire);
      if (coefficient === undefined) continue;
      row.terms.delete(wire);
      row.constant = mod(row.constant + coefficient * value);
      if (row.pivot === wire) this.#elimination.release(row, wire);
      this.#index.queue(row);
    }
  }

  /** Queues a constraint that has become linear, or a square of one unknown. */
  #look(index: number): void {
    if (this.#settled[index]) return;
    const [a, b, c] = [this.#unknown[0]![index]!, this.#unknown[1]![index]!, this.#unknown[2]![index]!];
    if (a === 0 || b === 0 || (a === 1 && b === 1 && c <= 1)) this.#linear.push(index);
  }

  #propagate(): void {
    for (;;) {
      const index = this.#linear.pop();
      if (index !== undefined) {
        this.#read(index);
        continue;
      }
      const row = this.#index.next();
      if (row !== undefined) {
        this.#consider(row);
        continue;
      }
      const digits = this.#digitRows.values().next().value;
      if (digits !== undefined) {
        this.#digitRows.delete(digits);
        this.#decide(digits);
        continue;
      }
      const next = this.#elimination.next();
      if (next === undefined) return;
      const reduced = this.#elimination.enter(next);
      if (reduced !== undefined) this.#disturb(reduced);
    }
  }

  #read(index: number): void {
    if (this.#settled[index]) return;
    const sides = splitConstraint(this.#constraints[index]!, (wire) => this.#values[wire]);
    if (isLinear(sides)) {
      this.#settled[index] = 1;
      const { terms, constant } = linearEquation(sides);
      this.#index.add(new Row(terms, constant, new Map([[index, 1n]])));
      return;
    }
    const square = rootsOf(sides);
    if (square === undefined) return;
    this.#settled[index] = 1;
    if (square.roots.length === 0)
      throw new Contradiction(`no value satisfies ${this.system.describe(index)}`);
    this.#restrict(square.wire, square.roots);
  }

  #consider(row: Row): void {
    if (row.terms.size === 0) {
      if (row.constant !== 0n) throw new Contradiction("an equation cannot be satisfied");
      return;
    }
    if (row.terms.size === 1) {
      const [[wire, coefficient]] = row.terms as unknown as [[number, bigint]];
      this.#assign(wire, mod(-row.constant * inverse(coefficient)), "solved", row.parts);
      return;
    }
    if (this.#allTwoValued(row)) this.#digitRows.add(row);
    else if (!row.entered) this.#elimination.offer(row);
    this.#disturb(row);
  }

  #allTwoValued(row: Row): boolean {
    return row.every((wire) => this.domains.has(wire));
  }

  #disturb(row: Row): void {
    if (row.terms.size > 64) return;
    for (const wire of row.terms.keys()) if (this.domains.has(wire)) this.#doubtful.add(wire);
  }

  #decide(row: Row): void {
    const wires = [...row.terms.keys()];
    if (wires.length < 2 || !this.#allTwoValued(row)) {
      this.#index.queue(row);
      return;
    }
    const digits = forcedDigits(
      wires.map((wire) => ({ coefficient: row.terms.get(wire)!, values: this.domains.get(wire)! })),
      row.constant,
      row.units,
    );
    if (digits === null) throw new Contradiction("an equation between two-valued wires cannot be satisfied");
    const found = wires.filter((_, i) => digits[i] !== undefined);
    if (found.length === 0) return;
    const kind = found.length === wires.length ? "digits" : "other";
    this.derivations.push({ kind, wires: found, parts: kind === "digits" ? new Map(row.parts) : EMPTY });
    for (const [i, wire] of wires.entries()) {
      const digit = digits[i];
      if (digit !== undefined) this.#set(wire, this.domains.get(wire)![digit]);
    }
  }

  #unitsOf(constraint: number): Units {
    let units = this.#units.get(constraint);
    if (units === undefined) {
      units = new Units();
      this.#units.set(constraint, units);
    }
    return units;
  }

  /** Rule 4. @returns whether it found anything */
  #probe(): boolean {
    let found = false;
    const knowledge = {
      system: this.system,
      domains: this.domains,
      index: this.#index,
      value: (wire: number) => this.#values[wire],
      isSettled: (constraint: number) => this.#settled[constraint] === 1,
      unitsOf: (constraint: number) => this.#unitsOf(constraint),
    };
    const candidates = [...this.#doubtful];
    this.#doubtful.clear();
    for (const wire of candidates) {
      const domain = this.domains.get(wire);
      if (domain === undefined || this.#values[wire] !== undefined) continue;
      const possible = domain.filter((value) => isPlausible(knowledge, wire, value, WIDE));
      const [only] = possible;
      if (only === undefined)
        throw new Contradiction(`neither value of ${this.system.nameOf(wire)} is possible`);
      if (possible.length > 1) continue;
      this.#assign(wire, only, "other", EMPTY);
      this.#propagate();
      found = true;
    }
    return found;
  }
}

const EMPTY: Parts = new Map();
