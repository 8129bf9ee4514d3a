// SPDX-License-Identifier: GPL-3.0-or-later
import type { MeasuredReading, Origin } from "../format.ts";
import type { Row } from "./csv.ts";
import type { GlucoseUnit } from "./glucoseUnit.ts";
import { SKIPPED_BY_CLOCK } from "./localClock.ts";
import type { Evidence } from "./repeatedHour.ts";
import type { Tally } from "./tally.ts";
import type { TimeColumn } from "./timeColumn.ts";
import { beyondScale, isZero, localDecimal } from "./values.ts";

export const NO_NUMBER = "its glucose value is not a number";
export const VALUE_HINT =
  "Look at this cell. If the app wrote it, it is a word that is not known: correct the cell, or choose the rows that " +
  "count with --where COLUMN=VALUE.";

/** What a row says about one of its values. */
type Facts = {
  /** "" where the row names none. */
  readonly source?: string;
  readonly origin?: Origin | undefined;
  readonly evidence?: Evidence | undefined;
  /** Tells values apart that one row holds. */
  readonly signal?: string;
};

/** Reads the cells with glucose of a vendor's table and hands them on. Each cell is an entry that the caller counted. */
export class GlucoseCells {
  readonly #times: TimeColumn;
  readonly #tally: Tally;
  readonly #unit: GlucoseUnit;
  readonly #codes: ReadonlyMap<number, "LOW" | "HIGH">;
  readonly #take: (reading: MeasuredReading) => void;

  /** @param codes numbers by which the vendor says "below" and "above" */
  constructor(
    { times, tally, unit }: { times: TimeColumn; tally: Tally; unit: GlucoseUnit },
    take: (reading: MeasuredReading) => void,
    codes: ReadonlyMap<number, "LOW" | "HIGH"> = new Map(),
  ) {
    this.#times = times;
    this.#tally = tally;
    this.#unit = unit;
    this.#codes = codes;
    this.#take = take;
  }

  /** @throws FILE_NOT_UNDERSTOOD for a text that is not a value, or a time of another form */
  read(row: Row, column: number, { source = "", origin, evidence, signal = "" }: Facts = {}): void {
    const text = row.cell(column);
    if (text === "") {
      this.#tally.skip("blank");
      return;
    }
    const number = localDecimal(text);
    const value = beyondScale(text) ?? this.#codes.get(Number(number)) ?? number;
    if (value === undefined || value.startsWith("-")) {
      throw row.bad(column, NO_NUMBER, VALUE_HINT);
    }
    if (isZero(value)) {
      this.#tally.skip("sentinel zero");
      return;
    }
    const time = this.#times.read(row);
    if (time === SKIPPED_BY_CLOCK) {
      this.#tally.refuse(SKIPPED_BY_CLOCK);
      return;
    }
    const reading = {
      metric: "glucose" as const,
      time,
      value,
      unit: this.#unit,
      ...(source === "" ? {} : { source }),
      ...(origin === undefined ? {} : { origin }),
    };
    this.#tally.hand(reading, this.#take, { clock: this.#times.clock, evidence, signal });
  }
}

/** The trimmed text of a cell; "" where the row ends before it, or has no such column. */
export function textIn({ cells }: Row, column: number): string {
  return (cells[column] ?? "").trim();
}
