// SPDX-License-Identifier: GPL-3.0-or-later
import { dayOffsetOf, OFFSET_STEP, VitalproofError } from "@vitalproof/sdk";
import type { Origin, ReadOptions, ReportedSource, SourceUse } from "./format.ts";
import { METRICS } from "./metrics.ts";
import type { ReadingSeries } from "./series.ts";

const DAY = 86_400;

/** Why a reading is left out of which another source has the day. */
export const OTHER_SOURCE = "other source";

/** What a choice left out, and whose readings stayed. */
export type Choice = {
  readonly leftOut: Readonly<Record<string, number>>;
  readonly sources: readonly SourceUse[];
  /** Sentences for people. */
  readonly notes: readonly string[];
};

/**
 * Leaves the readings of one source in each day of a metric and unit: readings of two sensors are never one series. The
 * order: the source that the caller named; else the one with the most readings on that day; of those the one with the most
 * in the file; of those the first by name. A laboratory, a meter and what was typed in never fill the gaps of a sensor:
 * their readings stay only where the file has none of a sensor of that metric.
 *
 * The choice looks at how many readings there are and never at what they say. No day has more readings than its best
 * source alone has.
 *
 * @throws INVALID_ARGUMENT for a source that no reading names
 */
export function chooseSources(
  all: readonly ReadingSeries[],
  { source, zone }: Pick<ReadOptions, "source" | "zone">,
): Choice {
  const leftOut = new Map<string, number>();
  const leave = (kind: string, count: number): void => {
    if (count > 0) leftOut.set(kind, (leftOut.get(kind) ?? 0) + count);
  };
  for (const one of all) {
    const better = ORIGINS.slice(0, ORIGINS.indexOf(one.origin));
    const rival = all.find(
      (other) => other.metric === one.metric && other.count > 0 && better.includes(other.origin),
    );
    if (rival === undefined) continue;
    leave(`${one.origin} next to ${rival.origin ?? "a sensor"}`, one.count);
    one.keep(() => false);
  }
  const named = source === undefined || source === "*" ? undefined : source;
  if (named !== undefined && !all.some(({ sources }) => sources.includes(named))) throw noSource(all, named);
  const uses: SourceUse[] = [];
  for (const one of all) {
    if (one.sources.length === 0 || one.count === 0) continue;
    const counts = countsOf(one, zone);
    const totals = totalsOf(counts, one.sources.length);
    const days = new Map<number, number>();
    for (const [day, ofDay] of counts.byDay) {
      const best = named === undefined ? bestOf(ofDay, totals, one.sources) : one.sources.indexOf(named);
      days.set(day, best);
    }
    if (source !== "*") {
      const before = one.count;
      one.keep((at) => days.get(counts.dayOf(one.times.at(at))) === one.sourceAt(at));
      leave(OTHER_SOURCE, before - one.count);
    }
    const reported = one.sources.map((name, i): ReportedSource => {
      const ofDays = [...counts.byDay].filter(
        ([day, ofDay]) => (ofDay[i] ?? 0) > 0 && (source === "*" || days.get(day) === i),
      );
      return { name, readings: totals[i]!, days: ofDays.length };
    });
    uses.push({ metric: one.metric, unit: one.unit, sources: reported });
    // The caller says that they are one series: a log must not tell them apart again.
    if (source === "*") one.forgetSources();
  }
  const notes = all.flatMap(({ metric, origin, count }) => {
    if (count === 0 || origin === undefined) return [];
    return [`The readings of ${METRICS[metric].title} are ${FROM[origin]}, not from a sensor.`];
  });
  return { leftOut: Object.fromEntries(leftOut), sources: uses, notes };
}

const FROM: Readonly<Record<Origin, string>> = {
  meter: "from a meter",
  laboratory: "from a laboratory",
  "typed in": "typed in",
};

/** Where values come from, the best evidence of a wearer's day first; undefined is a sensor. */
const ORIGINS = [undefined, "meter", "laboratory", "typed in"] as const;

type Counts = {
  readonly byDay: ReadonlyMap<number, readonly number[]>;
  readonly dayOf: (time: number) => number;
};

/** Readings of each source by day. Days begin at midnight of the zone as it was at the first reading; of UTC without one. */
function countsOf(series: ReadingSeries, zone: string | undefined): Counts {
  const shift = zone === undefined ? 0 : OFFSET_STEP * dayOffsetOf(zone, series.times.at(0));
  const dayOf = (time: number): number => Math.floor((time - shift) / DAY);
  const byDay = new Map<number, number[]>();
  for (let at = 0; at < series.count; at++) {
    const day = dayOf(series.times.at(at));
    const ofDay = byDay.get(day) ?? [];
    byDay.set(day, ofDay);
    const source = series.sourceAt(at);
    ofDay[source] = (ofDay[source] ?? 0) + 1;
  }
  return { byDay, dayOf };
}

function totalsOf({ byDay }: Counts, sources: number): number[] {
  const totals = new Array<number>(sources).fill(0);
  for (const ofDay of byDay.values()) for (const [i, count] of ofDay.entries()) totals[i]! += count ?? 0;
  return totals;
}

function bestOf(ofDay: readonly number[], totals: readonly number[], names: readonly string[]): number {
  const order = (a: number, b: number): number =>
    (ofDay[b] ?? 0) - (ofDay[a] ?? 0) || totals[b]! - totals[a]! || (names[a]! < names[b]! ? -1 : 1);
  return names.map((_, i) => i).sort(order)[0]!;
}

function noSource(all: readonly ReadingSeries[], named: string): VitalproofError {
  const names = [...new Set(all.flatMap(({ sources }) => sources))].filter((name) => name !== "");
  return new VitalproofError("INVALID_ARGUMENT", `No reading is of the source "${named}".`, {
    details: { name: "source", value: named },
    hint:
      names.length === 0
        ? "The file does not say which source its readings have: leave --source out."
        : `Sources in the file: ${names.map((name) => `"${name}"`).join(", ")}.`,
  });
}

/**
 * Leaves out copies: the same value again within less than any sensor's own step.
 * @returns how many
 */
export function withoutCopies(series: ReadingSeries): number {
  const within = METRICS[series.metric].copySeconds;
  if (within === undefined) return 0;
  const copies = new Set<number>();
  const last = new Map<number, number>();
  const order = series.order();
  for (let place = 0; place < order.length; place++) {
    const at = order.at(place);
    const [time, value] = [series.times.at(at), series.numbers.at(at)];
    const before = last.get(value);
    // From copy to copy: a phone may write one reading again and again until the next one comes.
    last.set(value, time);
    if (before !== undefined && time - before <= within) copies.add(at);
  }
  if (copies.size > 0) series.keep((at) => !copies.has(at));
  return copies.size;
}
