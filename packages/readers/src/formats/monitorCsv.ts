// SPDX-License-Identifier: GPL-3.0-or-later
import type { FileInput, Metric, ReadOptions, TextFormat } from "../format.ts";
import { columnIndex, findHeader, headerOf, readRows, rowFilter } from "../internal/csv.ts";
import { SKIPPED_BY_CLOCK } from "../internal/localClock.ts";
import { Mixture } from "../internal/mixture.ts";
import { Sources } from "../internal/sources.ts";
import { Tally } from "../internal/tally.ts";
import { TimeColumn } from "../internal/timeColumn.ts";
import { isMissing, isZero, plainDecimal } from "../internal/values.ts";
import { METRICS } from "../metrics.ts";

type Signal = { name: string; metric: Metric; unit: string };

/** Signals by their titles. Where a file has two of one metric, the one further up is read and the other counted. */
const SIGNALS: readonly (Signal & { pattern: RegExp })[] = [
  { name: "HR", metric: "heart-rate", unit: "/min", pattern: /^(HR|heart rate)$/i },
  { name: "PULSE", metric: "heart-rate", unit: "/min", pattern: /^(pulse|PR|pulse rate)$/i },
  { name: "SpO2", metric: "spo2", unit: "%", pattern: /^(%?SpO2|SaO2|SpO2 \[?%\]?)$/i },
  { name: "RESP", metric: "other", unit: "/min", pattern: /^(resp|RR|respiratory rate)$/i },
];

type Columns = { titles: readonly string[]; time: number; signals: (Signal & { index: number })[] };

function columnsOf(titles: readonly string[]): Columns | undefined {
  const time = titles.findIndex((title) => /^time \[s\]$/i.test(title));
  const signals = SIGNALS.flatMap(({ pattern, ...signal }) => {
    const index = titles.findIndex((title) => pattern.test(title));
    return index < 0 ? [] : [{ ...signal, index }];
  });
  if (time < 0 || !signals.some(({ metric }) => metric !== "other")) return undefined;
  return { titles, time, signals };
}

/**
 * The numerics of a bedside monitor: one row a second, seconds counted from the record's own start, one column for each
 * signal (as the BIDMC records on PhysioNet have them). Each cell is an entry. Respiration is read as another metric;
 * a pulse rate replaces the heart rate only where there is no other. A zero that a living body has not (heart rate,
 * saturation) means that nothing was measured; a respiration of zero is kept.
 */
export const monitorCsv: TextFormat = {
  name: "monitor-csv",
  title: "monitor numerics CSV",
  selects: "column",
  matches: (head) => findHeader(head, columnsOf) !== undefined,
  async read(input: FileInput, options: ReadOptions, take) {
    const header = await headerOf(
      input,
      columnsOf,
      'header with "Time [s]" and a signal such as "HR" or "SpO2"',
    );
    const { titles, time: timeColumn, signals } = header.columns;
    const kept = rowFilter(titles, options.where ?? {});
    const chosen = Object.keys(options.where ?? {}).map((name) => columnIndex(titles, name));
    const used = [...chosen, timeColumn, ...signals.map(({ index }) => index)];
    const mixture = new Mixture(titles, used);
    const sources = new Sources(titles, used);
    const times = await TimeColumn.over(
      input,
      { ...header, title: titles[timeColumn] },
      timeColumn,
      options,
      kept,
    );
    const tally = new Tally();
    const metrics = new Set<Metric>();
    const roles = signals.map((signal) => {
      const spare = metrics.has(signal.metric);
      metrics.add(signal.metric);
      return { ...signal, spare };
    });
    await readRows(input, header, (row) => {
      if (!kept(row)) {
        tally.entries += 1;
        tally.skip("other rows");
        return;
      }
      mixture.see(row);
      const time = times.read(row);
      if (time !== SKIPPED_BY_CLOCK) sources.see(row, time, row.cell(signals[0]!.index));
      for (const { name, metric, unit, index, spare } of roles) {
        tally.entries += 1;
        const text = row.cell(index);
        const value = plainDecimal(text);
        if (spare) tally.skip(`${name} next to HR`);
        else if (isMissing(text)) tally.skip("missing");
        else if (value === undefined) throw row.bad(index, `its ${name} is not a number`);
        else if (isZero(value) && METRICS[metric].zeroIsMissing) tally.skip("sentinel zero");
        else if (value.startsWith("-")) tally.refuse("impossible value");
        else if (time === SKIPPED_BY_CLOCK) tally.refuse(SKIPPED_BY_CLOCK);
        else {
          tally.hand({ metric, time, value, unit }, take, { clock: times.clock, signal: name });
        }
      }
    });
    sources.check();
    return tally.report("monitor-csv", times.clock);
  },
};
