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
import { inverse, mod, R, squareRoot } from "../internal/field.ts";
import { forcedDigits } from "./digits.ts";
import { twoValuedForm } from "./forms.ts";
import { type Parts, Row } from "./rows.ts";
import type { Constraint, ConstraintSystem, Term } from "./system.ts";

/** The given values satisfy no witness. */
export class Contradiction extends Error {}

/** How values were found, in order. */
export interface Derivation {
  /** `solved`: the one unknown of a row. `digits`: all two-valued unknowns of a row at once. `other`: no row says it. */
  readonly kind: "solved" | "digits" | "other";
  readonly wires: readonly number[];
  readonly parts: Parts;
}

/** Rows wider than this take no part in rule 4, and those much wider not in rule 3. */
const WIDE = 1_500;
/** Rows with a wire in common that are compared with each other. */
const MOST_LEFTOVERS = 12;
/** Terms that one assumption of rule 4 may look at. */
const PATIENCE = 30_000;

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
  readonly #rowsOf = new Map<number, Set<Row>>();
  readonly #pivots = new Map<number, Row>();
  #variables: number;
  readonly #linear: number[] = [];
  readonly #rows: Row[] = [];
  /** Rows of two-valued unknowns, looked at when nothing cheaper is left. */
  readonly #digitRows = new Set<Row>();
  readonly #eliminations: Row[] = [];
  #unsorted = false;
  /** Rows that the elimination left between two-valued wires, by their wires. */
  readonly #leftovers = new Map<number, Row[]>();
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
      this.#addRow(new Row(sum, constant, new Map([[-1 - index, 1n]])));
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
    this.#addRow(new Row(sum, constant, new Map([[-1 - index, 1n]])));
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
    for (const row of this.#rowsOf.get(wire) ?? []) this.#queue(row);
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
    const rows = this.#rowsOf.get(wire);
    if (rows === undefined) return;
    this.#rowsOf.delete(wire);
    for (const row of rows) {
      const coefficient = row.terms.get(wire);
      if (coefficient === undefined) continue;
      row.terms.delete(wire);
      row.constant = mod(row.constant + coefficient * value);
      if (row.pivot === wire) {
        this.#pivots.delete(wire);
        row.pivot = -1;
        row.entered = false;
      }
      this.#queue(row);
    }
  }

  /** Queues a constraint that has become linear, or a square of one unknown. */
  #look(index: number): void {
    if (this.#settled[index]) return;
    const [a, b, c] = [this.#unknown[0]![index]!, this.#unknown[1]![index]!, this.#unknown[2]![index]!];
    if (a === 0 || b === 0 || (a === 1 && b === 1 && c <= 1)) this.#linear.push(index);
  }

  #queue(row: Row): void {
    if (row.queued) return;
    row.queued = true;
    this.#rows.push(row);
  }

  #addRow(row: Row): void {
    for (const wire of row.terms.keys()) this.#enter(wire, row);
    this.#queue(row);
  }

  #enter(wire: number, row: Row): void {
    const rows = this.#rowsOf.get(wire);
    if (rows === undefined) this.#rowsOf.set(wire, new Set([row]));
    else rows.add(row);
  }

  #propagate(): void {
    for (;;) {
      const index = this.#linear.pop();
      if (index !== undefined) {
        this.#read(index);
        continue;
      }
      const row = this.#rows.pop();
      if (row !== undefined) {
        row.queued = false;
        this.#consider(row);
        continue;
      }
      const digits = this.#digitRows.values().next().value;
      if (digits !== undefined) {
        this.#digitRows.delete(digits);
        this.#decide(digits);
        continue;
      }
      if (this.#unsorted) {
        // Short rows first: what is left of the long ones then is as simple as it gets.
        this.#eliminations.sort((a, b) => b.terms.size - a.terms.size);
        this.#unsorted = false;
      }
      const next = this.#eliminations.pop();
      if (next === undefined) return;
      this.#eliminate(next);
    }
  }

  /** Splits a linear combination: what is known, and the unknown rest. */
  #split(terms: readonly Term[]): { known: bigint; rest: Term[] } {
    let known = 0n;
    const rest: Term[] = [];
    for (const term of terms) {
      const value = this.#values[term[0]];
      if (value === undefined) rest.push(term);
      else known += term[1] * value;
    }
    return { known: mod(known), rest };
  }

  #read(index: number): void {
    if (this.#settled[index]) return;
    const { a, b, c } = this.#constraints[index]!;
    const left = this.#split(a);
    const right = this.#split(b);
    const out = this.#split(c);
    if (left.rest.length > 0 && right.rest.length > 0) {
      this.#square(index, left, right, out);
      return;
    }
    this.#settled[index] = 1;
    const sum = new Map<number, bigint>();
    const add = (terms: readonly Term[], factor: bigint) => {
      for (const [wire, coefficient] of terms) {
        const total = mod((sum.get(wire) ?? 0n) + factor * coefficient);
        if (total === 0n) sum.delete(wire);
        else sum.set(wire, total);
      }
    };
    add(left.rest, right.known);
    add(right.rest, left.known);
    add(out.rest, -1n);
    this.#addRow(new Row(sum, left.known * right.known - out.known, new Map([[index, 1n]])));
  }

  /** (a w + p)(b w + q) = c w + s has at most two roots. */
  #square(index: number, left: Split, right: Split, out: Split): void {
    const [[wire, a], [other, b]] = [left.rest[0]!, right.rest[0]!];
    const [, c] = out.rest[0] ?? [wire, 0n];
    if (wire !== other || out.rest.some(([third]) => third !== wire)) return;
    this.#settled[index] = 1;
    const [square, slope, rest] = [
      mod(a * b),
      mod(a * right.known + b * left.known - c),
      mod(left.known * right.known - out.known),
    ];
    const root = squareRoot(mod(slope * slope - 4n * square * rest));
    if (root === undefined) throw new Contradiction(`no value satisfies ${this.system.describe(index)}`);
    const half = inverse(2n * square);
    this.#restrict(wire, [mod((root - slope) * half), mod((-root - slope) * half)]);
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
    else if (!row.entered) {
      this.#eliminations.push(row);
      this.#unsorted = true;
    }
    this.#disturb(row);
  }

  #allTwoValued(row: Row): boolean {
    for (const wire of row.terms.keys()) if (!this.domains.has(wire)) return false;
    return true;
  }

  #disturb(row: Row): void {
    if (row.terms.size > 64) return;
    for (const wire of row.terms.keys()) if (this.domains.has(wire)) this.#doubtful.add(wire);
  }

  #decide(row: Row): void {
    const wires = [...row.terms.keys()];
    if (wires.length < 2 || !this.#allTwoValued(row)) {
      this.#queue(row);
      return;
    }
    const digits = forcedDigits(
      wires.map((wire) => ({ coefficient: row.terms.get(wire)!, values: this.domains.get(wire)! })),
      row.constant,
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

  /** Takes a row into the elimination, whose rows are fully reduced. */
  #eliminate(source: Row): void {
    // A row that changed since is queued, and comes again.
    if (source.entered || source.terms.size < 2 || source.terms.size > 4 * WIDE || this.#allTwoValued(source))
      return;
    source.entered = true;
    const row = source.copy();
    for (const wire of [...row.terms.keys()]) {
      const by = this.#pivots.get(wire);
      const coefficient = row.terms.get(wire);
      if (by !== undefined && coefficient !== undefined) row.add(-coefficient, by);
    }
    if (row.terms.size === 0) {
      if (row.constant !== 0n) throw new Contradiction("linear equations contradict each other");
      return;
    }
    let pivot = -1;
    if (row.terms.size > 1) for (const wire of row.terms.keys()) if (!this.domains.has(wire)) pivot = wire;
    if (pivot < 0) {
      this.#addRow(row);
      if (row.terms.size > 1) this.#compare(row);
      return;
    }
    row.normalise(pivot);
    for (const other of this.#rowsOf.get(pivot) ?? []) {
      const coefficient = other.terms.get(pivot);
      if (other.pivot < 0 || coefficient === undefined) continue;
      for (const wire of other.add(-coefficient, row)) this.#enter(wire, other);
      this.#queue(other);
    }
    row.pivot = pivot;
    row.entered = true;
    this.#pivots.set(pivot, row);
    for (const wire of row.terms.keys()) this.#enter(wire, row);
    this.#disturb(row);
  }

  /** Sums and differences of what the elimination leaves between two-valued wires: often one-hot conditions. */
  #compare(row: Row): void {
    const others = new Set<Row>();
    for (const wire of row.terms.keys())
      for (const other of this.#leftovers.get(wire) ?? []) others.add(other);
    for (const other of others) {
      for (const factor of [1n, -1n]) {
        const sum = row.copy();
        sum.add(factor, other);
        let small = sum.terms.size > 1;
        for (const coefficient of sum.terms.values()) small &&= coefficient === 1n || coefficient === R - 1n;
        if (small) this.#addRow(sum);
      }
    }
    for (const wire of row.terms.keys()) {
      const known = this.#leftovers.get(wire);
      if (known === undefined) this.#leftovers.set(wire, [row]);
      else if (known.length < MOST_LEFTOVERS) known.push(row);
    }
  }

  /** Rule 4. @returns whether it found anything */
  #probe(): boolean {
    let found = false;
    const candidates = [...this.#doubtful];
    this.#doubtful.clear();
    for (const wire of candidates) {
      const domain = this.domains.get(wire);
      if (domain === undefined || this.#values[wire] !== undefined) continue;
      const possible = domain.filter((value) => this.#plausible(wire, value));
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

  /** Whether an assumption leads to no contradiction within reach. Changes nothing. */
  #plausible(wire: number, value: bigint): boolean {
    const assumed = new Map([[wire, value]]);
    const wires = [wire];
    let patience = PATIENCE;
    const conclude = (terms: ReadonlyMap<number, bigint>, constant: bigint): boolean => {
      if (terms.size === 0) return mod(constant) === 0n;
      const entries = [...terms];
      if (entries.length === 1) {
        const [[only, coefficient]] = entries as [[number, bigint]];
        const forced = mod(-constant * inverse(coefficient));
        const domain = this.domains.get(only);
        if (domain !== undefined && !domain.includes(forced)) return false;
        assumed.set(only, forced);
        wires.push(only);
        return true;
      }
      const values = entries.map(([of]) => this.domains.get(of));
      if (values.some((domain) => domain === undefined)) return true;
      const digits = forcedDigits(
        entries.map(([, coefficient], i) => ({ coefficient, values: values[i]! })),
        constant,
      );
      if (digits === null) return false;
      for (const [i, digit] of digits.entries()) {
        if (digit === undefined) continue;
        assumed.set(entries[i]![0], values[i]![digit]);
        wires.push(entries[i]![0]);
      }
      return true;
    };
    for (let next = wires.pop(); next !== undefined && patience > 0; next = wires.pop()) {
      for (const row of this.#rowsOf.get(next) ?? []) {
        if (row.terms.size > WIDE || !row.terms.has(next)) continue;
        patience -= row.terms.size;
        const terms = new Map<number, bigint>();
        let constant = row.constant;
        for (const [of, coefficient] of row.terms) {
          const known = assumed.get(of);
          if (known === undefined) terms.set(of, coefficient);
          else constant += coefficient * known;
        }
        if (!conclude(terms, constant)) return false;
      }
      if (next >= this.system.wires) continue;
      for (const index of this.system.touching[next]!) {
        if (this.#settled[index]) continue;
        const { a, b, c } = this.#constraints[index]!;
        const size = a.length + b.length + c.length;
        if (size > WIDE) continue;
        patience -= size;
        const [left, right, out] = [a, b, c].map((terms) => this.#assume(terms, assumed)) as [
          Split,
          Split,
          Split,
        ];
        if (left.rest.length > 0 && right.rest.length > 0) continue;
        const sum = new Map<number, bigint>();
        for (const [terms, factor] of [
          [left.rest, right.known],
          [right.rest, left.known],
          [out.rest, -1n],
        ] as const) {
          for (const [of, coefficient] of terms) {
            const total = mod((sum.get(of) ?? 0n) + factor * coefficient);
            if (total === 0n) sum.delete(of);
            else sum.set(of, total);
          }
        }
        if (!conclude(sum, left.known * right.known - out.known)) return false;
      }
    }
    return true;
  }

  #assume(terms: readonly Term[], assumed: ReadonlyMap<number, bigint>): Split {
    let known = 0n;
    const rest: Term[] = [];
    for (const term of terms) {
      const value = this.#values[term[0]] ?? assumed.get(term[0]);
      if (value === undefined) rest.push(term);
      else known += term[1] * value;
    }
    return { known: mod(known), rest };
  }
}

interface Split {
  readonly known: bigint;
  readonly rest: readonly Term[];
}

const EMPTY: Parts = new Map();
