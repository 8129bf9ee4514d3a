// SPDX-License-Identifier: GPL-3.0-or-later
import { type ColumnSchema, MIN_CELL } from "@vitalproof/sdk/research";
import type { RecordFault, RecordFaultKind } from "./fault.ts";
import type { ColumnChanges, RecordsReading } from "./reading.ts";

/** What ranges and steps refuse is said with the changes. */
const DONE: Partial<Record<RecordFaultKind, string>> = {
  "line not understood": "lines were not understood and left out",
  "no patient": "lines did not say whose they are and were left out",
  "unknown patient": "values of patients without a record were left out",
  "repeated patient": "repeated lines of a patient were counted once",
  "contradicting patient": "lines contradicted another one of the same patient, who was left out",
  "linked patient": "patients with a link to another record of theirs were left out",
  "repeated resource": "repeated resources were counted once",
  "contradicting resource": "resources contradicted another version of the same one, and neither was used",
  "no value": "entries without a value",
  "value not understood": "values not understood and refused",
  "unknown unit": "values in an unknown unit refused",
  "contradicting values": "values refused because others contradict them",
  "not final": "entries refused because they are not final or not confirmed",
  "time not understood": "entries refused because their time is not exact enough",
  "code not understood": "entries refused because of unknown codes",
  "patient without slot": "patients without a slot were left out",
  "patient in several slots": "slots belong to a patient who has another slot too",
  "slot without patient": "slots have no patient and are missing in all columns",
};

/** What was done to records, in sentences: first what is about all columns, then one for each. */
export function stepsOf(
  { schema, patients, changes }: RecordsReading,
  columns: readonly (readonly number[])[],
  faults: readonly RecordFault[],
  smallCounts: boolean,
): string[] {
  const count = (number: number): string =>
    number > 0 && number < MIN_CELL && !smallCounts ? `1 to ${MIN_CELL - 1}` : String(number);
  const general = faults.flatMap(({ kind, column, count: number }) =>
    column === undefined && DONE[kind] !== undefined ? [`${count(number)} ${DONE[kind]}.`] : [],
  );
  const slots = columns[0]?.length ?? 0;
  // What is left of all must not tell a small count either.
  const filled = (number: number): string =>
    slots > number && slots - number < MIN_CELL && !smallCounts
      ? `all but 1 to ${MIN_CELL - 1} slots have a value`
      : `${count(number)} slots have a value`;
  return [
    `Records of ${count(patients.size)} patients were read for ${count(slots)} slots. Counts of changes are of all that was read.`,
    ...general,
    ...schema.columns.map((column, i) => {
      const done = [
        ...changesOf(column, changes[i]!, count),
        ...faults.flatMap((fault) => (fault.column === column.name ? refusedBy(fault, count) : [])),
        filled(columns[i]!.filter((code) => code !== 0).length),
      ];
      return `${column.name}: ${done.join("; ")}.`;
    }),
  ];
}

function refusedBy({ kind, count: number }: RecordFault, count: (number: number) => string): string[] {
  if (kind === "resource not in files") return ["no file has such resources"];
  const said = DONE[kind];
  return said === undefined ? [] : [`${count(number)} ${said}`];
}

function changesOf(
  column: ColumnSchema,
  changes: ColumnChanges,
  count: (number: number) => string,
): string[] {
  const said: string[] = [];
  const say = (number: number, what: string): void => {
    if (number > 0) said.push(`${count(number)} ${what}`);
  };
  for (const [text, number] of changes.missing) say(number, `${nameOf(text)} taken as missing`);
  say(changes.absent, "patients without an entry taken as such");
  if (column.kind === "category") return said;
  const { minimum, maximum, step, unit } = column;
  for (const [from, number] of changes.converted) say(number, `converted from ${from} to ${unit}`);
  say(changes.rounded, `rounded to ${step}`);
  say(changes.clampedBelow, `below ${minimum} taken as ${minimum}`);
  say(changes.clampedAbove, `above ${maximum} taken as ${maximum}`);
  say(changes.leftBelow, `below ${minimum} taken as missing`);
  say(changes.leftAbove, `above ${maximum} taken as missing`);
  say(changes.refusedBelow, `values below ${minimum} refused`);
  say(changes.refusedAbove, `values above ${maximum} refused`);
  say(changes.refusedBetween, `values between two steps of ${step} refused`);
  return said;
}

function nameOf(text: string): string {
  if (text === "") return "empty cells";
  return /^[+-]?0+(\.0+)?$/.test(text) ? "zeros" : `cells with "${text}"`;
}
