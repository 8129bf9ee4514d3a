// SPDX-License-Identifier: GPL-3.0-or-later
//
// Runs by definition, for windows whose missing slots may be anything: no
// counter that walks along the slots as the circuits' does, but pieces between
// readings outside.
import type { EpisodeTerms } from "./terms.ts";

/** A slot: inside the band, outside, or missing. */
export type Slot = "in" | "out" | "missing";

/** Runs of at least `minRun` slots inside, none missing: the pieces between those outside. */
export function runsOf(window: readonly Slot[], minRun: number): number {
  return window
    .map((slot) => (slot === "in" ? "1" : "0"))
    .join("")
    .split("0")
    .filter((piece) => piece.length >= minRun).length;
}

export interface Extent {
  readonly least: number;
  readonly most: number;
}

/** Fewest and most runs over all fillings of the missing slots, one filling after the other. */
export function extentByFilling(window: readonly Slot[], minRun: number): Extent {
  const open = window.flatMap((slot, i) => (slot === "missing" ? [i] : []));
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (let filling = 0; filling < 2 ** open.length; filling++) {
    const filled = [...window];
    for (const [bit, at] of open.entries()) filled[at] = (filling >> bit) & 1 ? "in" : "out";
    const runs = runsOf(filled, minRun);
    least = Math.min(least, runs);
    most = Math.max(most, runs);
  }
  return { least, most };
}

/**
 * The same for any number of missing slots: every window is a sequence of pieces,
 * each ended by a slot outside; the best of the fillings of a prefix that ends
 * with one outside follows from the best of all shorter ones.
 */
export function extentByPieces(window: readonly Slot[], minRun: number): Extent {
  const best = (choose: (a: number, b: number) => number): number => {
    // One slot outside stands behind the window.
    const prefix: (number | undefined)[] = [0];
    for (let end = 0; end <= window.length; end++) {
      let value: number | undefined;
      if (end === window.length || window[end] !== "in") {
        for (let from = end; from >= 0; from--) {
          if (from < end && window[from] === "out") break;
          const before = prefix[from];
          if (before === undefined) continue;
          const runs = before + (end - from >= minRun ? 1 : 0);
          value = value === undefined ? runs : choose(value, runs);
        }
      }
      prefix.push(value);
    }
    return prefix[window.length + 1]!;
  };
  return { least: best(Math.min), most: best(Math.max) };
}

/** The window's slots by the band of the terms. */
export function slotsOf(terms: Pick<EpisodeTerms, "low" | "high">, codes: readonly bigint[]): Slot[] {
  return codes.map((code) =>
    code === 0n ? "missing" : code >= terms.low && code <= terms.high ? "in" : "out",
  );
}

/** Fewest and most runs that the terms' semantics know. */
export function extentOf(terms: EpisodeTerms, codes: readonly bigint[]): Extent {
  const window = slotsOf(terms, codes);
  if ((terms.flags & 1n) === 0n) return extentByPieces(window, Number(terms.minRun));
  const runs = runsOf(
    window.filter((slot) => slot !== "missing"),
    Number(terms.minRun),
  );
  return { least: runs, most: runs };
}

/** The circuit "episode" by definition. Terms that no program may have are not met by anything. */
export function episodeHolds(terms: EpisodeTerms, epochs: readonly (readonly bigint[])[]): boolean {
  const codes = epochs.flat();
  const valid = BigInt(codes.filter((code) => code !== 0n).length);
  const { least, most } = extentOf(terms, codes);
  const twoSided = terms.runsMin > 0n && terms.runsMax !== 65_535n;
  return (
    valid > 0n &&
    valid * 10_000n >= terms.coverageMin * BigInt(codes.length) &&
    ((terms.flags & 1n) === 1n || !twoSided) &&
    BigInt(least) >= terms.runsMin &&
    (terms.runsMax === 65_535n || BigInt(most) <= terms.runsMax)
  );
}
