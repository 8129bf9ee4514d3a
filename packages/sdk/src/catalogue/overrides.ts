// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import type { CountBounds, LevelBounds, RunLength } from "../terms/request.ts";
import type { Question } from "./entry.ts";
import type { TermsRequest } from "./request.ts";

/** What a caller asks for instead of a question's defaults. Levels in the unit of the readings, shares in percent. */
export type Overrides = {
  /** Ends of the band, included. */
  low?: number | string;
  high?: number | string;
  /**
   * Bounds of what the question is about: a share (percent), a mean, or a number of runs, epochs, samples or events.
   * Giving any of them replaces the default bounds of that.
   */
  atLeast?: number | string;
  atMost?: number | string;
  /** Excluded bounds: of the mean where the question is about a mean, of the band elsewhere. */
  above?: number | string;
  below?: number | string;
  /** Length of a run: seconds, at least; or as the builders take it. */
  minRun?: number | RunLength;
  /** What a day or night must reach (readings or a sum, as the question has it); magnitude of an impact. */
  level?: number | string;
  /** Days or nights that reach it, at least. */
  days?: number;
  /** Slots with a reading, at least, in percent. */
  coverage?: number | string;
  semantics?: "worst-case" | "of-valid";
};

/** @throws INVALID_ARGUMENT for what the question does not have */
export function withOverrides(
  entry: Pick<Question, "name" | "template" | "about">,
  request: TermsRequest,
  overrides: Overrides,
): TermsRequest {
  const { low, high, atLeast, atMost, above, below, minRun, level, days, coverage, semantics } = overrides;
  const changed: Record<string, unknown> = { ...request };
  const refuse = (name: string): never => {
    throw new VitalproofError("INVALID_ARGUMENT", `${entry.name} has no ${name} to change.`, {
      details: { question: entry.name, name },
      hint: `Its template is ${entry.template}, and it is about ${entry.about}.`,
    });
  };
  if (semantics !== undefined) changed.semantics = semantics;
  if (coverage !== undefined) changed.coverage = { atLeast: coverage };

  const inBand = entry.about !== "mean";
  const band: LevelBounds = { ...("band" in request ? request.band : undefined) };
  const side = (names: ["atLeast", "above"] | ["atMost", "below"], given: LevelBounds): void => {
    if (names.every((name) => given[name] === undefined)) return;
    if (request.template === "impact") refuse("band");
    for (const name of names) delete band[name];
    Object.assign(band, given);
    changed.band = band;
  };
  side(["atLeast", "above"], defined({ atLeast: low, above: inBand ? above : undefined }));
  side(["atMost", "below"], defined({ atMost: high, below: inBand ? below : undefined }));

  const bounds = defined({ atLeast, atMost, ...(inBand ? {} : { above, below }) });
  if (Object.keys(bounds).length > 0) {
    const whole = entry.about !== "share" && entry.about !== "mean";
    changed[entry.about] = whole ? wholeBounds(bounds) : bounds;
  }
  if (days !== undefined) {
    if (request.template !== "regularity") refuse("days");
    changed.epochs = { atLeast: days };
  }
  if (minRun !== undefined) {
    if (request.template !== "episode" && request.template !== "impact") refuse("run");
    changed.minRun = typeof minRun === "number" ? { seconds: minRun } : minRun;
  }
  if (level !== undefined) {
    if (request.template === "regularity")
      changed.level = "sum" in request.level ? { sum: level } : { readings: Number(level) };
    else if (request.template === "impact") changed.magnitude = level;
    else refuse("level");
  }
  return changed as TermsRequest;
}

function defined(bounds: LevelBounds): LevelBounds {
  return Object.fromEntries(Object.entries(bounds).filter(([, value]) => value !== undefined));
}

/** Counts may come as text from a command line. */
function wholeBounds(bounds: LevelBounds): CountBounds {
  return Object.fromEntries(Object.entries(bounds).map(([name, value]) => [name, Number(value)]));
}
