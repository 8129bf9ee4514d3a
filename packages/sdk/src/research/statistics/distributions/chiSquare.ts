// SPDX-License-Identifier: GPL-3.0-or-later
import { continuedFraction, positiveSeries } from "./continuedFraction.ts";
import { quantile, type Split, type Target } from "./split.ts";

/**
 * How chi-square with `df` degrees of freedom divides at x: the incomplete gamma functions of `df / 2` at `x / 2`, by the
 * power series below the mean (DLMF 8.11.4) and Legendre's continued fraction above it (DLMF 8.9.2, its even part).
 * @param x above 0
 * @param df whole, at or above 1
 */
export function chiSquare(x: number, df: number): Split {
  const a = df / 2;
  const half = x / 2;
  const mass = gammaMass(a, half);
  if (half < a + 1) {
    const below = (mass / a) * positiveSeries((k) => half / (a + k));
    return { below, above: 1 - below, mass };
  }
  const above =
    mass *
    continuedFraction(
      (m) => m * (a - m),
      (m) => half - a + 1 + 2 * m,
    );
  return { below: 1 - above, above, mass };
}

/** The x that has this probability on this side. @param df whole, at or above 1 */
export function criticalChiSquare(target: Target, df: number): number {
  return quantile((x) => chiSquare(x, df), target, df);
}

/** Stirling's series: `B(2k) / (2k (2k - 1))`, DLMF 5.11.1. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1_260, -1 / 1_680, 1 / 1_188, -691 / 360_360];
const STIRLING_FROM = 16;

/** `x^a e^-x / Γ(a)` for a = 1/2, 1, 3/2, …, from the distance of x to a, as a power alone would overflow. */
function gammaMass(a: number, x: number): number {
  if (a < STIRLING_FROM) {
    let gamma = a % 1 === 0 ? 1 : Math.sqrt(Math.PI);
    for (let z = a - 1; z > 0; z--) gamma *= z;
    return (x ** a * Math.exp(-x)) / gamma;
  }
  const distance = (x - a) / a;
  const series = STIRLING.reduce((sum, each, k) => sum + each / a ** (2 * k + 1), 0);
  return Math.sqrt(a / (2 * Math.PI)) * Math.exp(-a * (distance - Math.log1p(distance)) - series);
}
