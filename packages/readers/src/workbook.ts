// SPDX-License-Identifier: GPL-3.0-or-later
import { notUnderstood } from "./internal/notUnderstood.ts";

/** A sheet of a workbook as a table of text. */
export type Sheet = { readonly name: string; readonly csv: string };

const DAY = 86_400_000;
/** Day 0 of the two calendars that workbooks have: on it a date-time is a time of day alone. */
const DAYS_ZERO = [Date.UTC(1899, 11, 30), Date.UTC(1904, 0, 1)];
/** What a spreadsheet shows of a number; the rest is what is left of computing in binary. */
const SIGNIFICANT = 15;

type Cell = string | boolean | Date | null;

/**
 * The sheets of an Excel workbook (xlsx) that hold something, each as CSV: numbers with the digits of the file, 15 significant
 * ones at most, and what the workbook formats as a date as "2026-05-20 23:00:00". A column of dates that are all at midnight
 * has dates alone, and day 0 with a clock is a time of day.
 * @throws FILE_NOT_UNDERSTOOD for a workbook that is damaged or encrypted
 */
export async function sheetsOf(workbook: Blob): Promise<Sheet[]> {
  // Loaded for workbooks alone: pages that read none do not carry it.
  const { default: readSheets } = await import("read-excel-file/universal");
  let sheets: { readonly sheet: string; readonly data: readonly (readonly unknown[])[] }[];
  try {
    sheets = await readSheets(workbook, { trim: false, parseNumber: shownDigits });
  } catch {
    throw notUnderstood("the workbook is damaged, encrypted, or of another kind than its name says", {
      hint: "Open it in a spreadsheet program, save the sheet as CSV (UTF-8), and pass that.",
    });
  }
  return sheets.flatMap(({ sheet, data }) => {
    const rows = data as readonly (readonly Cell[])[];
    return rows.some((row) => row.some((cell) => cell !== null)) ? [{ name: sheet, csv: csvOf(rows) }] : [];
  });
}

function csvOf(rows: readonly (readonly Cell[])[]): string {
  const width = Math.max(...rows.map(({ length }) => length));
  const columns = Array.from({ length: width }, (_, column) => rows.map((row) => row[column] ?? null));
  const datesAlone = columns.map((cells) =>
    cells.every((cell) => !(cell instanceof Date) || cell.getTime() % DAY === 0),
  );
  return rows
    .map((row) =>
      Array.from({ length: width }, (_, column) => textOf(row[column] ?? null, datesAlone[column]!)).join(),
    )
    .join("\n");
}

function textOf(cell: Cell, dateAlone: boolean): string {
  if (cell === null) return "";
  if (cell instanceof Date) return dateText(cell, dateAlone);
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Spreadsheets have no zones: the fields of the date as if in UTC are those of the cell. A part of a day has no exact number, and
 * what is left of a millisecond is cut: 23:00 may come as 22:59:59.999.
 */
function dateText(cut: Date, alone: boolean): string {
  const date = new Date(cut.getTime() % 10 === 9 ? cut.getTime() + 1 : cut);
  const [day = "", clock = ""] = date.toISOString().replace("Z", "").split("T");
  if (alone) return day;
  const time = clock.replace(/\.000$/, "");
  const isClock = DAYS_ZERO.some((zero) => date.getTime() >= zero && date.getTime() < zero + DAY);
  return isClock ? time : `${day} ${time}`;
}

/** 5.6 is stored as 5.5999999999999996, and 0.1 + 0.2 as 0.30000000000000004. */
function shownDigits(digits: string): string {
  const significant = digits.replace(/^[-+0.]+|e.*$|\./gi, "").length;
  return significant > SIGNIFICANT ? String(Number(Number(digits).toPrecision(SIGNIFICANT))) : digits;
}
