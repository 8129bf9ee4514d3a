// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { type WrittenTime, writtenTime } from "./dateTime.ts";

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

/**
 * A form of local times that a caller names by its parts: `YYYY:MM:DD:HH:mm`, `DD.MM.YYYY HH:mm:ss`.
 * @throws INVALID_ARGUMENT for a form that leaves a part out, or has it twice
 */
export function timeForm(form: string): TimeForm {
  const parts: readonly string[] = form.match(/YYYY|MM|DD|HH|mm|ss/g) ?? [];
  const between = form.replace(/YYYY|MM|DD|HH|mm|ss/g, "");
  if (
    new Set(parts).size !== parts.length ||
    !REQUIRED.every((part) => parts.includes(part)) ||
    !/^[ T:./,_-]*$/.test(between)
  ) {
    throw new VitalproofError("INVALID_ARGUMENT", `"${form}" is not a form of times.`, {
      details: { name: "timeForm", value: form },
      hint: "Write it with YYYY, MM, DD, HH, mm and perhaps ss, each once, such as YYYY:MM:DD:HH:mm.",
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
