// SPDX-License-Identifier: GPL-3.0-or-later
import { ucumOf } from "@vitalproof/readers";
import { placeOf, type Tree } from "./document.ts";
import { Finder } from "./jsonPath.ts";
import { nameOf } from "./name.ts";
import type { Output } from "./output.ts";
import { Refused } from "./refusal.ts";
import type { NameRule, TimeRule, ValueRule } from "./settings.ts";
import { timeOf } from "./time.ts";
import { writtenValue } from "./value.ts";

/** Where the readings of a JSON message are. */
export type Mapping = {
  readonly each?: string | undefined;
  readonly device: NameRule;
  readonly source?: NameRule | undefined;
  readonly time: TimeRule;
  readonly values: readonly ValueRule[];
};

export type Arrival = {
  readonly topic: string;
  /** Unix milliseconds. */
  readonly receivedAt: number;
  /** Values that one path may find. */
  readonly most: number;
};

type Sampling = Mapping &
  Arrival & { readonly finder: Finder; readonly sample: Tree; readonly output: Output };

/** Reads what a mapping finds in a message. @throws Refused for what concerns the whole message */
export function readSamples(message: Tree, mapping: Mapping, arrival: Arrival, output: Output): void {
  const finder = new Finder(message, arrival.most);
  const samples = mapping.each === undefined ? [message] : finder.all(mapping.each, message);
  if (samples.length === 0) throw new Refused("no-value", placeOf(message.path));
  for (const sample of samples) {
    output.attempt(() => {
      const sampling = { ...mapping, ...arrival, finder, sample, output };
      const device = nameOf(mapping.device, sampling, "several-devices");
      if (device === undefined) throw new Refused("no-device", placeOf(sample.path));
      for (const rule of mapping.values) output.attempt(() => readValues(rule, sampling, device));
    });
  }
}

function readValues(rule: ValueRule, sampling: Sampling, device: string): void {
  const { finder, sample, output } = sampling;
  const axes = [rule.value].flat().map((path) => finder.all(path, sample));
  const [first = []] = axes;
  if (axes.every((axis) => axis.length === 0)) {
    if (!rule.optional) throw new Refused("no-value", placeOf(sample.path));
    output.skip("missing");
    return;
  }
  // Values of different samples must never become one reading.
  if (!axes.every((axis) => isParallel(axis, first)))
    throw new Refused("several-values", placeOf(sample.path));
  const nameRule = rule.source ?? sampling.source;
  const source = nameRule === undefined ? undefined : nameOf(nameRule, sampling, "several-sources");
  for (const [i, { path }] of first.entries()) {
    output.attempt(() => {
      const found = axes.map((axis) => writtenValue(axis[i]!, rule.metric, rule.scale));
      const skipped = found.find((one) => "skipped" in one);
      if (skipped !== undefined) {
        output.skip(skipped.skipped);
        return;
      }
      const values = found.flatMap((one) => ("value" in one ? [one.value] : []));
      const reading = {
        metric: rule.metric,
        time: timeAt(i, first, rule, sampling),
        value: values.length === 1 ? values[0]! : values,
        unit: unitAt(i, first, rule, sampling),
        ...(source === undefined ? {} : { source }),
        device,
      };
      output.take(reading, placeOf(path));
    });
  }
}

function timeAt(i: number, values: readonly Tree[], { time, step }: ValueRule, sampling: Sampling): number {
  const { finder, sample, receivedAt } = sampling;
  const rule = time ?? sampling.time;
  const place = placeOf(values[i]!.path);
  if ("arrival" in rule) {
    // Only one value can have been measured when the message came.
    if (values.length > 1) throw new Refused("several-values", place);
    return receivedAt / 1000;
  }
  const times = finder.first(rule.path, sample);
  if (times.length === 0) throw new Refused("no-time", placeOf(sample.path));
  if (times.length > 1 || values.length === 1) {
    if (!isParallel(times, values)) throw new Refused("several-values", place);
    return timeOf(times[i]!, rule);
  }
  if (step === undefined) throw new Refused("several-values", place);
  return timeOf(times[0]!, rule) + i * step;
}

function unitAt(i: number, values: readonly Tree[], { metric, unit }: ValueRule, sampling: Sampling): string {
  if (typeof unit === "string") return ucumOf(metric, unit)!;
  const found = sampling.finder.all(unit.path, sampling.sample);
  const one = found.length === 1 ? found[0] : isParallel(found, values) ? found[i] : undefined;
  if (one === undefined || typeof one.exact !== "string")
    throw new Refused("no-unit", placeOf(values[i]!.path));
  const known = one.exact.length <= 40 ? ucumOf(metric, one.exact) : undefined;
  if (known === undefined) throw new Refused("wrong-unit", placeOf(one.path));
  return known;
}

/** Whether two lists have the same length and go through arrays alike, so that what is at one place belongs together. */
function isParallel(some: readonly Tree[], others: readonly Tree[]): boolean {
  if (some.length !== others.length) return false;
  const [own, other] = [walkOf(some), walkOf(others)];
  return own.every((place, i) => place === other[i]);
}

/** For each value the numbers of its place that differ within the list: those of `$.a[*][2]` without the 2. */
function walkOf(list: readonly Tree[]): string[] {
  const numbers = list.map(({ path }) => path.filter((step) => typeof step === "number"));
  const [first = []] = numbers;
  return numbers.map((place) =>
    place.filter((_, at) => numbers.some((each) => each[at] !== first[at])).join(),
  );
}
