// SPDX-License-Identifier: GPL-3.0-or-later
import type { Metric, TextFormat } from "../format.ts";
import { columnIndex, findHeader, headerOf, readRows, rowFilter } from "../internal/csv.ts";
import { Mixture } from "../internal/mixture.ts";
import { Tally } from "../internal/tally.ts";
import { isZero, plainDecimal } from "../internal/values.ts";

/** What a row's `Value`, a JSON object, holds by its `Key`. */
const KEYS: Readonly<
  Record<string, { readonly metric: Metric; readonly unit: string; readonly field: string }>
> = {
  heart_rate: { metric: "heart-rate", unit: "/min", field: "bpm" },
  single_heart_rate: { metric: "heart-rate", unit: "/min", field: "bpm" },
  spo2: { metric: "spo2", unit: "%", field: "spo2" },
  single_spo2: { metric: "spo2", unit: "%", field: "spo2" },
};
const TITLES = ["Sid", "Key", "Time", "Value", "UpdateTime"] as const;

function columnsOf(titles: readonly string[]): { titles: readonly string[]; at: number[] } | undefined {
  const at = TITLES.map((title) => titles.indexOf(title));
  // The file of means over days has a column "Tag" as well.
  return at.includes(-1) || titles.includes("Tag") ? undefined : { titles, at };
}

/**
 * `hlth_center_fitness_data.csv` of Mi Fitness (Xiaomi): rows of all kinds, each with a JSON object and a time in Unix
 * seconds. Heart rate and oxygen saturation are read; `Sid` is the device.
 */
export const miFitnessCsv: TextFormat = {
  name: "mi-fitness",
  title: "Mi Fitness CSV",
  selects: "column",
  matches: (head) => findHeader(head, columnsOf) !== undefined,
  async read(input, options, take) {
    const header = await headerOf(input, columnsOf, 'header with "Sid", "Key", "Time" and "Value"');
    const { titles, at } = header.columns;
    const [sid, key, time, value] = at as [number, number, number, number];
    const kept = rowFilter(titles, options.where ?? {});
    const tally = new Tally();
    const chosen = Object.keys(options.where ?? {}).map((title) => columnIndex(titles, title));
    const mixture = new Mixture(titles, [...chosen, ...at]);
    await readRows(input, header, (row) => {
      tally.entries += 1;
      const kind = row.cell(key);
      const signal = Object.hasOwn(KEYS, kind) ? KEYS[kind] : undefined;
      if (!kept(row)) return tally.skip("other rows");
      if (signal === undefined) return tally.skip(/^[a-z0-9_]{1,40}$/.test(kind) ? kind : "other");
      mixture.see(row);
      const instant = row.cell(time);
      if (!/^\d{9,10}$/.test(instant)) throw row.bad(time, "its time is not in Unix seconds");
      const number = plainDecimal(String(fieldOf(row.cell(value), signal.field) ?? ""));
      if (number === undefined) throw row.bad(value, `it has no number "${signal.field}"`);
      if (isZero(number)) return tally.skip("sentinel zero");
      const source = row.cell(sid);
      tally.take(Number(instant), number, signal.metric);
      take({
        metric: signal.metric,
        time: Number(instant),
        value: number,
        unit: signal.unit,
        ...(source === "" ? {} : { source }),
      });
      return undefined;
    });
    return tally.report("mi-fitness");
  },
};

function fieldOf(json: string, field: string): unknown {
  try {
    return (JSON.parse(json) as Record<string, unknown> | null)?.[field];
  } catch {
    return undefined;
  }
}
