// SPDX-License-Identifier: GPL-3.0-or-later

import type { Shape } from "./shapes.ts";
import { type ImpactTerms, NO_BOUND } from "./terms.ts";

/** Every way to put one of the characters of `choices` in place of each "?". */
function fillings(marks: string, choices: string): string[] {
  const at = marks.indexOf("?");
  if (at < 0) return [marks];
  return [...choices].flatMap((choice) =>
    fillings(marks.slice(0, at) + choice + marks.slice(at + 1), choices),
  );
}

/**
 * The circuit by its meaning, without the circuit's machine: a text of one mark
 * for each sample ("#" impact, "." none, "?" missing); missing samples left out
 * (of valid), or filled in all 2^m ways; events are the runs in the text.
 */
export function impactHolds(
  shape: Shape,
  terms: ImpactTerms,
  codes: readonly (readonly bigint[])[],
): boolean {
  const N = (shape.epochs * shape.slots) / shape.channels;
  const ofValid = (terms.flags & 1n) !== 0n;
  const slots = codes.flat().map(Number);
  let marks = "";
  for (let i = 0; i < N; i++) {
    const axes = slots.slice(3 * i, 3 * i + 3);
    const square = axes.reduce((sum, code) => sum + (code - shape.zero) ** 2, 0);
    marks += axes.includes(0) ? "?" : square >= Number(terms.threshold) ? "#" : ".";
  }
  const valid = marks.replaceAll("?", "").length;
  if (valid === 0) return false;
  if (valid * 10_000 < Number(terms.coverageMin) * N) return false;
  const events = terms.minRun > 0n;
  // One worst case at a time: with a lower bound of events an upper one is no terms.
  if (events && !ofValid && terms.countMin > 0n && terms.countMax !== NO_BOUND) return false;
  const count = (text: string) =>
    text
      .split(".")
      .map((run) => (events ? (run.length >= Number(terms.minRun) ? 1 : 0) : run.length))
      .reduce((a, b) => a + b, 0);
  const possible = ofValid ? [marks.replaceAll("?", "")] : fillings(marks, "#.");
  return possible.every((text) => {
    const n = BigInt(count(text));
    return n >= terms.countMin && n <= terms.countMax;
  });
}
