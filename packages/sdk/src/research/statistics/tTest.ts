// SPDX-License-Identifier: GPL-3.0-or-later
import { studentT } from "./distributions/studentT.ts";

/** A two-sided t test of whether a number is 0. */
export type TTest = {
  readonly t: number;
  /** Degrees of freedom; not always whole. */
  readonly df: number;
  /** Probability of a t at least as far from 0 if the number is 0. It is 0 below about 10^-308. */
  readonly pValue: number;
};

export function tTest(t: number, df: number): TTest {
  return { t, df, pValue: studentT(Math.abs(t), df).above };
}
