// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { FileInput, ReadOptions, TextFormat } from "../format.ts";
import { findHeader, headerOf, type Row, readRows, rowFilter } from "../internal/csv.ts";
import { isoTime } from "../internal/dateTime.ts";
import { NO_NUMBER, VALUE_HINT } from "../internal/glucoseCells.ts";
import { LocalClock, SKIPPED_BY_CLOCK } from "../internal/localClock.ts";
import { notUnderstood } from "../internal/notUnderstood.ts";
import type { Evidence } from "../internal/repeatedHour.ts";
import { Tally } from "../internal/tally.ts";
import { titleUnit } from "../internal/titles.ts";
import { beyondScale, isZero, plainDecimal } from "../internal/values.ts";
import { type ClarityColumn, EVENTS, READING_WORDS, TITLES } from "./clarity/languages.ts";

/** The form of times, which the title of their column names in every language: "(YYYY-MM-DDThh:mm:ss)". */
const TIME_FORM = /\(\p{L}{4}-MM-\p{L}{2}T\p{L}{2}:mm:ss\)$/u;
/** Columns between the time and the glucose value in an export of today, and after the value. */
const GLUCOSE_AFTER_TIME = 6;
const LAYOUT: Readonly<Record<ClarityColumn, number>> = {
  event: 1 - GLUCOSE_AFTER_TIME,
  source: -1,
  transmitterTime: 5,
  transmitter: 6,
};

const TIME_HINT =
  "A spreadsheet may have changed the times. Pass the file as Clarity wrote it, or read it as any table: " +
  "--format generic-csv with --time, --value, --unit and --where.";

const SECOND_HEADER = "Several exports are in this file: pass each on its own.";

type Columns = {
  readonly titles: readonly string[];
  readonly time: number;
  readonly value: number;
  readonly unit: "mg/dL" | "mmol/L";
  /** -1 where an old or shortened export has no such column. */
  readonly at: Readonly<Record<ClarityColumn, number>>;
};

/**
 * Columns by what is the same in every language: the form of the times and the unit in their titles, and their places. A
 * table that has left some out is read by the titles of known languages.
 */
function columnsOf(titles: readonly string[]): Columns | undefined {
  const time = titles.findIndex((title) => TIME_FORM.test(title) || /^Timestamp\b/.test(title));
  if (time < 0) return undefined;
  const value = titles.findIndex(
    (title, i) => i > time && /\)$/.test(title) && titleUnit(title) !== undefined,
  );
  if (value < 0) return undefined;
  const whole = value - time === GLUCOSE_AFTER_TIME && TIME_FORM.test(titles[time]!);
  const place = (column: ClarityColumn): number => {
    const named = titles.findIndex((title) => TITLES[column].includes(title));
    if (named >= 0 || !whole) return named;
    return value + LAYOUT[column] < titles.length ? value + LAYOUT[column] : -1;
  };
  const event = place("event");
  if (event < 0 || event > value) return undefined;
  const at = {
    event,
    source: place("source"),
    transmitterTime: place("transmitterTime"),
    transmitter: place("transmitter"),
  };
  return { titles, time, value, unit: titleUnit(titles[value]!)!, at };
}

/**
 * The CSV export of Dexcom Clarity, in the language of its account: rows with patient data, alert rows, then EGV rows
 * (estimated glucose values) with local times. Calibrations, meals, insulin and alerts are counted and left. In the hour
 * that a clock change repeats, the transmitter's own seconds say which pass a value belongs to.
 */
export const dexcomClarity: TextFormat = {
  name: "dexcom-clarity",
  title: "Dexcom Clarity CSV export",
  selects: "column",
  matches: (head) => findHeader(head, columnsOf) !== undefined,
  own(head) {
    const columns = findHeader(head, columnsOf)?.columns;
    if (columns === undefined) return undefined;
    const { titles, time, value, unit } = columns;
    return { titles, time: [time], value, unit };
  },
  async read(input: FileInput, options: ReadOptions, take) {
    const clock = new LocalClock(options.zone);
    const header = await headerOf(
      input,
      columnsOf,
      'header with "Timestamp (YYYY-MM-DDThh:mm:ss)", "Event Type" and "Glucose Value (mg/dL)"',
    );
    const { titles, time: timeColumn, value: valueColumn, unit, at } = header.columns;
    const where = options.where ?? {};
    const kept = rowFilter(titles, where);
    const chosen = where[titles[at.event]!]?.trim();
    const tally = new Tally();
    const people = new Map<string, string>();
    let unknown = 0;
    await readRows(input, header, (row) => {
      tally.entries += 1;
      if (!kept(row)) {
        tally.skip("other rows");
        return;
      }
      refuseSecondHeader(row, header.columns);
      const event = row.cell(at.event);
      const text = (row.cells[valueColumn] ?? "").trim();
      // A word that the caller chose and that is of no other event is the language's word for a value.
      if (!READING_WORDS.has(event) && (EVENTS.has(event) || event !== chosen)) {
        const kind = EVENTS.get(event) ?? "other";
        if (OF_PERSON.has(kind)) refuseSecondPerson(row, people, kind);
        tally.skip(kind);
        if (text !== "" && !EVENTS.has(event)) unknown += 1;
        return;
      }
      row.cell(valueColumn);
      if (text === "") {
        tally.skip("blank");
        return;
      }
      const beyond = beyondScale(text);
      if (beyond === undefined && !/^\d{1,4}([.,]\d{1,2})?$/.test(text)) {
        throw row.bad(valueColumn, NO_NUMBER, VALUE_HINT);
      }
      const value = beyond ?? text.replace(",", ".");
      if (isZero(value)) {
        tally.skip("sentinel zero");
        return;
      }
      const written = isoTime(row.cell(timeColumn));
      if (written === "impossible") throw row.bad(timeColumn, "its time does not exist");
      if (written === undefined || written.offset !== undefined) {
        throw row.bad(timeColumn, "its time is not of the form YYYY-MM-DDThh:mm:ss", TIME_HINT);
      }
      const time = clock.instantOf(written.local, written.fraction);
      if (time === undefined) {
        tally.refuse(SKIPPED_BY_CLOCK);
        return;
      }
      const source = (row.cells[at.source] ?? "").trim();
      tally.hand({ metric: "glucose", time, value, unit, ...(source === "" ? {} : { source }) }, take, {
        clock,
        evidence: evidenceOf(row, at),
      });
    });
    const report = tally.report("dexcom-clarity", clock);
    if (report.taken === 0 && unknown > 0) throw unknownWords(titles[at.event]!);
    return report;
  },
};

/** Rows that say whose export it is; there is one of each. */
const OF_PERSON: ReadonlySet<string> = new Set(["FirstName", "LastName", "DateOfBirth"]);

/** @param people the row of each kind so far, without its number */
function refuseSecondPerson({ cells }: Row, people: Map<string, string>, kind: string): void {
  const said = cells.slice(1).join("\n").trim();
  if (people.has(kind) && people.get(kind) !== said) {
    throw notUnderstood("it holds the exports of two people", {
      hint: "Pass each person's export on its own: nothing in its rows says whose values they are.",
    });
  }
  people.set(kind, said);
}

/** Exports that were put together in one file may have values in two units. */
function refuseSecondHeader(row: Row, { titles, value }: Columns): void {
  const again = row.cells.map((cell) => cell.trim());
  if (!again.some((cell) => titleUnit(cell) !== undefined) || columnsOf(again) === undefined) return;
  if (again.join("\n") === titles.join("\n")) return;
  throw row.bad(value, "a second header, with other columns or another unit than the first", SECOND_HEADER);
}

/** The transmitter's own seconds, from its activation on. */
function evidenceOf({ cells }: Row, at: Columns["at"]): Evidence | undefined {
  const seconds = plainDecimal((cells[at.transmitterTime] ?? "").trim());
  const clock = (cells[at.transmitter] ?? "").trim();
  return seconds === undefined || clock === "" ? undefined : { counter: { clock, seconds: Number(seconds) } };
}

function unknownWords(title: string): VitalproofError {
  return new VitalproofError(
    "SELECTION_REQUIRED",
    `The file's language names its glucose values in a word that is not known, in its column "${title}".`,
    {
      details: { column: title },
      hint:
        `\`vitalproof inspect FILE --each "${title}"\` with the same options lists the words. ` +
        `Name the one of the sensor's values: --where "${title}=WORD".`,
    },
  );
}
