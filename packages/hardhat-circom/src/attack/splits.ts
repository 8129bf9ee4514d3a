// SPDX-License-Identifier: GPL-3.0-or-later
import { inverse, mod, squareRoot } from "../internal/field.ts";
import type { Constraint, Term } from "./system.ts";

/** A linear combination: what is known of it, and the unknown rest. */
export interface Split {
  readonly known: bigint;
  readonly rest: readonly Term[];
}

/** The three sides of left · right = out. */
export interface SplitConstraint {
  readonly left: Split;
  readonly right: Split;
  readonly out: Split;
}

/** @param value of a wire, undefined where it is not known */
export function splitConstraint(
  { a, b, c }: Constraint,
  value: (wire: number) => bigint | undefined,
): SplitConstraint {
  const split = (terms: readonly Term[]): Split => {
    let known = 0n;
    const rest: Term[] = [];
    for (const term of terms) {
      const found = value(term[0]);
      if (found === undefined) rest.push(term);
      else known += term[1] * found;
    }
    return { known: mod(known), rest };
  };
  return { left: split(a), right: split(b), out: split(c) };
}

/** Whether it is a linear equation over the unknown wires. */
export function isLinear({ left, right }: SplitConstraint): boolean {
  return left.rest.length === 0 || right.rest.length === 0;
}

/** The linear equation Σ coefficient·wire + constant = 0 that a linear one says. */
export function linearEquation({ left, right, out }: SplitConstraint): {
  terms: Map<number, bigint>;
  constant: bigint;
} {
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
  return { terms: sum, constant: left.known * right.known - out.known };
}

/**
 * (a w + p)(b w + q) = c w + s has at most two roots.
 * @returns the wire, and its values: none where nothing satisfies the equation. Undefined where other wires take part.
 */
export function rootsOf({
  left,
  right,
  out,
}: SplitConstraint): { wire: number; roots: bigint[] } | undefined {
  const [[wire, a], [other, b]] = [left.rest[0]!, right.rest[0]!];
  const [, c] = out.rest[0] ?? [wire, 0n];
  if (wire !== other || out.rest.some(([third]) => third !== wire)) return undefined;
  const [square, slope, rest] = [
    mod(a * b),
    mod(a * right.known + b * left.known - c),
    mod(left.known * right.known - out.known),
  ];
  const root = squareRoot(mod(slope * slope - 4n * square * rest));
  if (root === undefined) return { wire, roots: [] };
  const half = inverse(2n * square);
  return { wire, roots: [mod((root - slope) * half), mod((-root - slope) * half)] };
}
