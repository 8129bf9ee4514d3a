// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { FileInput, ReadOptions, TextFormat } from "../format.ts";
import { findHeader, headerOf, readRows, rowFilter } from "../internal/csv.ts";
import { SKIPPED_BY_CLOCK } from "../internal/localClock.ts";
import { Tally } from "../internal/tally.ts";
import { startOf, TimeColumn } from "../internal/timeColumn.ts";
import { isMissing, isZero, plainDecimal } from "../internal/values.ts";
import { ucumOf } from "../metrics.ts";

const AXES = ["x", "y", "z"] as const;
const AXIS = /^(?:acc(?:el)?_?)?([xyz])(?:_| ?\[| ?\()(g|m\/s2|m\/s\^2|m\/s²)[\])]?$/i;
const TIME = /^(?:t|time)(?:_| ?\[| ?\()(ms|s)[\])]?$/i;

type Columns = {
  titles: readonly string[];
  time: number;
  /** Parts of a second in which times are counted; undefined where they are dates. */
  ticks: number | undefined;
  axes: readonly number[];
  unit: string;
  trial: number;
};

function columnsOf(titles: readonly string[]): Columns | undefined {
  const found = titles.map((title) => AXIS.exec(title));
  const axes = AXES.map((axis) => found.findIndex((match) => match?.[1]?.toLowerCase() === axis));
  const units = new Set(axes.map((index) => found[index]?.[2]?.toLowerCase()));
  const counted = titles.findIndex((title) => TIME.test(title));
  const time = counted >= 0 ? counted : titles.findIndex((title) => /^time(stamp)?$/i.test(title));
  if (axes.includes(-1) || units.size !== 1 || time < 0) return undefined;
  return {
    titles,
    time,
    ticks: counted < 0 ? undefined : TIME.exec(titles[counted]!)![1]!.toLowerCase() === "ms" ? 1000 : 1,
    axes,
    unit: ucumOf("acceleration", found[axes[0]!]![2]!)!,
    trial: titles.findIndex((title) => /^(trial|session|recording)$/i.test(title)),
  };
}

/**
 * Samples of a tri-axial accelerometer: a time and a column for each axis, which name their unit (`x_g`, `x [m/s2]`), as
 * in tables made from UMAFall. Values are `[x, y, z]`. A table of several trials, each with its own second 0, is read
 * one trial at a time: `where` chooses it.
 */
export const accelerometerCsv: TextFormat = {
  name: "accelerometer-csv",
  title: "accelerometer CSV with three axes",
  selects: "column",
  matches: (head) => findHeader(head, columnsOf) !== undefined,
  async read(input: FileInput, options: ReadOptions, take) {
    const header = await headerOf(input, columnsOf, "header with a time and three axes in g or m/s2");
    const { titles, time: timeColumn, ticks, axes, unit, trial } = header.columns;
    const kept = rowFilter(titles, options.where ?? {});
    const times = await TimeColumn.over(input, header, timeColumn, options, kept);
    const start = ticks === undefined ? 0 : startOf(options);
    const tally = new Tally();
    let current: string | undefined;
    await readRows(input, header, (row) => {
      tally.entries += 1;
      if (!kept(row)) {
        tally.skip("other rows");
        return;
      }
      if (trial >= 0) {
        const name = row.cell(trial);
        current ??= name;
        if (name !== current) {
          throw new VitalproofError(
            "SELECTION_REQUIRED",
            `The file holds several trials in its column "${titles[trial]}", each with times of its own.`,
            {
              details: { column: titles[trial] },
              hint:
                `Choose one: --where ${titles[trial]}=VALUE. ` +
                `\`vitalproof inspect FILE --each ${titles[trial]}\` with the same options lists the values.`,
            },
          );
        }
      }
      const texts = axes.map((axis) => row.cell(axis));
      if (texts.some(isMissing)) {
        tally.skip("missing");
        return;
      }
      const value = texts.map((text, i) => {
        const plain = plainDecimal(text);
        if (plain === undefined) throw row.bad(axes[i]!, `its ${AXES[i]} is not a number`);
        return plain;
      });
      let time: ReturnType<TimeColumn["read"]>;
      if (ticks === undefined) time = times.read(row);
      else {
        const count = plainDecimal(row.cell(timeColumn));
        if (count === undefined || (count.startsWith("-") && !isZero(count)))
          throw row.bad(timeColumn, "it has no time");
        time = start + Math.abs(Number(count)) / ticks;
      }
      if (time === SKIPPED_BY_CLOCK) {
        tally.refuse(SKIPPED_BY_CLOCK);
        return;
      }
      tally.hand({ metric: "acceleration", time, value, unit }, take, { clock: times.clock });
    });
    return tally.report("accelerometer-csv", times.clock);
  },
};
