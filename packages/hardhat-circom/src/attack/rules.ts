// SPDX-License-Identifier: GPL-3.0-or-later
//
// How an honest prover finds hints, read off the equations: what the solver did
// once, with one witness, is done again with other values. So a liar who changes
// one value has everything that follows found anew, digits and hashes included.
import { inverse, mod } from "../internal/field.ts";
import { forcedDigits, type TwoValued, Units } from "./digits.ts";
import type { HintRule } from "./forger.ts";
import { twoValuedForm } from "./forms.ts";
import type { Derivation, Solver } from "./solver.ts";
import { evaluate, type Term } from "./system.ts";

/** Rules for the wires that the solver found by rows of several unknowns or several constraints. */
export function rulesOf(solver: Solver): HintRule[] {
  return solver.derivations.flatMap((derivation) => {
    const { kind, parts } = derivation;
    // One constraint with one unknown: the forger solves it without being told.
    if (kind === "other" || (kind === "solved" && parts.size < 2)) return [];
    const row = readRow(solver, derivation);
    if (row === undefined) return [];
    return kind === "solved"
      ? solvedRule(row, derivation.wires[0]!, solver)
      : digitRules(row, derivation.wires, solver);
  });
}

/** A row written in values that can be looked up: Σ weight·(A·B) + Σ coefficient·wire. */
interface ReadRow {
  readonly products: readonly {
    readonly weight: bigint;
    readonly a: readonly Term[];
    readonly b: readonly Term[];
  }[];
  readonly linear: ReadonlyMap<number, bigint>;
}

/** Undefined where the coefficients of the wires found depend on other values, or where a sum of wires was known before. */
function readRow({ system, sums }: Solver, { wires, parts }: Derivation): ReadRow | undefined {
  const linear = new Map<number, bigint>();
  const products: ReadRow["products"][number][] = [];
  const add = (terms: readonly Term[], factor: bigint) => {
    for (const [wire, coefficient] of terms) {
      const total = mod((linear.get(wire) ?? 0n) + factor * coefficient);
      if (total === 0n) linear.delete(wire);
      else linear.set(wire, total);
    }
  };
  for (const [part, weight] of parts) {
    if (part < 0) {
      const { terms, constant, span } = twoValuedForm(system.constraints[-1 - part]!)!;
      add([...terms, [0, constant]], weight);
      const sum = sums.get(-1 - part);
      if (sum !== undefined) add([[sum, -span]], weight);
      continue;
    }
    const { a, b, c } = system.constraints[part]!;
    const [constantA, constantB] = [constantOf(a), constantOf(b)];
    add(c, -weight);
    if (constantA !== undefined) add(b, weight * constantA);
    else if (constantB !== undefined) add(a, weight * constantB);
    else {
      for (const [wire] of [...a, ...b]) if (wires.includes(wire)) return undefined;
      products.push({ weight, a, b });
    }
  }
  for (const wire of linear.keys()) if (wire >= system.wires && !wires.includes(wire)) return undefined;
  return { products, linear };
}

function constantOf(terms: readonly Term[]): bigint | undefined {
  let constant = 0n;
  for (const [wire, coefficient] of terms) {
    if (wire !== 0) return undefined;
    constant += coefficient;
  }
  return constant;
}

/** What a row says without the wires that it is solved for. */
function restOf({ products, linear }: ReadRow, found: readonly number[]) {
  const needs: number[] = [];
  const places = new Map<number, number>();
  const place = (wire: number): number => {
    let at = places.get(wire);
    if (at === undefined) {
      at = needs.push(wire) - 1;
      places.set(wire, at);
    }
    return at;
  };
  const placed = (terms: readonly Term[]): Term[] =>
    terms.map(([wire, coefficient]) => [place(wire), coefficient]);
  const sum = placed([...linear].filter(([wire]) => !found.includes(wire)));
  // Most products are of one wire each. Sums are reduced once: that costs more than multiplying.
  const single: { readonly weight: bigint; readonly a: number; readonly b: number }[] = [];
  const wide: { readonly weight: bigint; readonly a: readonly Term[]; readonly b: readonly Term[] }[] = [];
  for (const { weight, a, b } of products) {
    const [left, right] = [placed(a), placed(b)];
    const [[placeA, factorA], [placeB, factorB]] = [left[0]!, right[0]!];
    if (left.length === 1 && right.length === 1)
      single.push({ weight: mod(weight * factorA * factorB), a: placeA, b: placeB });
    else wide.push({ weight, a: left, b: right });
  }
  return {
    needs,
    rest: (known: readonly bigint[]) => {
      let total = evaluate(sum, known);
      for (const { weight, a, b } of single) total += weight * (known[a]! * known[b]!);
      for (const { weight, a, b } of wide) total += weight * (evaluate(a, known) * evaluate(b, known));
      return mod(total);
    },
  };
}

function solvedRule(row: ReadRow, wire: number, { system }: Solver): HintRule[] {
  const coefficient = row.linear.get(wire);
  // A sum of wires is found too, and the witness does not hold it.
  if (coefficient === undefined || wire >= system.wires) return [];
  const { needs, rest } = restOf(row, [wire]);
  const factor = mod(-inverse(coefficient));
  return [{ wire, needs, value: (known) => mod(rest(known) * factor) }];
}

function digitRules(row: ReadRow, wires: readonly number[], { domains, system }: Solver): HintRule[] {
  const terms: TwoValued[] = [];
  for (const wire of wires) {
    const coefficient = row.linear.get(wire);
    if (coefficient === undefined) return [];
    terms.push({ coefficient, values: domains.get(wire)! });
  }
  const { needs, rest } = restOf(row, wires);
  let of: bigint | undefined;
  let digits: readonly (0 | 1)[] = [];
  const units = new Units();
  const decompose = (constant: bigint) => {
    if (constant !== of) [of, digits] = [constant, nearestDigits(terms, constant, units)];
    return digits;
  };
  return wires.flatMap((wire, i) =>
    wire < system.wires
      ? [{ wire, needs, value: (known: readonly bigint[]) => terms[i]!.values[decompose(rest(known))[i]!] }]
      : [],
  );
}

/** The digits that satisfy the equation; where there are none, those that a generator's shifts and masks give. */
function nearestDigits(terms: readonly TwoValued[], constant: bigint, units: Units): (0 | 1)[] {
  const forced = forcedDigits(terms, constant, units);
  if (forced !== null) return forced.map((digit) => digit ?? 0);
  const factor = mod(-inverse(mod(terms[0]!.coefficient * (terms[0]!.values[1] - terms[0]!.values[0]))));
  const target = mod(constant * factor);
  return terms.map((_, i) => ((target >> BigInt(i)) & 1n ? 1 : 0));
}
