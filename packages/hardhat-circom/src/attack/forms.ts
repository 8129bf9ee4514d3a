// SPDX-License-Identifier: GPL-3.0-or-later
import { inverse, mod } from "../internal/field.ts";
import type { Constraint, Term } from "./system.ts";

/** A·(offset - A) = 0: the sum of the terms is 0 or `span`. */
export interface TwoValuedForm {
  /** Without the constant. */
  readonly terms: readonly Term[];
  readonly constant: bigint;
  readonly span: bigint;
}

/** Two-valued signals and sums: x·(x - k) = 0, x·x = k·x, also where x is a sum of wires. */
export function twoValuedForm({ a, b, c }: Constraint): TwoValuedForm | undefined {
  const left = new Map(a);
  const right = new Map(b);
  const wires = [...left.keys()].filter((wire) => wire !== 0);
  const [first] = wires;
  if (first === undefined || wires.length !== right.size - (right.has(0) ? 1 : 0)) return undefined;
  if (!right.has(first)) return undefined;
  let span: bigint;
  if (c.length === 0) {
    // A + λ B is a constant: B = (constant - A) / λ.
    const ratio = mod(-left.get(first)! * inverse(right.get(first)!));
    for (const wire of wires)
      if (mod(left.get(wire)! + ratio * (right.get(wire) ?? 0n)) !== 0n) return undefined;
    span = mod((left.get(0) ?? 0n) + ratio * (right.get(0) ?? 0n));
  } else {
    // B = λ A and C = κ A.
    const out = new Map(c);
    if (out.size !== left.size || right.size !== left.size || !out.has(first)) return undefined;
    const reciprocal = inverse(left.get(first)!);
    const toRight = mod(right.get(first)! * reciprocal);
    const toOut = mod((out.get(first) ?? 0n) * reciprocal);
    for (const [wire, coefficient] of left) {
      if (mod((right.get(wire) ?? 0n) - toRight * coefficient) !== 0n) return undefined;
      if (mod((out.get(wire) ?? 0n) - toOut * coefficient) !== 0n) return undefined;
    }
    span = mod(toOut * inverse(toRight));
  }
  return { terms: a.filter(([wire]) => wire !== 0), constant: left.get(0) ?? 0n, span };
}
