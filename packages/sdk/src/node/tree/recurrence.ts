// SPDX-License-Identifier: GPL-3.0-or-later
//
// cspell:ignore sbox
//
// Poseidon over two inputs with less work, and the same results.
//
// In the partial rounds only the first of three state elements goes through the S-box. Let y be that element before the S-box
// and x = y^5. The other two, u, are a linear system that x drives and y reads:
//   u' = B u + a x + constants,   y' = m x + c u + constants.
// A linear system of two dimensions obeys a recurrence of two steps (Cayley and Hamilton), so that u need not be computed:
//   y[n+1] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n] - a0 y[n-1] + k[n+1].
// That is five products and one reduction in each of the 57 rounds, where a dense matrix has nine products and three
// reductions, and a sparse matrix five products and three reductions.
import { Field } from "@noble/curves/abstract/modular.js";
import { grainGenConstants } from "@noble/curves/abstract/poseidon.js";
import { FIELD } from "../../field.ts";

const WIDTH = 3;
const FULL_ROUNDS = 8;
const PARTIAL_ROUNDS = 57;
const HALF = FULL_ROUNDS / 2;

/** A sum `Σ coefficients[k] · value[k] + constant`. */
export type Row = { readonly coefficients: readonly bigint[]; readonly constant: bigint };

export type Recurrence = {
  /** What is added to the two inputs before their S-boxes. The capacity, which is 0, is a constant after its own. */
  readonly first: readonly bigint[];
  /** Of full rounds: the next S-boxes' inputs by the last ones' outputs, in the first round by those of the inputs alone. */
  readonly before: readonly (readonly Row[])[];
  /** y[0] … y[2], by the outputs of the last S-boxes of the first half, then y[0], x[0], y[1], x[1]. */
  readonly entry: readonly Row[];
  /** y[3] … y[57], by x[n-2], y[n-1], x[n-1], y[n], x[n]. */
  readonly steps: readonly Row[];
  /** What enters the second half's first S-boxes next to y[57], by x[55], y[56], x[56], y[57]. */
  readonly exit: readonly Row[];
  readonly after: readonly (readonly Row[])[];
  /** The hash, by the outputs of the last S-boxes. */
  readonly last: Row;
};

type Vector = readonly bigint[];
type Matrix = readonly Vector[];

const Fr = Field(FIELD);
const fr = (value: bigint): bigint => Fr.create(value);
const dot = (a: Vector, b: Vector): bigint => fr(a.reduce((sum, x, i) => sum + x * b[i]!, 0n));
const columns = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
const apply = (a: Matrix, v: Vector): Vector => a.map((row) => dot(row, v));
/** A row times a matrix. */
const rowTimes = (row: Vector, a: Matrix): Vector => apply(columns(a), row);
const times = (a: Matrix, b: Matrix): Matrix => a.map((row) => rowTimes(row, b));
const plus = (a: Vector, b: Vector): Vector => a.map((x, i) => fr(x + b[i]!));

function inverse([[a, b], [c, d]]: readonly [Vector, Vector]): Matrix {
  const by = Fr.inv(fr(a! * d! - b! * c!));
  return [
    [fr(d! * by), fr(-b! * by)],
    [fr(-c! * by), fr(a! * by)],
  ];
}

/** Of circomlib's Poseidon with two inputs, whose constants come from the reference's generator. */
export function recurrence(): Recurrence {
  const { roundConstants, mds } = grainGenConstants({
    Fp: Fr,
    t: WIDTH,
    roundsFull: FULL_ROUNDS,
    roundsPartial: PARTIAL_ROUNDS,
    sboxPower: 5,
  });
  const [top = [], ...below] = mds;
  const [m, c] = [top[0]!, top.slice(1)];
  const [a, B] = [below.map((row) => row[0]!), below.map((row) => row.slice(1))];
  const cB = rowTimes(c, B);
  const [ca, cBa] = [dot(c, a), dot(cB, a)];
  // The characteristic polynomial of B, and from it and the first answers to an impulse the rest of the recurrence.
  const [a1, a0] = [fr(-B[0]![0]! - B[1]![1]!), fr(B[0]![0]! * B[1]![1]! - B[0]![1]! * B[1]![0]!)];
  const [b0, b1, b2] = [m, fr(ca + a1 * m), fr(cBa + a1 * ca + a0 * m)];

  // What the constants alone give: the rounds with all S-boxes' outputs at 0.
  const y: bigint[] = [];
  let [fed, u]: [bigint, Vector] = [0n, [0n, 0n]];
  for (const [y0 = 0n, ...rest] of roundConstants.slice(HALF, HALF + PARTIAL_ROUNDS + 1)) {
    y.push(fr(fed + y0));
    if (y.length > 1) u = apply(B, u);
    u = plus(u, rest);
    fed = dot(c, u);
  }

  // u two rounds before the end out of the last two y, then forward to the end.
  const back = times(times(B, B), inverse([c, cB]));
  const Ba = apply(B, a);
  const [y56, y57] = y.slice(-2) as [bigint, bigint];
  const exit = back.map(([p, q], i): Row => {
    const coefficients = [fr(Ba[i]! - p! * m - q! * ca), p!, fr(a[i]! - q! * m), q!];
    return { coefficients, constant: fr(u[i]! - p! * y56 - q! * y57) };
  });

  const round = (n: number): Row[] =>
    mds.map((row, i) => ({ coefficients: row, constant: roundConstants[n]![i]! }));
  return {
    first: roundConstants[0]!.slice(1),
    before: [
      round(1).map(({ coefficients: [capacity = 0n, ...coefficients], constant }) => ({
        coefficients,
        constant: fr(capacity * roundConstants[0]![0]! ** 5n + constant),
      })),
      round(2),
      round(3),
    ],
    entry: [
      { coefficients: top, constant: y[0]! },
      { coefficients: [...rowTimes(c, below), 0n, m], constant: y[1]! },
      { coefficients: [...rowTimes(cB, below), 0n, ca, 0n, m], constant: y[2]! },
    ],
    steps: y.slice(3).map((_, i) => ({
      coefficients: [b2, fr(-a0), b1, fr(-a1), b0],
      constant: fr(y[i + 3]! + a1 * y[i + 2]! + a0 * y[i + 1]!),
    })),
    exit,
    after: [1, 2, 3].map((n) => round(HALF + PARTIAL_ROUNDS + n)),
    last: { coefficients: top, constant: 0n },
  };
}
