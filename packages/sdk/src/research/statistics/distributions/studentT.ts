// SPDX-License-Identifier: GPL-3.0-or-later
import { continuedFraction, positiveSeries } from "./continuedFraction.ts";
import { atLevel, quantile, type Split } from "./split.ts";

/**
 * How Student's t with `df` degrees of freedom divides at |t|: `above` is the two-sided p-value.
 * It is the incomplete beta function `I(df / 2, 1/2)` at `df / (df + t²)`: near 0 its power series (DLMF 8.17.8),
 * further out the continued fraction of DiDonato and Morris (ACM Transactions on Mathematical Software 18, 1992). Neither
 * subtracts numbers that are nearly equal, so millions of degrees of freedom cost no digits.
 * @param t at or above 0
 * @param df at or above 1, not always whole
 */
export function studentT(t: number, df: number): Split {
  const a = df / 2;
  const square = t * t;
  const x = df / (df + square);
  const y = square / (df + square);
  const mass = t * Math.sqrt(2 / Math.PI) * gammaRatio(a) * Math.exp(-(a + 0.5) * Math.log1p(square / df));
  if (square < 3) {
    const below = mass * positiveSeries((k) => ((a + k - 0.5) / (k + 0.5)) * y);
    return { below, above: 1 - below, mass };
  }
  const fraction = continuedFraction(
    (m) => ((a + m - 1) * (a + m - 0.5) * m * (0.5 - m) * x * x) / (a + 2 * m - 1) ** 2,
    (m) =>
      m +
      (m === 0 ? 0 : (m * (0.5 - m) * x) / (a + 2 * m - 1)) +
      ((a + m) * (a * y - x / 2 + 1 + m * (1 + y))) / (a + 2 * m + 1),
  );
  const above = (mass / 2) * fraction;
  return { below: 1 - above, above, mass };
}

/** The t for which |T| is at most t with probability `level`. @param level in (0, 1) */
export function criticalT(level: number, df: number): number {
  return quantile((t) => studentT(t, df), atLevel(level), 1);
}

/** `(1 - 4^-k) B(2k) / (k (2k - 1))` with Bernoulli's numbers, from DLMF 5.11.8 at h = 1/2 and h = 0. */
const RATIO_SERIES = [1 / 8, -1 / 192, 1 / 640, -17 / 14_336, 31 / 18_432, -691 / 180_224];
const RATIO_SERIES_FROM = 16;

/** `Γ(a + 1/2) / (Γ(a) √a)`: towards 1 for large a. */
function gammaRatio(a: number): number {
  let factor = 1;
  let at = a;
  // Γ(z + 1) = z Γ(z), above and below the line.
  for (; at < RATIO_SERIES_FROM; at++) factor *= at / (at + 0.5);
  const series = RATIO_SERIES.reduce((sum, each, k) => sum + each / at ** (2 * k + 1), 0);
  return factor * Math.exp(-series) * Math.sqrt(at / a);
}
