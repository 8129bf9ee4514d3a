// SPDX-License-Identifier: GPL-3.0-or-later
import { inverse, mod } from "../internal/field.ts";
import { forcedDigits, type Units } from "./digits.ts";
import type { RowIndex } from "./rowIndex.ts";
import { isLinear, linearEquation, splitConstraint } from "./splits.ts";
import type { ConstraintSystem } from "./system.ts";

/** Terms that one assumption may look at. */
const PATIENCE = 30_000;

/** What a solver knows. Nothing here changes it. */
export interface Knowledge {
  readonly system: ConstraintSystem;
  readonly domains: ReadonlyMap<number, readonly [bigint, bigint]>;
  readonly index: RowIndex;
  value(wire: number): bigint | undefined;
  /** Whether a constraint's meaning is a row or a domain already. */
  isSettled(constraint: number): boolean;
  /** Of a constraint that is linear under some assumption. */
  unitsOf(constraint: number): Units;
}

/**
 * Whether an assumption leads to no contradiction within reach.
 * @param widest rows and constraints wider than this are not looked at
 */
export function isPlausible(
  { system, domains, index, value, isSettled, unitsOf }: Knowledge,
  wire: number,
  assumption: bigint,
  widest: number,
): boolean {
  const assumed = new Map([[wire, assumption]]);
  const wires = [wire];
  let patience = PATIENCE;
  const conclude = (terms: ReadonlyMap<number, bigint>, constant: bigint, units: Units): boolean => {
    if (terms.size === 0) return mod(constant) === 0n;
    const entries = [...terms];
    if (entries.length === 1) {
      const [[only, coefficient]] = entries as [[number, bigint]];
      const forced = mod(-constant * inverse(coefficient));
      const domain = domains.get(only);
      if (domain !== undefined && !domain.includes(forced)) return false;
      assumed.set(only, forced);
      wires.push(only);
      return true;
    }
    const values = entries.map(([of]) => domains.get(of));
    if (values.some((domain) => domain === undefined)) return true;
    const digits = forcedDigits(
      entries.map(([, coefficient], i) => ({ coefficient, values: values[i]! })),
      constant,
      units,
    );
    if (digits === null) return false;
    for (const [i, digit] of digits.entries()) {
      if (digit === undefined) continue;
      assumed.set(entries[i]![0], values[i]![digit]);
      wires.push(entries[i]![0]);
    }
    return true;
  };
  const known = (of: number): bigint | undefined => value(of) ?? assumed.get(of);
  for (let next = wires.pop(); next !== undefined && patience > 0; next = wires.pop()) {
    for (const row of index.of(next)) {
      if (row.terms.size > widest || !row.terms.has(next)) continue;
      patience -= row.terms.size;
      const terms = new Map<number, bigint>();
      let constant = row.constant;
      for (const [of, coefficient] of row.terms) {
        const found = assumed.get(of);
        if (found === undefined) terms.set(of, coefficient);
        else constant += coefficient * found;
      }
      if (!conclude(terms, constant, row.units)) return false;
    }
    if (next >= system.wires) continue;
    for (const at of system.touching[next]!) {
      if (isSettled(at)) continue;
      const constraint = system.constraints[at]!;
      const size = constraint.a.length + constraint.b.length + constraint.c.length;
      if (size > widest) continue;
      patience -= size;
      const sides = splitConstraint(constraint, known);
      if (!isLinear(sides)) continue;
      const { terms, constant } = linearEquation(sides);
      if (!conclude(terms, constant, unitsOf(at))) return false;
    }
  }
  return true;
}
