// SPDX-License-Identifier: GPL-3.0-or-later
import { parse } from "csv-parse/browser/esm/sync";
import type { FileInput } from "../format.ts";
import { decoded, HEAD_LENGTH, headOf } from "../input.ts";
import { faultOf, placeOf } from "./csvPlaces.ts";
import { EMPTY_HINT, notUnderstood, type Place } from "./notUnderstood.ts";

const DELIMITERS = [",", ";", "\t"] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** A longer line is not a row of a table. It is a quote that was never closed, or a file of another kind. */
const LONGEST_RECORD = 1_048_576;
/** Rows at a file's beginning among which its header is looked for; exports put titles before it. */
const HEADER_ROWS = 8;
const MOST_LABELS = 1000;

/** A table's header as found: by which delimiter, after how many other rows, and what the format made of it. */
export type Header<C> = {
  readonly delimiter: Delimiter;
  readonly titleRows: number;
  readonly width: number;
  readonly columns: C;
};

/** Whether a beginning of a file is a table at all: its last two rows have the same number of cells, two or more. */
export function looksLikeTable(head: string): boolean {
  return DELIMITERS.some((delimiter) => {
    const widths = firstRows(head, delimiter).map((row) => row.length);
    return widths.length > 1 && widths.at(-1)! > 1 && widths.at(-1) === widths.at(-2);
  });
}

/** Chooses rows by the text of some of their cells. */
export function rowFilter(
  titles: readonly string[],
  where: Readonly<Record<string, string>>,
): (row: Row) => boolean {
  const wanted = Object.entries(where).map(([title, text]) => ({ index: columnIndex(titles, title), text }));
  const choosing = wanted.filter(({ text }) => text.trim() !== "*");
  return (row) => choosing.every(({ index, text }) => row.cell(index) === text.trim());
}

/**
 * The texts of one column of a table, each once, in the file's order.
 * @throws FILE_NOT_UNDERSTOOD where there is no such column, or more texts than a column of labels has
 */
export async function columnLabels(input: FileInput, column: string): Promise<string[]> {
  const header = await headerOf(
    input,
    (titles) => (titles.length > 1 && hasColumn(titles, column) ? titles : undefined),
    `column "${column}"`,
  );
  const index = columnIndex(header.columns, column);
  const labels = new Set<string>();
  await readRows(input, header, (row) => {
    labels.add(row.cell(index));
    if (labels.size > MOST_LABELS) {
      throw notUnderstood(`its column "${column}" has more than ${MOST_LABELS} values`, {
        hint: "Name a column that says to which series a row belongs.",
      });
    }
  });
  return [...labels];
}

function hasColumn(titles: readonly string[], name: string): boolean {
  const number = BY_NUMBER.exec(name)?.[1];
  return number === undefined ? titles.includes(name.trim()) : Number(number) <= titles.length;
}

/** A column by its place, from 1 on. */
const BY_NUMBER = /^#([1-9]\d{0,3})$/;

/**
 * The place of a column that the caller names by its title, or as `#1` by its number.
 * @throws FILE_NOT_UNDERSTOOD for a title that is not there, or there twice
 */
export function columnIndex(titles: readonly string[], name: string): number {
  const number = BY_NUMBER.exec(name);
  const index = number === null ? titles.indexOf(name.trim()) : Number(number[1]) - 1;
  if (index < 0 || index >= titles.length) {
    throw notUnderstood(`it has no column "${name}"`, {
      details: { name },
      hint: "Name a column as the file's header does, or by its number, such as #2.",
    });
  }
  if (number === null && titles.lastIndexOf(name.trim()) !== index) {
    throw notUnderstood(`it has two columns "${name}"`, {
      details: { name },
      hint: "Name the column by its number, such as #2.",
    });
  }
  return index;
}

/** One row of a table, and how to speak about it. */
export type Row = {
  readonly cells: readonly string[];
  /** The trimmed text of a cell. @throws FILE_NOT_UNDERSTOOD where the row ends before it */
  cell(index: number): string;
  /** Where a cell begins. Found when it is asked for, by reading the rows before it once more. */
  place(index: number): Place | undefined;
  /** The error about a cell. */
  bad(index: number, reason: string, hint?: string): Error;
};

/**
 * Finds a table's header by its titles, whatever the delimiter and the titles above it.
 * @param columnsOf what the format makes of a row of titles; undefined if the row is not a header
 */
export function findHeader<C>(
  head: string,
  columnsOf: (titles: readonly string[]) => C | undefined,
): Header<C> | undefined {
  for (const delimiter of DELIMITERS) {
    const rows = firstRows(head, delimiter);
    for (const [titleRows, titles] of rows.entries()) {
      const columns = columnsOf(titles.map((title) => title.trim()));
      if (columns !== undefined) return { delimiter, titleRows, width: titles.length, columns };
    }
  }
  return undefined;
}

/** As `findHeader`, for an input. */
export async function headerOf<C>(
  input: FileInput,
  columnsOf: (titles: readonly string[]) => C | undefined,
  wanted: string,
): Promise<Header<C>> {
  const head = await headOf(input);
  if (head.trim() === "") throw notUnderstood("it is empty", { hint: EMPTY_HINT });
  const header = findHeader(head, columnsOf);
  if (header === undefined) throw notUnderstood(`it has no ${wanted}`, { hint: HEADER_HINT });
  return header;
}

/**
 * Passes every row after the header to `take`, in the file's order, without ever holding the whole file. Empty lines
 * are not rows. `take` returns false to stop. A row may leave out empty cells at its end. Cells beyond the header's must
 * be empty.
 * @throws FILE_NOT_UNDERSTOOD with line and column for quotes that do not fit and rows that are too long
 */
export async function readRows(
  input: FileInput,
  header: Pick<Header<unknown>, "delimiter" | "titleRows" | "width">,
  take: (row: Row) => unknown,
): Promise<void> {
  const { delimiter, width } = header;
  let before = header.titleRows + 1;
  for await (const { text, line } of blocks(input)) {
    let records: string[][];
    try {
      records = parseBlock(text, delimiter);
    } catch {
      throw notUnderstood("a quote that does not fit the rules of CSV", {
        place: faultOf(text, delimiter, line),
        hint: "A text with a quote in it is quoted as a whole, and each quote inside is written twice. Correct it at this place.",
      });
    }
    for (const [i, cells] of records.entries()) {
      if (before > 0) {
        before -= 1;
        continue;
      }
      const row = new BlockRow(cells, (index) => placeOf(text, delimiter, line, i, index));
      for (let extra = width; extra < cells.length; extra++) {
        if (cells[extra]!.trim() !== "")
          throw row.bad(extra, "the row has more cells than the header", shiftHint(delimiter));
      }
      if (take(row) === false) return;
    }
  }
}

class BlockRow implements Row {
  readonly cells: readonly string[];
  readonly #placeOf: (index: number) => Place | undefined;

  /** @param placeOf where a cell begins, found when somebody asks */
  constructor(cells: readonly string[], placeOf: (index: number) => Place | undefined) {
    this.cells = cells;
    this.#placeOf = placeOf;
  }

  cell(index: number): string {
    const cell = this.cells[index];
    if (cell === undefined) throw this.bad(index, "the row ends before this column", SHORT_HINT);
    return cell.trim();
  }

  place(index: number): Place | undefined {
    return this.#placeOf(index);
  }

  bad(index: number, reason: string, hint?: string): Error {
    return notUnderstood(reason, {
      place: this.place(index),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

const HEADER_HINT =
  "Name columns as the file's header does, or by number, such as #2. Leave --format out, so that the content decides.";
const SHORT_HINT =
  "The row is shorter than the header. If it is not a reading, leave it out with --where COLUMN=VALUE; if the file was cut off there, remove the row.";

/** What to do about cells that are not under their titles. */
export function shiftHint(delimiter: Delimiter): string {
  return delimiter === ","
    ? "If the numbers have decimal commas, they are not quoted, so that 9,2 is two cells. Write a decimal point, quote " +
        "the numbers, or save the table with semicolons between its cells."
    : "Look whether a text in this row contains the sign between cells. Quote such a text.";
}

/** The rows that a head begins with, as far as it can be read: what is wrong after the header, reading it will say. */
function firstRows(head: string, delimiter: Delimiter): string[][] {
  // The last line of a head that is not the whole file may be half a line.
  const end = head.length < HEAD_LENGTH ? 0 : head.lastIndexOf("\n");
  const lines = (end > 0 ? head.slice(0, end) : head).split(/\r\n|\n|\r/, 4 * HEADER_ROWS);
  const rows: string[][] = [];
  try {
    parseBlock(lines.join("\n"), delimiter, (row) => {
      if (rows.length < HEADER_ROWS) rows.push(row);
      return null;
    });
  } catch {
    // The rows before the fault are there.
  }
  return rows;
}

function parseBlock(text: string, delimiter: Delimiter, onRow?: (row: string[]) => null): string[][] {
  // Without a quote there is nothing for a parser to decide, and this takes a tenth of its time.
  if (onRow === undefined && !text.includes('"')) {
    const lines = text.includes("\r") ? text.split(/\r\n|\n|\r/) : text.split("\n");
    return lines.filter((line) => line !== "").map((line) => line.split(delimiter));
  }
  return parse(text, {
    delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    record_delimiter: ["\r\n", "\n", "\r"],
    ...(onRow === undefined ? {} : { on_record: onRow }),
  });
}

/** Pieces of the text that end where a record ends: at a line break with an even number of quotes before it. */
async function* blocks(input: FileInput): AsyncGenerator<{ text: string; line: number }> {
  let rest = "";
  let line = 1;
  for await (const piece of decoded(input)) {
    const text = rest + piece;
    let quotes = 0;
    let end = 0;
    for (let at = 0; at < text.length; at++) {
      const char = text.charCodeAt(at);
      if (char === 0x22) quotes += 1;
      else if (char === 0x0a && quotes % 2 === 0) end = at + 1;
      // A carriage return alone ends lines too; at the end of a piece the line feed may still come.
      else if (char === 0x0d && quotes % 2 === 0 && at + 1 < text.length && text.charCodeAt(at + 1) !== 0x0a)
        end = at + 1;
    }
    if (end > 0) {
      yield { text: text.slice(0, end), line };
      line += lineBreaks(text.slice(0, end));
    }
    rest = text.slice(end);
    if (rest.length > LONGEST_RECORD) {
      throw notUnderstood("a row that is longer than 1 MiB; a quote may be missing", {
        place: { line, column: 1 },
      });
    }
  }
  if (rest !== "") yield { text: rest, line };
}

function lineBreaks(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}
