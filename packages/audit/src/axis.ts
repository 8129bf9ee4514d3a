// SPDX-License-Identifier: GPL-3.0-or-later
//
// "@vitalproof/audit/axis": round numbers for the axes of every plot, and where values are drawn. Each plot draws
// its own way: parts of a page, separate files, React elements.

/** Place of a value between two pixels. */
export type Place = (value: number) => number;

/** A straight scale, or one of decades. */
export function placeBetween(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  { log = false } = {},
): Place {
  const at = log ? Math.log10 : (value: number) => value;
  const [start, span] = [at(low), at(high) - at(low)];
  return (value) => pixels(from + (span === 0 ? 0 : (at(value) - start) / span) * (to - from));
}

/** To hundredths: what no eye sees would only make files longer. */
export function pixels(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Four to six round steps that enclose the values. */
export function ticksBetween(low: number, high: number): number[] {
  if (!(high > low)) return [low, low + 1];
  const rough = (high - low) / 5;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * unit).find((size) => size >= rough * 0.999)!;
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Round steps from 0; whole numbers only, for what is counted. */
export function countTicks(top: number): number[] {
  return amountTicks(BigInt(Math.max(1, Math.ceil(top)))).map(Number);
}

/** Decades that enclose values above 0. */
export function decadesBetween(low: number, high: number): number[] {
  const from = Math.floor(Math.log10(low) + 1e-9);
  const to = Math.max(from + 1, Math.ceil(Math.log10(high) - 1e-9));
  return Array.from({ length: to - from + 1 }, (_, i) => Number((10 ** (from + i)).toPrecision(1)));
}

/** Round steps from 0 up to an amount, in smallest units and exact; only 0 where there is nothing. */
export function amountTicks(top: bigint): bigint[] {
  if (top <= 0n) return [0n];
  // Ten, twenty, twenty-five, fifty and a hundred tenths of a power of ten. A step of 2.5 units is not used.
  const unit = 10n ** BigInt(Math.max(0, String(top).length - 2));
  const step = [10n, 20n, 25n, 50n, 100n, 200n, 250n, 500n]
    .map((tenths) => tenths * unit)
    .filter((size) => size % 10n === 0n)
    .map((size) => size / 10n)
    .find((size) => size * 5n >= top)!;
  const steps = (top + step - 1n) / step;
  return Array.from({ length: Number(steps) + 1 }, (_, i) => BigInt(i) * step);
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DURATIONS = [
  ...[1, 2, 5, 10, 20, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
];

/** Steps from 0 that people name: minutes, hours, days. `top` in seconds. */
export function durationTicks(top: number): number[] {
  const step = DURATIONS.find((size) => size * 5 >= top);
  if (step === undefined) return countTicks(Math.ceil(top / DAY)).map((days) => days * DAY);
  return Array.from({ length: Math.max(1, Math.ceil(top / step)) + 1 }, (_, i) => i * step);
}

/** At most five beginnings of UTC days in a span of Unix seconds, evenly apart. A span within one day has one. */
export function dayTicks(from: number, to: number): number[] {
  const [first, last] = [Math.ceil(from / DAY), Math.floor(to / DAY)];
  if (last < first) return [];
  const step = Math.max(1, Math.ceil((last - first) / 4));
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => (first + i * step) * DAY);
}
