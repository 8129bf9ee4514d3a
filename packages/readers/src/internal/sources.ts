// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { Row } from "./csv.ts";

/** A column with more texts than this holds measurements or row numbers, not the names of sources. */
const MOST_LABELS = 256;
/** Readings are compared within spans of six hours: short enough for many of them, long enough for a reading an hour. */
const SPAN = 21_600;
/** Rows of one label that a span keeps, and rows that all spans of a column keep, so that memory stays flat. */
const MOST_IN_SPAN = 96;
const MOST_KEPT = 24_000;
/** Below so many rows a label has no rhythm that could be told from chance. */
const LEAST_IN_SPAN = 6;
const LEAST_IN_ALL = 12;

type Point = { readonly time: number; readonly value: string };
type Block = { rows: number; first: number; last: number; runs: number };
type Column = {
  readonly index: number;
  readonly title: string;
  readonly blocks: Map<string, Block>;
  /** By span and label; `undefined` once the column turned out to have too many labels. */
  spans: Map<number, Map<string, Point[]>>;
  kept: number;
  /** Only spans whose number hashes below 1 / share are kept. */
  share: number;
  last?: string;
  watched: boolean;
};

/**
 * Notices several sources (people, devices) in one table by their times, whatever their column is called. A column tells
 * sources apart where the rows of two of its texts could not come from one device:
 *
 * - each text's rows are together in the file, and their times overlap by half or more: the file tells one source after
 *   the other; or
 * - within hours, each text's rows have a rhythm of their own, and the other's rows fall in between: a device that
 *   measures every five minutes does not measure in the middle too. Where all rows together have one even rhythm, they
 *   are one device's, and the column goes round with it (the minute, a slot's number).
 *
 * Trend arrows, meal flags and event types have neither: their rows follow the one device's rhythm, in the order of time.
 * A sensor that is replaced by the next one has neither, since the times do not overlap. People who measure a few times a
 * day, told in the order of time, cannot be told from meal flags; they are found by the column's title alone (`Mixture`).
 */
export class Sources {
  readonly #columns: Column[];

  /** @param chosen columns that the caller uses or selects by, by their places */
  constructor(titles: readonly string[], chosen: readonly number[]) {
    this.#columns = titles.flatMap((title, index) =>
      chosen.includes(index)
        ? []
        : [{ index, title, blocks: new Map(), spans: new Map(), kept: 0, share: 1, watched: true }],
    );
  }

  /** A row that gave a reading. */
  see({ cells }: Row, time: number, value: string): void {
    for (const column of this.#columns) {
      if (!column.watched) continue;
      const label = (cells[column.index] ?? "").trim();
      if (label !== "") see(column, label, { time, value });
    }
  }

  /** @throws SELECTION_REQUIRED naming the column, never its values */
  check(): void {
    const several = this.#columns.find(
      (column) => column.watched && (inBlocks(column) || interleaved(column)),
    );
    if (several === undefined) return;
    const { title } = several;
    throw new VitalproofError(
      "SELECTION_REQUIRED",
      `The file holds several sources: rows with different values of its column "${title}" overlap in time.`,
      {
        details: { column: title, what: "sources" },
        hint:
          `Choose one person or device: --where "${title}=VALUE". \`vitalproof inspect FILE --each "${title}"\` with the same options lists the values. ` +
          `If all rows belong together, say so: --where "${title}=*".`,
      },
    );
  }
}

function see(column: Column, label: string, point: Point): void {
  const { blocks } = column;
  let block = blocks.get(label);
  if (block === undefined) {
    if (blocks.size === MOST_LABELS) {
      column.watched = false;
      blocks.clear();
      column.spans.clear();
      return;
    }
    block = { rows: 0, first: point.time, last: point.time, runs: 0 };
    blocks.set(label, block);
  }
  if (column.last !== label) block.runs += 1;
  column.last = label;
  block.rows += 1;
  block.first = Math.min(block.first, point.time);
  block.last = Math.max(block.last, point.time);
  keep(column, label, point);
}

function keep(column: Column, label: string, point: Point): void {
  const number = Math.floor(point.time / SPAN);
  if (!isKept(number, column.share)) return;
  const span = column.spans.get(number) ?? new Map<string, Point[]>();
  column.spans.set(number, span);
  const points = span.get(label) ?? [];
  if (points.length === MOST_IN_SPAN) return;
  points.push(point);
  span.set(label, points);
  column.kept += 1;
  while (column.kept > MOST_KEPT && column.spans.size > 1) {
    column.share *= 2;
    for (const [other, labels] of column.spans) {
      if (isKept(other, column.share)) continue;
      for (const { length } of labels.values()) column.kept -= length;
      column.spans.delete(other);
    }
  }
}

/** Spreads consecutive spans (Knuth's multiplicative hash), so that what is kept is not the same hour of each day. */
function isKept(span: number, share: number): boolean {
  return Math.imul(span, 0x9e3779b1) >>> 0 < 2 ** 32 / share;
}

function inBlocks({ blocks }: Column): boolean {
  const all = [...blocks.values()];
  if (all.length < 2 || all.some(({ runs }) => runs > 1)) return false;
  return pairsOf(all.filter(({ rows }) => rows >= 3)).some(([a, b]) => {
    const shared = Math.min(a.last, b.last) - Math.max(a.first, b.first);
    const shorter = Math.min(a.last - a.first, b.last - b.first);
    return shorter > 0 && 2 * shared >= shorter;
  });
}

/** Whether in most spans that two labels share, and over enough rows, the one's rows fall between the other's. */
function interleaved({ spans }: Column): boolean {
  const pairs = new Map<string, { shared: number; between: number; rows: number }>();
  for (const labels of spans.values()) {
    const many = [...labels].filter(([, points]) => points.length >= LEAST_IN_SPAN);
    if (many.length < 2) continue;
    const alone = rhythmOf([...labels.values()].flat(), 20) !== undefined;
    for (const [[a, mine], [b, theirs]] of pairsOf(many)) {
      const key = JSON.stringify([a, b].sort());
      const pair = pairs.get(key) ?? { shared: 0, between: 0, rows: 0 };
      pairs.set(key, pair);
      pair.shared += 1;
      if (alone || !fallBetween(mine, theirs)) continue;
      pair.between += 1;
      pair.rows += Math.min(mine.length, theirs.length);
    }
  }
  return [...pairs.values()].some(
    ({ shared, between, rows }) => rows >= LEAST_IN_ALL && 5 * between >= 4 * shared,
  );
}

function fallBetween(mine: readonly Point[], theirs: readonly Point[]): boolean {
  const [few, many] = mine.length <= theirs.length ? [mine, theirs] : [theirs, mine];
  const steps = [rhythmOf(few), rhythmOf(many)];
  if (steps[0] === undefined || steps[1] === undefined) return false;
  // Half a step, and some of a device's jitter.
  const near = 0.6 * Math.min(steps[0], steps[1]);
  const times = many.map(({ time }) => time).sort((x, y) => x - y);
  const values = new Set(many.map(({ time, value }) => `${time} ${value}`));
  // Rows outside the span in which both measured say nothing, and neither does one reading that is told twice.
  const told = few.filter(
    ({ time, value }) =>
      time >= times[0]! - near && time <= times.at(-1)! + near && !values.has(`${time} ${value}`),
  );
  const between = told.filter(({ time }) => distance(times, time) < near);
  return told.length >= LEAST_IN_SPAN && 5 * between.length >= 4 * told.length;
}

/**
 * The step of evenly spaced rows; undefined where fewer than four fifths of the steps are near it.
 * @param part of the step by which a step may differ: a quarter, or a twentieth where it is 20
 */
function rhythmOf(points: readonly Point[], part = 4): number | undefined {
  const times = points.map(({ time }) => time).sort((a, b) => a - b);
  const steps = times.slice(1).map((time, i) => time - times[i]!);
  const median = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)]!;
  const even = steps.filter((step) => Math.abs(step - median) <= median / part);
  return median > 0 && 5 * even.length >= 4 * steps.length ? median : undefined;
}

/** From a time to the nearest of sorted times. */
function distance(times: readonly number[], time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return Math.min(
    time - (times[low - 1] ?? Number.NEGATIVE_INFINITY),
    (times[low] ?? Number.POSITIVE_INFINITY) - time,
  );
}

function pairsOf<T>(all: readonly T[]): [T, T][] {
  return all.flatMap((a, i) => all.slice(i + 1).map((b): [T, T] => [a, b]));
}
