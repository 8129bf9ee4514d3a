// SPDX-License-Identifier: GPL-3.0-or-later
//
// What R gives (reference.R), and lists of values as the sums that a query's answer has.
import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { Moments } from "../../../src/research/statistics/moments.ts";
import type { PairMoments } from "../../../src/research/statistics/pairMoments.ts";
import type { Scale } from "../../../src/research/statistics/scale.ts";

/** Sums are strings there, everything else is a number. */
type Row<Text extends string, Value extends string> = Readonly<Record<Text, string>> &
  Readonly<Record<Value, number>>;
type Coefficients<Name extends string> = Name | `${Name}${"Error" | "T" | "P" | "Low" | "High"}`;

type Reference = {
  readonly groups: readonly Row<
    "name" | "n" | "sum" | "squares",
    | ("minimum" | "step" | "level")
    | ("mean" | "standardError" | "df" | "meanLow" | "meanHigh")
    | ("variance" | "standardDeviation" | "varianceLow" | "varianceHigh")
  >[];
  readonly twoGroups: readonly Row<
    "name" | `${"a" | "b"}${"N" | "Sum" | "Squares"}`,
    ("minimum" | "step" | "level") | ("difference" | "standardError" | "low" | "high" | "t" | "df" | "pValue")
  >[];
  readonly proportions: readonly Row<"of" | "n", "level" | "low" | "high">[];
  readonly tables: readonly (Row<`${"a" | "b"}${"Of" | "N"}`, "difference" | "low" | "high" | "fisherP"> & {
    readonly [name in "chiSquare" | "zP" | "leastExpected" | "oddsRatio" | "oddsLow" | "oddsHigh"]?: number;
  })[];
  readonly pairs: readonly Row<
    "name" | "n" | "v" | "vv" | "u" | "uu" | "uv",
    | ("vMinimum" | "vStep" | "uMinimum" | "uStep" | "level")
    | ("r" | "rLow" | "rHigh" | "rT" | "rP" | "rSquared" | "residual")
    | Coefficients<"intercept" | "slope">
  >[];
  readonly studentT: readonly Row<never, "df" | "t" | "above">[];
  readonly criticalT: readonly Row<never, "df" | "level" | "t">[];
  readonly normal: readonly Row<never, "z" | "pValue">[];
  readonly criticalZ: readonly Row<never, "level" | "z">[];
  readonly criticalChiSquare: readonly Row<never, "df" | "tail" | "below" | "above">[];
};

export const REFERENCE = JSON.parse(
  readFileSync(new URL("reference.json", import.meta.url), "utf8"),
) as Reference;

/**
 * Expects numbers that agree with R's, relative to their size.
 * @param tolerance relative
 * @param scale what 0 is measured by, where R itself rounds: a difference of means is as exact as the means
 */
export function agree(
  what: string,
  pairs: readonly (readonly [name: string, ours: number, theirs: number])[],
  { tolerance = 1e-9, scale = 0 } = {},
): void {
  for (const [name, ours, theirs] of pairs) {
    const size = Math.max(Math.abs(theirs), scale);
    const deviation = ours === theirs ? 0 : Math.abs(ours - theirs) / size;
    expect(deviation, `${what}, ${name}: ${ours} here, ${theirs} in R`).to.be.at.most(tolerance);
  }
}

/** Sums of values on a scale. */
export function momentsOf(values: readonly number[], scale: Scale): Moments {
  const codes = values.map((value) => codeOf(value, scale));
  return {
    n: BigInt(codes.length),
    sum: codes.reduce((sum, code) => sum + code, 0n),
    squares: codes.reduce((sum, code) => sum + code * code, 0n),
  };
}

/** Sums of pairs of values, each on its scale. */
export function pairMomentsOf(
  v: readonly number[],
  u: readonly number[],
  scales: { readonly v: Scale; readonly u: Scale },
): PairMoments {
  const [a, b] = [momentsOf(v, scales.v), momentsOf(u, scales.u)];
  const uv = v.reduce((sum, value, i) => sum + codeOf(value, scales.v) * codeOf(u[i]!, scales.u), 0n);
  return { n: a.n, v: a.sum, vv: a.squares, u: b.sum, uu: b.squares, uv };
}

function codeOf(value: number, { minimum, step }: Scale): bigint {
  return BigInt(Math.round((value - minimum) / step)) + 1n;
}
