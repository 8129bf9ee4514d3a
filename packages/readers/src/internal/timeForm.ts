// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { type WrittenTime, writtenTime } from "./dateTime.ts";
import { localDecimal } from "./values.ts";

/** Parts of a time that a form names, and the digits that each has. */
const PARTS: Readonly<Record<string, string>> = {
  YYYY: "(\\d{4})",
  MM: "(\\d{1,2})",
  DD: "(\\d{1,2})",
  HH: "(\\d{1,2})",
  mm: "(\\d{1,2})",
  ss: "(\\d{1,2})",
};
const REQUIRED = ["YYYY", "MM", "DD", "HH", "mm"];

/** Reads a time of one form; undefined for a text of another form, "impossible" for a time that does not exist. */
export type TimeForm = (text: string) => WrittenTime | "impossible" | undefined;

/** Days between a spreadsheet's day 0 and 1970-01-01, by the name of the form. The second is that of old Macs. */
const SPREADSHEETS: Readonly<Record<string, number>> = { spreadsheet: 25_569, "spreadsheet-1904": 24_107 };

/**
 * A form of local times that a caller names by its parts: `YYYY:MM:DD:HH:mm`, `DD.MM.YYYY HH:mm:ss`; or `spreadsheet`,
 * for days as spreadsheets count them (45000.5 is noon on 2023-03-15), to the nearest second.
 * @throws INVALID_ARGUMENT for a form that leaves a part out, or has it twice
 */
export function timeForm(form: string): TimeForm {
  const first = SPREADSHEETS[form];
  if (first !== undefined) return (text) => ofSpreadsheet(text, first);
  const parts: readonly string[] = form.match(/YYYY|MM|DD|HH|mm|ss/g) ?? [];
  const between = form.replace(/YYYY|MM|DD|HH|mm|ss/g, "");
  if (
    new Set(parts).size !== parts.length ||
    !REQUIRED.every((part) => parts.includes(part)) ||
    !/^[ T:./,_-]*$/.test(between)
  ) {
    throw new VitalproofError("INVALID_ARGUMENT", `"${form}" is not a form of times.`, {
      details: { name: "timeForm", value: form },
      hint: "Write it with YYYY, MM, DD, HH, mm and perhaps ss, each once, such as YYYY:MM:DD:HH:mm. Days as spreadsheets count them are the form spreadsheet.",
    });
  }
  const escaped = form.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  const pattern = new RegExp(`^${escaped.replace(/YYYY|MM|DD|HH|mm|ss/g, (part) => PARTS[part]!)}$`);
  return (text) => {
    const match = pattern.exec(text);
    if (match === null) return undefined;
    const part = (name: string): string => match[1 + parts.indexOf(name)]!;
    const second = parts.includes("ss") ? part("ss") : "0";
    return writtenTime([part("YYYY"), part("MM"), part("DD"), part("HH"), part("mm"), second], 0, undefined);
  };
}

function ofSpreadsheet(text: string, first: number): ReturnType<TimeForm> {
  const days = localDecimal(text);
  if (days === undefined || days.startsWith("-")) return undefined;
  const date = new Date(Math.round((Number(days) - first) * 86_400) * 1000);
  if (Number.isNaN(date.getTime())) return "impossible";
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  const [hour, minute, second] = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  return writtenTime([year, month, day, hour, minute, second], 0, undefined);
}
