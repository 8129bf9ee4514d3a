// SPDX-License-Identifier: GPL-3.0-or-later
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

const PREFIX = "vitalproof_";
/** What a value becomes that a label does not have. */
const OTHER = "other";

/** The labels of a metric with all values that they can have: nothing of a request can become a label. */
export type Labels = Readonly<Record<string, readonly string[]>>;
type ValuesOf<L extends Labels> = { readonly [Name in keyof L]: L[Name][number] };

export type MetricOptions<L extends Labels> = {
  /** In snake case and without the prefix; counters end in `_total`, others in their unit. */
  readonly name: string;
  readonly help: string;
  readonly labels?: L;
};

/**
 * What one process counts, in the form of Prometheus.
 *
 * ```ts
 * const sealed = metrics.counter({ name: "epochs_total", help: "Epochs sealed", labels: { outcome: ["sealed", "gap"] } });
 * sealed.add(1, { outcome: "gap" });
 * ```
 */
export class Metrics {
  readonly registry = new Registry();

  /** @param process also memory, CPU and event loop of the process */
  constructor({ process = true }: { process?: boolean } = {}) {
    if (process) collectDefaultMetrics({ register: this.registry, prefix: PREFIX });
  }

  /** Only grows. */
  counter<const L extends Labels = Record<never, never>>(options: MetricOptions<L>) {
    const counter = new Counter(this.#configuration(options));
    return {
      add: (count: number, ...[labels]: Given<L>) => counter.inc(known(options.labels, labels), count),
    };
  }

  /** Goes up and down. @param read gives the value when metrics are asked for, where there are no labels */
  gauge<const L extends Labels = Record<never, never>>(
    options: MetricOptions<L>,
    read?: () => number | Promise<number>,
  ) {
    const gauge: Gauge<string> = new Gauge({
      ...this.#configuration(options),
      ...(read === undefined ? {} : { collect: async () => gauge.set(await read()) }),
    });
    return {
      set: (value: number, ...[labels]: Given<L>) => gauge.set(known(options.labels, labels), value),
    };
  }

  /** How values spread. @param buckets upper bounds */
  histogram<const L extends Labels = Record<never, never>>(
    options: MetricOptions<L>,
    buckets: readonly number[],
  ) {
    const histogram = new Histogram({ ...this.#configuration(options), buckets: [...buckets] });
    return {
      observe: (value: number, ...[labels]: Given<L>) =>
        histogram.observe(known(options.labels, labels), value),
    };
  }

  /** The text that Prometheus reads. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  #configuration({ name, help, labels = {} }: MetricOptions<Labels>) {
    return {
      name: PREFIX + name,
      help,
      labelNames: Object.keys(labels),
      registers: [this.registry],
    };
  }
}

type Given<L extends Labels> = [keyof L] extends [never] ? [labels?: undefined] : [labels: ValuesOf<L>];

/** Types can be got around; a label's value cannot. */
function known(labels: Labels = {}, given: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([name, values]) => {
      const value = given[name];
      return [name, value !== undefined && values.includes(value) ? value : OTHER];
    }),
  );
}
