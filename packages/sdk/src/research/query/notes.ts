// SPDX-License-Identifier: GPL-3.0-or-later
//
// Comparisons that mean something else than they seem to: their values are often in another unit, or more exact than the column.
import { decimal } from "../../decimal.ts";
import { codeOf, codesFrom, highestCodeOf, valueAt } from "./codes.ts";
import { formatComparison } from "./formatQuery.ts";
import { type Comparison, comparisonsOf, type Query } from "./query.ts";
import { ruleOf } from "./rules.ts";
import type { DatasetSchema } from "./schema.ts";
import { columnAt, saidCode, titleOf } from "./words.ts";

export type Note = { readonly text: string; readonly never: boolean };

/** Each once. @throws QUERY_NOT_POSSIBLE as `ruleOf` */
export function notesOf({ where, outcome, groups }: Query, schema: DatasetSchema): Note[] {
  const all = [where, outcome, groups?.a, groups?.b]
    .filter((one) => one !== undefined)
    .flatMap(comparisonsOf);
  const notes = all.flatMap((comparison) => noteOf(comparison, schema));
  return [...new Map(notes.map((note) => [note.text, note])).values()];
}

function noteOf(comparison: Comparison, schema: DatasetSchema): Note[] {
  const rule = ruleOf(comparison, schema);
  if (!("spans" in rule)) return [];
  const written = formatComparison(comparison);
  const column = columnAt(rule.column, schema);
  const highest = highestCodeOf(column);
  const [first] = rule.spans;
  const isNever = first === undefined;
  if (isNever || (first[0] === 1 && first[1] === highest)) {
    const range = `${titleOf(column)} is from ${valueAt(column, 1)} to ${saidCode(column, highest)} in this dataset`;
    const why = column.kind === "number" ? range : "the column does not have other values";
    return [{ text: `${written} holds for ${isNever ? "no" : "every"} value: ${why}.`, never: isNever }];
  }
  if (column.kind === "category") return [];
  const numbers =
    "value" in comparison ? [comparison.value] : "values" in comparison ? comparison.values : [];
  return numbers.flatMap((number) => {
    const { above } = codesFrom(column, decimal(number));
    if (codeOf(column, number) !== undefined || above === 1 || above > highest) return [];
    const next = `${saidCode(column, above - 1)} and ${saidCode(column, above)}`;
    return [{ text: `${written}: the values next to ${number} are ${next}.`, never: false }];
  });
}
