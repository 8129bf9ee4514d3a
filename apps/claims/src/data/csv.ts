// SPDX-License-Identifier: GPL-3.0-or-later
import { bigintText } from "@vitalproof/sdk";

/**
 * Rows as CSV (RFC 4180): CRLF between rows, quotes doubled. A text that a spreadsheet would take for a formula gets an
 * apostrophe in front. Such a text begins with = + - @, a tab or a return and is not a number.
 */
export function toCsv(
  header: readonly string[],
  rows: readonly (readonly (string | number | bigint)[])[],
): string {
  return `${[header, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

function cell(value: string | number | bigint): string {
  const text = String(value);
  const plain = typeof value !== "string" || /^-?\d+(\.\d+)?$/.test(text);
  const safe = !plain && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** JSON with bigints as decimal strings, as all services write it. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, bigintText, 2)}\n`;
}
