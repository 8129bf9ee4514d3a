// SPDX-License-Identifier: GPL-3.0-or-later
//
// WebAssembly for sums of products and fifth powers in BN254's scalar field r.
//
// A value is nine limbs of 29 bits, each in an i64: a product of limbs has 58 bits, so that a column of 64 such products is
// summed without a carry. Values are in Montgomery form, times R = 2^261, and below 1.1 r, not below r: r has 254 bits, hence a
// sum T of up to five products of such values is below 7 r² and is reduced to T / R + r, which is less than 1.1 r again.
import { FIELD } from "../../field.ts";
import {
  add,
  and,
  type Code,
  type Func,
  get,
  i64,
  join,
  load,
  mul,
  set,
  shl,
  shr,
  store,
  sub,
} from "./wasm.ts";

export const LIMBS = 9;
export const BITS = 29n;
export const MASK = (1n << BITS) - 1n;
/** Bytes of a value in memory. */
export const VALUE = 8 * LIMBS;
export const R = 1n << (BITS * BigInt(LIMBS));

export const limbsOf = (value: bigint): bigint[] =>
  Array.from({ length: LIMBS }, (_, i) => (value >> (BITS * BigInt(i))) & MASK);

export const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
export const P = limbsOf(FIELD);
/** The lowest limb of r is 2^28 + 1, and -1/r modulo 2^29 is 2^28 - 1: to multiply by either is a shift. */
const HALF = 28n;

/** A product, by two pieces of code that each push a factor. */
type Term = readonly [Code, Code];

/**
 * Columns of products, reduced as they are summed.
 * @param terms the products of each of the 17 columns
 * @param first what is added to the nine lowest columns
 * @param m the first of nine locals, and of one more behind them
 * @param out accepts code that pushes limb `i` of the result, below 2^29
 */
function reduced(
  terms: (column: number) => readonly Term[],
  first: ((column: number) => Code) | undefined,
  m: number,
  out: (i: number, limb: Code) => Code,
): Code {
  const t = m + LIMBS;
  const parts: Code[] = [i64(0n)];
  const push = (...more: readonly Code[]): void => {
    parts.push(...more);
  };
  for (const column of range(0, 2 * LIMBS - 1)) {
    for (const [a, b] of terms(column)) push(a, b, mul, add);
    if (column < LIMBS && first !== undefined) push(first(column), add);
    for (const i of range(Math.max(0, column - LIMBS + 1), Math.min(column, LIMBS))) {
      push(get(m + i), i64(P[column - i]!), mul, add);
    }
    push(set(t));
    if (column < LIMBS) {
      push(get(t), i64(HALF), shl, get(t), sub, i64(MASK), and, set(m + column));
      push(get(t), get(m + column), add, get(m + column), i64(HALF), shl, add, i64(BITS), shr);
    } else {
      push(out(column - LIMBS, join(get(t), i64(MASK), and)));
      push(get(t), i64(BITS), shr);
    }
  }
  push(set(t), out(LIMBS - 1, get(t)));
  return join(...parts);
}

/** Pairs of limbs whose product belongs to a column. */
const pairs = (column: number): [number, number][] =>
  range(Math.max(0, column - LIMBS + 1), Math.min(column, LIMBS - 1) + 1).map((i) => [i, column - i]);

/** `out = Σ coefficient[k] · value[k] + constant`, of pointers (coefficients, values, constant, out); at most five coefficients are not 0. */
export function rowFunc(length: number): Func {
  const [coefficients, values, constant, out, m] = [0, 1, 2, 3, 4];
  const terms = (column: number): Term[] =>
    range(0, length).flatMap((k) =>
      pairs(column).map(
        ([i, j]): Term => [
          join(get(coefficients), load(k * VALUE + 8 * i)),
          join(get(values), load(k * VALUE + 8 * j)),
        ],
      ),
    );
  const body = reduced(
    terms,
    (column) => join(get(constant), load(8 * column)),
    m,
    (i, limb) => join(get(out), limb, store(8 * i)),
  );
  return { params: 4, locals: LIMBS + 1, body };
}

/** `out = value^5`, of pointers (value, out). */
export function powerFunc(): Func {
  const [value, out, m, x, y] = [0, 1, 2, 12, 21];
  const square = (base: number): Code =>
    reduced(
      (column) =>
        pairs(column)
          .filter(([i, j]) => i <= j)
          .map(
            ([i, j]): Term => [i === j ? get(base + i) : join(get(base + i), i64(1n), shl), get(base + j)],
          ),
      undefined,
      m,
      (i, limb) => join(limb, set(y + i)),
    );
  const body = join(
    ...range(0, LIMBS).map((i) => join(get(value), load(8 * i), set(x + i))),
    square(x),
    square(y),
    reduced(
      (column) => pairs(column).map(([i, j]): Term => [get(x + i), get(y + j)]),
      undefined,
      m,
      (i, limb) => join(get(out), limb, store(8 * i)),
    ),
  );
  return { params: 2, locals: 28, body };
}
