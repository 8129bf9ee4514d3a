// SPDX-License-Identifier: GPL-3.0-or-later
import { assertCounts, type Counts } from "./counts.ts";
import { criticalZ } from "./distributions/normal.ts";
import { assertLevel, DEFAULT_LEVEL, type Interval } from "./interval.ts";
import { quotient } from "./moments.ts";
import { undefinedStatistic } from "./undefinedStatistic.ts";

export type OddsRatio = {
  /** The sample's, `(a.of × b's others) / (b.of × a's others)`. R's `fisher.test` reports the conditional estimate instead. */
  readonly oddsRatio: number;
  /** Of its natural logarithm. */
  readonly logStandardError: number;
  /** Woolf's interval, symmetric in the logarithm. */
  readonly interval: Interval;
};

/**
 * How many times higher the odds of the outcome are in the first group, with Woolf's interval (Annals of Human Genetics 19,
 * 1955). For large groups: the interval is approximate.
 * @throws INVALID_ARGUMENT where one of the four counts is 0
 */
export function oddsRatio(a: Counts, b: Counts, level = DEFAULT_LEVEL): OddsRatio {
  assertCounts("a", a);
  assertCounts("b", b);
  assertLevel(level);
  const others = { a: a.n - a.of, b: b.n - b.of };
  const cells = [a.of, others.a, b.of, others.b];
  if (cells.includes(0n)) {
    throw undefinedStatistic("The odds ratio with an interval", {
      why: `is not defined for the counts ${cells.join(", ")}: one of them is 0`,
      hint: "Report the difference of the proportions and Fisher's exact test, which allow a count of 0.",
      details: { cells },
    });
  }
  const ratio = quotient(a.of * others.b, b.of * others.a);
  const logStandardError = Math.sqrt(cells.reduce((sum, cell) => sum + 1 / Number(cell), 0));
  const factor = Math.exp(criticalZ(level) * logStandardError);
  return {
    oddsRatio: ratio,
    logStandardError,
    interval: { low: ratio / factor, high: ratio * factor, level },
  };
}
