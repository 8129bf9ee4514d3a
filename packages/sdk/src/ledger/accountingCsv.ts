// SPDX-License-Identifier: GPL-3.0-or-later
//
// CSV as RFC 4180 has it: CRLF, quotes doubled. Spreadsheets take some texts for formulas, so these begin with an apostrophe.
import { type AccountingReport, actorName, utcText } from "./accountingWords.ts";

type Cell = string | number | bigint | boolean | undefined;

const ROW_COLUMNS = [
  "time_utc",
  "custodian",
  "actor",
  "actor_name",
  "role",
  "purpose",
  "class",
  "emergency",
  "late",
  "doubtful",
  "logged_utc",
  "chain",
  "ledger",
  "page",
  "slot",
  "transaction",
  "block",
  "record",
] as const;

const GAP_COLUMNS = ["from_utc", "until_utc", "minutes", "custodian", "chain", "ledger", "page"] as const;

/** One line for each access; names as the ledger has them. @throws INVALID_ARGUMENT */
export function accountingCsv({ accounting, custodianOf }: AccountingReport): string {
  const lines = accounting.rows.map((row): Cell[] => {
    const { chainId, ledger, page } = row.address;
    const custodian = custodianOf(row.address, row.at);
    return [
      ...[utcText(row.at), custodian.name, row.actor, actorName(custodian, row)],
      ...[row.role, row.purpose, row.class, row.emergency, row.late, row.doubtful, utcText(row.logged)],
      ...[chainId, ledger, page, row.slot, row.transaction, row.block, row.index],
    ];
  });
  return csvOf(ROW_COLUMNS, lines);
}

/** One line for each stretch of time in which nothing was logged. @throws INVALID_ARGUMENT */
export function accountingGapsCsv({ accounting, custodianOf }: AccountingReport): string {
  const lines = accounting.gaps.map(({ address, from, until }): Cell[] => [
    ...[utcText(from * 60), utcText(until * 60), until - from, custodianOf(address, from * 60).name],
    ...[address.chainId, address.ledger, address.page],
  ]);
  return csvOf(GAP_COLUMNS, lines);
}

function csvOf(columns: readonly string[], lines: readonly (readonly Cell[])[]): string {
  return [columns, ...lines].map((line) => `${line.map(cellOf).join(",")}\r\n`).join("");
}

/** Signs that make a formula, in ASCII and in full width, also behind white space and other signs that are not shown. */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

function cellOf(value: Cell): string {
  if (typeof value !== "string") return value === undefined ? "" : String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
