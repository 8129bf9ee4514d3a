// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { Metric, ReadOptions, TextFormat } from "../format.ts";
import { findHeader, headerOf, type Row, readRows } from "../internal/csv.ts";
import { isoTime, unixSeconds } from "../internal/dateTime.ts";
import { Tally } from "../internal/tally.ts";
import { isZero, plainDecimal } from "../internal/values.ts";
import { METRICS, metricOfUnit, ucumOf } from "../metrics.ts";

const HEADER = "start,duration,value";

function columnsOf(titles: readonly string[]): { titles: readonly string[] } | undefined {
  return titles.join() === HEADER ? { titles } : undefined;
}

/**
 * The raw files of a Withings export (`raw_tracker_hr.csv` and others): a start with its offset, and arrays of seconds and
 * of values. The first value is at the start, each other one after the seconds of those before it. All these files have
 * the same three titles, so the caller says what the values are.
 */
export const withingsCsv: TextFormat = {
  name: "withings",
  title: "Withings raw CSV",
  matches: (head) => findHeader(head, columnsOf) !== undefined,
  own(head) {
    const titles = findHeader(head, columnsOf)?.columns.titles;
    return titles === undefined
      ? undefined
      : [{ titles, time: [0], value: 2, metric: "any", unit: undefined }];
  },
  async read(input, options, take) {
    const header = await headerOf(input, columnsOf, `header "${HEADER}"`);
    const { metric, unit } = signalOf(options);
    const tally = new Tally();
    await readRows(input, header, (row) => {
      const start = isoTime(row.cell(0));
      if (start === "impossible") throw row.bad(0, "its time does not exist");
      if (start?.offset === undefined) throw row.bad(0, "its start is not a time with its offset from UTC");
      let time = unixSeconds({ ...start, offset: start.offset });
      const durations = numbersIn(row, 1);
      const values = numbersIn(row, 2);
      if (durations.length !== values.length) {
        throw row.bad(2, `it has ${values.length} values and ${durations.length} durations`);
      }
      for (const [i, value] of values.entries()) {
        tally.entries += 1;
        if (isZero(value) && METRICS[metric].zeroIsMissing) tally.skip("sentinel zero");
        else {
          tally.take(time, value);
          take({ metric, time, value, unit, source: "Withings" });
        }
        time += Number(durations[i]);
      }
    });
    return tally.report("withings");
  },
};

function signalOf({ metric: named, columns, unit: alone }: ReadOptions): { metric: Metric; unit: string } {
  const given = columns?.unit ?? alone;
  const metric = named ?? (given === undefined ? undefined : metricOfUnit(given));
  if (metric === undefined) {
    throw new VitalproofError(
      "SELECTION_REQUIRED",
      "The file does not say what its values are: Withings writes heart rate, steps and others with the same titles.",
      { hint: "Say it: --metric heart-rate for raw_tracker_hr.csv." },
    );
  }
  const unit = ucumOf(metric, given ?? METRICS[metric].ucum[0] ?? "");
  if (unit !== undefined) return { metric, unit };
  throw new VitalproofError("INVALID_ARGUMENT", `${METRICS[metric].title} is not measured in "${given}".`, {
    details: { name: "unit", value: given ?? "", metric },
    hint: `Units of it, in UCUM: ${METRICS[metric].ucum.join(", ")}.`,
  });
}

function numbersIn(row: Row, index: number): string[] {
  const text = row.cell(index);
  const list = /^\[(.*)\]$/.exec(text)?.[1];
  const parts = list === undefined ? undefined : list.trim() === "" ? [] : list.split(",");
  const numbers = parts?.map((part) => plainDecimal(part.trim()));
  if (numbers === undefined || numbers.some((number) => number === undefined || number.startsWith("-"))) {
    throw row.bad(index, "it is not a list of numbers in square brackets");
  }
  return numbers as string[];
}
