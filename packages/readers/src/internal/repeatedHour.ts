// SPDX-License-Identifier: GPL-3.0-or-later
import type { MeasuredReading } from "../format.ts";

/** Entries before a repeated hour that say how often and in which direction a file's readings come. */
const KEPT_BEFORE = 64;
/** An hour is decided once the file is so many seconds away from it. */
const FAR = 7200;
/** Entries that wait at most. A file that has more of them is decided with what is there. */
const MOST_WAITING = 200_000;
/** A device's own counter is followed for at most a day: it may have been reset. */
const COUNTER_REACH = 86_400;
/** A smaller step back can be jitter of a file that is sorted by whole minutes. */
const LEAST_STEP_BACK = 60;

/** What a row says about its instant besides the local time. */
export type Evidence = {
  /** Seconds of the device's own clock, which no clock change touches, and whose clock it is. */
  readonly counter?: { readonly clock: string; readonly seconds: number };
  /** Number of the record in the device: it grows with time. */
  readonly record?: number;
};

/** A reading on its way. */
export type Passing = {
  /** Its time is the instant; in the repeated hour the earlier one. */
  readonly reading: MeasuredReading;
  /** The later instant, in the repeated hour. */
  readonly second: number | undefined;
  /** Tells readings apart that one row holds. */
  readonly signal: string;
  readonly evidence: Evidence | undefined;
  /** @param time undefined where nothing tells the two instants apart */
  readonly deliver: (time: number | undefined) => void;
};

type Doubtful = Passing & { readonly second: number };

/** How many readings of repeated hours were decided by what. */
export type Decided = {
  /** By a counter or record number of the device. */
  byDevice: number;
  /** By the two passes that the file's order shows. */
  byOrder: number;
  /** There is one pass, and nothing says which: taken as the first. */
  assumed: number;
  /** There are two passes that nothing tells apart. */
  untold: number;
};

/**
 * Decides to which of two instants a reading of a repeated hour belongs. The readings wait until the file has left the
 * hour, and all that came since wait with them, so that the file's order stays.
 *
 * In this order: the device's own counter, against readings whose instant is known; the order by the device's record
 * numbers; the file's order, where it shows two whole passes with one step back between them. A file that is sorted by the
 * local time has both passes mixed, and then nothing tells them apart: no reading is placed. One pass alone is taken as the
 * first.
 */
export class RepeatedHour {
  readonly decided: Decided = { byDevice: 0, byOrder: 0, assumed: 0, untold: 0 };
  readonly #before: Passing[] = [];
  #next = 0;
  #waiting: Passing[] = [];
  #hour = 0;

  pass(entry: Passing): void {
    if (entry.second !== undefined) this.#hour = entry.reading.time;
    else if (this.#waiting.length === 0) {
      this.#before[this.#next] = entry;
      this.#next = (this.#next + 1) % KEPT_BEFORE;
      entry.deliver(entry.reading.time);
      return;
    }
    this.#waiting.push(entry);
    const away = entry.second === undefined && Math.abs(entry.reading.time - this.#hour) > FAR;
    if (away || this.#waiting.length > MOST_WAITING) this.finish();
  }

  /** Decides what still waits. */
  finish(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    const before = [...this.#before.slice(this.#next), ...this.#before.slice(0, this.#next)];
    const all = [...before, ...waiting];
    const anchors = anchorsOf(all);
    const instants = new Map<Passing, number | undefined>();
    for (const series of grouped(all, seriesOf).values()) {
      for (const hour of hoursOf(series)) this.#decide(hour, series, anchors, instants);
    }
    for (const entry of waiting)
      entry.deliver(instants.has(entry) ? instants.get(entry) : entry.reading.time);
  }

  #decide(
    hour: readonly Doubtful[],
    series: readonly Passing[],
    anchors: Anchors,
    instants: Map<Passing, number | undefined>,
  ): void {
    const open: Doubtful[] = [];
    for (const entry of hour) {
      const time = byCounter(entry, anchors);
      if (time === undefined) open.push(entry);
      else {
        instants.set(entry, time);
        this.decided.byDevice += 1;
      }
    }
    if (open.length === 0) return;
    const { passes, by } = passesOf(open, series);
    this.decided[by] += open.length;
    for (const [i, entry] of open.entries()) {
      const pass = passes?.[i];
      instants.set(entry, pass === undefined ? undefined : pass === 1 ? entry.reading.time : entry.second);
    }
  }
}

function grouped<T>(all: readonly T[], nameOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const name = nameOf(one);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [one]);
    else group.push(one);
  }
  return groups;
}

/** The doubtful readings of each hour of a series, in the file's order. */
function hoursOf(series: readonly Passing[]): Doubtful[][] {
  const hours: Doubtful[][] = [];
  for (const entry of series) {
    if (!isDoubtful(entry)) continue;
    const { time } = entry.reading;
    const hour = hours.find(([first]) => Math.abs(first!.reading.time - time) < FAR);
    if (hour === undefined) hours.push([entry]);
    else hour.push(entry);
  }
  return hours;
}

function isDoubtful(entry: Passing): entry is Doubtful {
  return entry.second !== undefined;
}

type Anchor = { readonly seconds: number; readonly time: number };
/** Readings of known instant by the device's clock, in its order. */
type Anchors = ReadonlyMap<string, readonly Anchor[]>;

function anchorsOf(all: readonly Passing[]): Anchors {
  const anchors = all.flatMap(({ reading, second, evidence }) =>
    second !== undefined || evidence?.counter === undefined
      ? []
      : [{ ...evidence.counter, time: reading.time }],
  );
  const byClock = grouped(anchors, ({ clock }) => clock);
  for (const ofClock of byClock.values()) ofClock.sort((a, b) => a.seconds - b.seconds);
  return byClock;
}

/** The instant that fits the device's counter, as the nearest reading of known instant sets it. */
function byCounter({ reading, second, evidence }: Doubtful, anchors: Anchors): number | undefined {
  const counter = evidence?.counter;
  const known = anchors.get(counter?.clock ?? "");
  if (counter === undefined || known === undefined) return undefined;
  let low = 0;
  let high = known.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (known[middle]!.seconds < counter.seconds) low = middle + 1;
    else high = middle;
  }
  const near = (second - reading.time) / 4;
  for (const anchor of nearestFirst([known[low - 1], known[low]], counter.seconds)) {
    const since = counter.seconds - anchor.seconds;
    if (Math.abs(since) > COUNTER_REACH) return undefined;
    const fitting = [reading.time, second].find((time) => Math.abs(time - anchor.time - since) < near);
    if (fitting !== undefined) return fitting;
  }
  return undefined;
}

function nearestFirst(anchors: readonly (Anchor | undefined)[], seconds: number): Anchor[] {
  return anchors
    .filter((anchor) => anchor !== undefined)
    .sort((a, b) => Math.abs(a.seconds - seconds) - Math.abs(b.seconds - seconds));
}

type Passes = {
  readonly passes: readonly (1 | 2)[] | undefined;
  readonly by: "byDevice" | "byOrder" | "assumed" | "untold";
};

/** To which pass through the hour each reading belongs. */
function passesOf(open: readonly Doubtful[], series: readonly Passing[]): Passes {
  const records = open.map(({ evidence }) => evidence?.record);
  if (open.length > 1 && records.every((record) => record !== undefined)) {
    const order = open.map((_, i) => i).sort((a, b) => records[a]! - records[b]!);
    const passes = twoPasses(
      order.map((i) => open[i]!),
      1,
    );
    if (passes !== undefined) {
      const ofEntry = new Array<1 | 2>(open.length);
      for (const [place, i] of order.entries()) ofEntry[i] = passes[place]!;
      return { passes: ofEntry, by: "byDevice" };
    }
  }
  const passes = twoPasses(open, directionOf(series));
  if (passes !== undefined) return { passes, by: "byOrder" };
  if (isOnePass(open, series)) return { passes: open.map(() => 1), by: "assumed" };
  return { passes: undefined, by: "untold" };
}

/** Whether times of known instant rise or fall in the file; where there are none, those of the hour itself. */
function directionOf(series: readonly Passing[]): 1 | -1 {
  const known = series.filter(({ second }) => second === undefined);
  const told = known.length > 1 ? known : series;
  let sum = 0;
  for (let i = 1; i < told.length; i++) sum += Math.sign(told[i]!.reading.time - told[i - 1]!.reading.time);
  return sum < 0 ? -1 : 1;
}

/** Two passes with one step back between them; undefined for any other order. */
function twoPasses(open: readonly Doubtful[], direction: 1 | -1): (1 | 2)[] | undefined {
  let back = -1;
  for (let i = 1; i < open.length; i++) {
    const step = direction * (open[i]!.reading.time - open[i - 1]!.reading.time);
    if (step > 0 || isCopy(open[i]!, open[i - 1]!)) continue;
    if (back >= 0 || step > -LEAST_STEP_BACK) return undefined;
    back = i;
  }
  if (back < 0) return undefined;
  return open.map((_, i) => (i < back === direction > 0 ? 1 : 2));
}

/** Whether the readings go once through the hour, no closer together than those around it. */
function isOnePass(open: readonly Doubtful[], series: readonly Passing[]): boolean {
  const alone = open.filter((entry, i) => i === 0 || !isCopy(entry, open[i - 1]!));
  const steps = stepsOf(alone);
  const forward = steps.filter((step) => step > 0).length;
  if (forward !== 0 && forward !== steps.length) return false;
  if (steps.includes(0)) return false;
  const usual = medianOf(stepsAround(series));
  const inside = medianOf(steps);
  return usual === undefined || inside === undefined || inside > (3 / 4) * usual;
}

/** Steps between readings of known instant that have no doubtful one between them. */
function stepsAround(series: readonly Passing[]): number[] {
  const known = ({ second }: Passing): boolean => second === undefined;
  const pairs = series.slice(1).map((entry, i) => [series[i]!, entry]);
  return pairs.filter((pair) => pair.every(known)).flatMap(stepsOf);
}

function isCopy(a: Passing, b: Passing): boolean {
  return a.reading.time === b.reading.time && String(a.reading.value) === String(b.reading.value);
}

/** Readings of one series come one after the other. */
function seriesOf({ reading, signal }: Passing): string {
  const { metric, unit, origin, source } = reading;
  return `${signal} ${metric} ${unit} ${origin} ${source}`;
}

function stepsOf(entries: readonly Passing[]): number[] {
  return entries.slice(1).map(({ reading }, i) => reading.time - entries[i]!.reading.time);
}

function medianOf(steps: readonly number[]): number | undefined {
  const sizes = steps.map(Math.abs).sort((a, b) => a - b);
  return sizes[Math.floor(sizes.length / 2)];
}
