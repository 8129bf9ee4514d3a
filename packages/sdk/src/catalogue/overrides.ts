// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { type Changes, given } from "../templates/template.ts";
import { type TermsRequest, templateOf } from "../templates/templates.ts";
import type { CountBounds, LevelBounds, RunLength, Semantics } from "../terms/request.ts";
import type { Question } from "./entry.ts";

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
  const { about, changes } = templateOf(request.template);
  let changed: Semantics = { ...request };
  const change = <K extends keyof Changes<Semantics>>(
    name: K,
    value: Parameters<Required<Changes<Semantics>>[K]>[0],
  ): void => {
    const into = changes[name] as ((value: unknown, request: Semantics) => object) | undefined;
    if (into === undefined) {
      throw new VitalproofError("INVALID_ARGUMENT", `${entry.name} has no ${name} to change.`, {
        details: { question: entry.name, name },
        hint: `Its template is ${entry.template}, and it is about ${entry.about}.`,
      });
    }
    changed = { ...changed, ...into(value, changed) };
  };
  const replace = (name: string, value: unknown): void => {
    changed = { ...changed, [name]: value };
  };
  if (semantics !== undefined) changed = { ...changed, semantics };
  if (coverage !== undefined) replace("coverage", { atLeast: coverage });

  // Where the question is about a mean, `above` and `below` are bounds of the mean.
  const inBand = entry.about !== "mean";
  const side = (names: ["atLeast", "above"] | ["atMost", "below"], bounds: LevelBounds): void => {
    if (names.every((name) => bounds[name] === undefined)) return;
    const band: LevelBounds = { ...("band" in changed ? (changed.band as LevelBounds) : undefined) };
    for (const name of names) delete band[name];
    change("band", { ...band, ...bounds });
  };
  side(["atLeast", "above"], given({ atLeast: low, above: inBand ? above : undefined }));
  side(["atMost", "below"], given({ atMost: high, below: inBand ? below : undefined }));

  const bounds: LevelBounds = given({ atLeast, atMost, ...(inBand ? {} : { above, below }) });
  if (Object.keys(bounds).length > 0) {
    replace(entry.about, about[entry.about]?.kind === "count" ? wholeBounds(bounds) : bounds);
  }
  if (days !== undefined) change("days", days);
  if (minRun !== undefined) change("minRun", typeof minRun === "number" ? { seconds: minRun } : minRun);
  if (level !== undefined) change("level", level);
  return changed as TermsRequest;
}

/** Counts may come as text from a command line. */
function wholeBounds(bounds: LevelBounds): CountBounds {
  return Object.fromEntries(Object.entries(bounds).map(([name, value]) => [name, Number(value)]));
}
