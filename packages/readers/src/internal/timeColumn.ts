// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { DateOrder, FileInput, ReadOptions, TimeUnit } from "../format.ts";
import { type Header, type Row, readRows } from "./csv.ts";
import {
  inOrder,
  isoTime,
  type OrderedTime,
  orderedTime,
  orderSaid,
  unixSeconds,
  type WrittenTime,
} from "./dateTime.ts";
import { LocalClock, SKIPPED_BY_CLOCK } from "./localClock.ts";
import { alone, DAYS_NOTE, type TimeCells, timeCells } from "./timeCells.ts";
import { type TimeForm, timeForm } from "./timeForm.ts";
import { isZero, plainDecimal } from "./values.ts";
import { wordedTime } from "./wordedTime.ts";

/** Smaller numbers are seconds since the file's own start: the first one here is a day in 1973. */
const FIRST_UNIX_SECOND = 100_000_000;
/** Larger numbers would be beyond the year 5000 as seconds, so they are milliseconds (or finer). */
const FIRST_UNIX_MILLISECOND = 100_000_000_000;
const FIRST_UNIX_MICROSECOND = 100_000_000_000_000;

const SECONDS: Readonly<Record<TimeUnit, number>> = { ms: 0.001, s: 1, min: 60, h: 3600 };
const UNIT_WORDS: Readonly<Record<TimeUnit, RegExp>> = {
  ms: /(^|[^a-z])(ms|msecs?|millis(econds?)?)($|[^a-z])/i,
  s: /(^|[^a-z])(s|secs?|seconds?)($|[^a-z])/i,
  min: /(^|[^a-z])(mins?|minutes?)($|[^a-z])/i,
  h: /(^|[^a-z])(h|hrs?|hours?)($|[^a-z])/i,
};

/** The unit of relative times that a title says, as "Time [s]" and "minutes" do; undefined where it says none or several. */
function unitOfTitle(title: string): TimeUnit | undefined {
  const said = (Object.keys(UNIT_WORDS) as TimeUnit[]).filter((unit) => UNIT_WORDS[unit].test(title));
  return said.length === 1 ? said[0] : undefined;
}

const FORM_HINT =
  "Name the form, such as --time-form YYYY:MM:DD:HH:mm, or look whether --time names the column of times.";

/** Why a time was not taken, or the time in Unix seconds. */
export type TimeRead = number | typeof SKIPPED_BY_CLOCK;

/** What a header says about its column of times. */
export type TimeHeader = Header<unknown> & {
  readonly title?: string | undefined;
  /** All titles, where a date and a time of day may be in two columns. */
  readonly titles?: readonly string[];
  /** Whether the metric has one value a day, so that dates alone are enough. */
  readonly daily?: boolean;
};

/**
 * Reads the times of one column, in the form that its first time has: ISO 8601 with or without zone, day and month in
 * either order or by name, with a clock of 12 or 24 hours, Unix seconds or milliseconds, or seconds from the file's own
 * start. Date and time of day may be in two columns.
 */
export class TimeColumn {
  readonly #index: number;
  readonly #options: ReadOptions;
  readonly #order: DateOrder | undefined;
  readonly #cells: TimeCells;
  #form: "zoned" | "local" | "ordered" | "unix" | "relative" | undefined;
  #twelveHours: boolean | undefined;
  #scale: number | undefined;
  #clock: LocalClock | undefined;
  readonly #unit: TimeUnit | undefined;
  readonly #named: TimeForm | undefined;

  private constructor(cells: TimeCells, options: ReadOptions, order: DateOrder | undefined, title: string) {
    this.#unit = options.timeUnit ?? unitOfTitle(title);
    this.#named = options.timeForm === undefined ? undefined : timeForm(options.timeForm);
    this.#cells = cells;
    this.#index = cells.columns[0]!;
    this.#options = options;
    this.#order = order;
  }

  /**
   * @param concerns which rows have times that count
   * @throws DATE_ORDER_REQUIRED where times such as 8/1/18 have both orders and no row decides; FILE_NOT_UNDERSTOOD
   *         where two rows contradict each other, or a time lacks its date or its time of day
   */
  static async over(
    input: FileInput,
    header: TimeHeader,
    index: number,
    options: ReadOptions,
    concerns: (row: Row) => boolean,
  ): Promise<TimeColumn> {
    const { titles = [], daily = false, title = "" } = header;
    const clock = options.columns?.clock;
    const named = options.timeForm !== undefined;
    let cells: TimeCells | undefined;
    let open = false;
    let said: DateOrder | undefined;
    const yearFirst = new YearFirst(options.now);
    await readRows(input, header, (row) => {
      if (!concerns(row)) return;
      cells ??= named && clock === undefined ? alone(index) : timeCells(row, index, titles, { clock, daily });
      if (named) return false;
      // A row that ends before its time says nothing about the order. `read` refuses it.
      if (cells.columns.some((column) => row.cells[column] === undefined)) return open ? undefined : false;
      const time = orderedTime(cells.textOf(row));
      // Most files need this first look no further than their first row. What is odd in a later one, `read` says.
      if (time === undefined || time === "impossible") return open ? undefined : false;
      open = true;
      yearFirst.see(time);
      const says = orderSaid(time);
      if (says === undefined) return;
      if (said !== undefined && said !== says) {
        throw row.bad(
          cells.columns[0]!,
          `its date has the ${says === "MDY" ? "month" : "day"} first, unlike a date before it`,
        );
      }
      said = says;
      return;
    });
    if (open && options.dateOrder === undefined && (said === undefined || yearFirst.isLikely)) {
      throw new VitalproofError(
        "DATE_ORDER_REQUIRED",
        yearFirst.isLikely
          ? "The file's dates have years of two digits, and these may come first."
          : "The file's dates can be read with the month or with the day first, and no row decides.",
        {
          hint: 'Specify the order with --date-order: "MDY" for 8/31/18, "DMY" for 31/8/18, "YMD" for 18/8/31; it is never guessed.',
        },
      );
    }
    return new TimeColumn(cells ?? alone(index), options, options.dateOrder ?? said, named ? "" : title);
  }

  /** The clock, where the times have no zone of their own. */
  get clock(): LocalClock | undefined {
    return this.#clock;
  }

  /** Places of the columns that make up a time. */
  get columns(): readonly number[] {
    return this.#cells.columns;
  }

  /** What to say about how the times were read. */
  get notes(): readonly string[] {
    return this.#cells.days ? [DAYS_NOTE] : [];
  }

  /**
   * @param row in the file's order
   * @throws FILE_NOT_UNDERSTOOD for a text that is not a time of the column's form; ZONE_REQUIRED, ZONE_UNKNOWN,
   *         START_REQUIRED, TIME_UNIT_REQUIRED
   */
  read(row: Row): TimeRead {
    const text = this.#cells.textOf(row);
    const bad = (reason: string): Error => row.bad(this.#index, reason);
    const changed = (): Error => bad("its time is written in another form than those before it");

    if (this.#named !== undefined) {
      const time = this.#named(text);
      if (time === undefined)
        throw row.bad(this.#index, "its time is not of the form that was named", FORM_HINT);
      if (time === "impossible") throw bad("its time does not exist");
      return this.#local(time.local, time.fraction);
    }
    const plain = plainDecimal(text);
    // Some monitors write "-0" for their first second.
    if (plain !== undefined && (!plain.startsWith("-") || isZero(plain)))
      return this.#counted(Number(plain), changed);
    const iso = isoTime(text);
    if (iso === "impossible") throw bad("its time does not exist");
    if (iso !== undefined) return this.#written(iso, false, changed);

    const ordered = orderedTime(text);
    if (ordered === "impossible") throw bad("its time does not exist");
    if (ordered !== undefined) {
      const form = ordered.offset === undefined ? "ordered" : "zoned";
      this.#form ??= form;
      this.#twelveHours ??= ordered.twelveHours;
      if (this.#form !== form || this.#twelveHours !== ordered.twelveHours) throw changed();
      const time = inOrder(ordered, this.#order!);
      if (time === "impossible") {
        throw bad(`its date does not exist with the ${FIRST[this.#order!]} first`);
      }
      return this.#instantOf(time);
    }

    const worded = wordedTime(text);
    if (worded === "impossible") throw bad("its time does not exist");
    if (worded !== undefined) return this.#written(worded, worded.twelveHours, changed);
    throw row.bad(this.#index, "it has no time of a form that is known", FORM_HINT);
  }

  #written(time: WrittenTime, twelveHours: boolean, changed: () => Error): TimeRead {
    const form = time.offset === undefined ? "local" : "zoned";
    this.#form ??= form;
    this.#twelveHours ??= twelveHours;
    if (this.#form !== form || this.#twelveHours !== twelveHours) throw changed();
    return this.#instantOf(time);
  }

  #instantOf(time: WrittenTime): TimeRead {
    return time.offset === undefined
      ? this.#local(time.local, time.fraction)
      : unixSeconds({ ...time, offset: time.offset });
  }

  /** A time that is a number: Unix time, or time from the file's own start. */
  #counted(number: number, changed: () => Error): TimeRead {
    this.#form ??= number < FIRST_UNIX_SECOND ? "relative" : "unix";
    if (this.#form === "relative") {
      if (number >= FIRST_UNIX_SECOND) throw changed();
      if (this.#unit === undefined && isSpreadsheetDay(number)) throw unitRequired(SPREADSHEET_HINT);
      return startOf(this.#options) + Math.abs(number) * this.#seconds();
    }
    const scale =
      number < FIRST_UNIX_SECOND
        ? undefined
        : number < FIRST_UNIX_MILLISECOND
          ? 1
          : number < FIRST_UNIX_MICROSECOND
            ? 1000
            : undefined;
    this.#scale ??= scale;
    if (this.#form !== "unix" || scale === undefined || scale !== this.#scale) throw changed();
    return number / scale;
  }

  #seconds(): number {
    if (this.#unit !== undefined) return SECONDS[this.#unit];
    throw unitRequired("Specify the unit with --time-unit: ms, s, min or h. It is never guessed.");
  }

  #local(...[local, fraction]: Parameters<LocalClock["instantOf"]>): TimeRead {
    this.#clock ??= new LocalClock(this.#options.zone);
    return this.#clock.instantOf(local, fraction) ?? SKIPPED_BY_CLOCK;
  }
}

const FIRST: Readonly<Record<DateOrder, string>> = { MDY: "month", DMY: "day", YMD: "year" };

/** Dates older than this are of no export that somebody makes today, where they can be newer ones as well. */
const OLD_YEARS = 10;

/** Notices dates such as 26-03-02 whose first number may be the year: two digits each, and nothing says which it is. */
class YearFirst {
  readonly #thisYear: number;
  readonly #firsts = new Set<number>();
  readonly #years = new Set<number>();
  #possible = true;

  constructor(now = Date.now() / 1000) {
    this.#thisYear = new Date(1000 * now).getUTCFullYear();
  }

  see({ first, second, year, short }: OrderedTime): void {
    const day = year - 2000;
    if (!short || second > 12 || day < 1 || day > 31 || 2000 + first > this.#thisYear) this.#possible = false;
    this.#firsts.add(first);
    this.#years.add(year);
  }

  /** Years change seldom and days often; and nobody exports old years where they could be new ones. */
  get isLikely(): boolean {
    if (!this.#possible || this.#firsts.size === 0) return false;
    const latest = Math.max(...this.#years);
    const first = 2000 + Math.max(...this.#firsts);
    const old = latest < this.#thisYear - OLD_YEARS && first >= this.#thisYear - OLD_YEARS;
    return old || (this.#years.size > this.#firsts.size && this.#years.size > 2);
  }
}

/** Days of 1982 to 2091 as spreadsheets count them. Times from a file's own start begin at 0 or near it. */
function isSpreadsheetDay(number: number): boolean {
  return number >= 30_000 && number < 70_000;
}

const SPREADSHEET_HINT =
  "If the numbers are days as spreadsheets count them, such as 45000.5, pass --time-form spreadsheet. " +
  "If they count from the file's own start, specify their unit with --time-unit: ms, s, min or h. It is never guessed.";

function unitRequired(hint: string): VitalproofError {
  return new VitalproofError(
    "TIME_UNIT_REQUIRED",
    "The file counts time in numbers, and its column of times does not say in which unit.",
    { hint },
  );
}

/**
 * Unix seconds of the file's second 0.
 * @throws START_REQUIRED; INVALID_ARGUMENT
 */
export function startOf(options: ReadOptions): number {
  if (options.start === undefined) {
    throw new VitalproofError(
      "START_REQUIRED",
      "The file counts time from its own beginning, and it does not say when that was.",
      {
        hint: "Specify the start in Unix seconds with --start. It is never guessed. --start 0 is enough to look at the file alone.",
      },
    );
  }
  if (!Number.isFinite(options.start) || options.start < 0) {
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `start is ${options.start}; it must be Unix seconds, 0 or more.`,
      {
        details: { name: "start", value: options.start },
      },
    );
  }
  return options.start;
}
