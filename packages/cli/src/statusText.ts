// SPDX-License-Identifier: GPL-3.0-or-later
//
// A service's status in words: the JSON keeps Unix seconds and days, people read times and dates.
import { dayText, instantText } from "./time.ts";

/** Members of the services' statuses that are Unix seconds. */
const TIMES = new Set([
  "at",
  "changedAt",
  "closesAt",
  "deadline",
  "end",
  "lastHead",
  "lastMessage",
  "lastTime",
  "now",
  "since",
  "until",
]);

/** One or more lines for each figure. */
export function statusLines(figures: object): string[] {
  return Object.entries(figures).map(([name, value]) => `${name.padEnd(12)} ${shown(name, value)}`);
}

function shown(name: string, value: unknown): string {
  if (!Array.isArray(value)) return isObject(value) ? nested(name, value) : word(name, value);
  return value.map((each) => `\n  ${isObject(each) ? rowOf(each) : word(name, each)}`).join("");
}

/** A row of a table: its values, with their names where there are tables in the table. */
function rowOf(row: object): string {
  const entries = Object.entries(row);
  if (!entries.some(([, value]) => isObject(value)))
    return entries.map(([name, value]) => word(name, value)).join("  ");
  return entries.map(([name, value]) => `${name} ${nested(name, value)}`).join("  ");
}

function nested(name: string, value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((each) => nested(name, each)).join("; ")}]`;
  if (!isObject(value)) return word(name, value);
  return `(${Object.entries(value)
    .map(([inner, each]) => `${inner} ${nested(inner, each)}`)
    .join(", ")})`;
}

function word(name: string, value: unknown): string {
  if (typeof value === "number" && TIMES.has(name)) return instantText(value);
  if (typeof value === "number" && name === "day") return dayText(value);
  return String(value ?? "-");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
