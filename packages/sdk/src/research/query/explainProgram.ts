// SPDX-License-Identifier: GPL-3.0-or-later

import { assertProgram, type Program } from "../program.ts";
import { type Belongs, boxesOf } from "./boxes.ts";
import { highestCodeOf } from "./codes.ts";
import { assertDatasetSchema, type DatasetSchema } from "./schema.ts";
import { type Space, statesOf } from "./space.ts";
import { columnAt, saidCode, saidCondition, saidLevels, titleOf } from "./words.ts";

/**
 * What a program asks, in words, one sentence per line, read from its conditions and tables alone: for a custodian, who must not
 * rely on what a researcher says about it, and for a researcher who wants to see what a query became.
 * @throws INVALID_ARGUMENT for what is not a program, or not a schema
 */
export function explainProgram(program: Program, schema: DatasetSchema): string[] {
  assertProgram(program);
  assertDatasetSchema(schema);
  const { conditions, a, b, outcome } = program;
  const space = spaceOfProgram(program, schema);
  const indices = [...indicesOf(program, space)];
  const has = (table: bigint, index: number) => ((table >> BigInt(index)) & 1n) === 1n;
  const counted = indices.map((index) => has(a | b, index));
  const membership = (table: bigint) => indices.map((index): Belongs => (has(table, index) ? "yes" : "no"));
  const kinds = indices.map((index, state) =>
    counted[state] ? 1 + 2 * Number(has(b, index)) + Number(has(outcome, index)) : 0,
  );
  const outcomes = indices.map(
    (index, state): Belongs => (counted[state] ? (has(outcome, index) ? "yes" : "no") : "may"),
  );
  const isOne = b === 0n;
  return [
    "Conditions:",
    ...conditions.map((condition) => `- ${saidCondition(condition, schema)}`),
    ...saidSet(isOne ? "The group has" : "Group A has", membership(a), space, schema),
    ...(isOne ? [] : saidSet("Group B has", membership(b), space, schema)),
    ...(outcome === 0n
      ? ["It does not ask for an outcome."]
      : saidSet(`Of ${isOne ? "it" : "them"}, the outcome holds for`, outcomes, space, schema)),
    ...saidSums(program, schema),
    ...saidMissing(kinds, space, schema),
  ];
}

/** Levels between the conditions' codes. Those that hold for every record or for none make no difference. */
function spaceOfProgram({ conditions }: Program, schema: DatasetSchema): Space {
  const columns = [...new Set(conditions.map(({ column }) => column))].sort((a, b) => a - b);
  return columns.flatMap((column) => {
    const highest = highestCodeOf(columnAt(column, schema));
    const codes = conditions.filter((one) => one.column === column).map(({ from }) => from);
    const starts = [...new Set(codes)].filter((from) => from > 0 && from <= highest).sort((a, b) => a - b);
    return starts.length === 0 ? [] : [{ column, starts: [0, ...starts] }];
  });
}

/** The index in the truth tables of each state. */
function* indicesOf({ conditions }: Program, space: Space): Generator<number> {
  for (const state of statesOf(space)) {
    const codes = new Map(space.map(({ column, starts }, axis) => [column, starts[state[axis]!]!]));
    yield conditions.reduce(
      (index, { column, from }, p) => ((codes.get(column) ?? 0) >= from ? index + 2 ** p : index),
      0,
    );
  }
}

function saidSet(lead: string, belongs: readonly Belongs[], space: Space, schema: DatasetSchema): string[] {
  if (!belongs.includes("yes")) return [`${lead} no record.`];
  if (!belongs.includes("no")) return [`${lead} every record.`];
  const boxes = boxesOf(
    space.map(({ starts }) => starts.length),
    belongs,
  );
  const said = boxes.map((box) =>
    box
      .flatMap((chosen, axis) => {
        const { column, starts } = space[axis]!;
        return chosen.includes(false) ? [saidLevels(columnAt(column, schema), starts, chosen)] : [];
      })
      .join(", and "),
  );
  if (said.length === 1) return [`${lead} the records for which ${said[0]}.`];
  return [`${lead} the records for which one of these holds:`, ...said.map((one) => `- ${one}`)];
}

function saidSums({ conditions, wants, b }: Program, schema: DatasetSchema): string[] {
  const titleAt = (p: number) => titleOf(columnAt(conditions[p]!.column, schema));
  const lines = ["The answer has the number of records and of outcomes of each group."];
  if (wants.v)
    lines.push(
      `It has the sums of ${titleAt(0)} and of its squares, ${b === 0n ? "of the group" : "of each group"}.`,
    );
  const inA = b === 0n ? "of the group" : "of group A";
  if (wants.u) lines.push(`It has the sums of ${titleAt(1)} and of its squares, ${inA}.`);
  if (wants.v && wants.u) lines.push(`It has the sum of ${titleAt(0)} times ${titleAt(1)}, ${inA}.`);
  return lines;
}

/** Where missing values count as something else. `compileQuery` only does that where a query asks `is missing`. */
function saidMissing(kinds: readonly number[], space: Space, schema: DatasetSchema): string[] {
  const lines: string[] = [];
  let stride = 1;
  for (const { column: place, starts } of space) {
    const lowest = kinds.flatMap((kind, i) =>
      Math.floor(i / stride) % starts.length === 0 && kind > 0 ? [i] : [],
    );
    // It decides nothing where all values are treated alike.
    const decides = lowest.some((i) => starts.some((_, level) => kinds[i + level * stride] !== kinds[i]));
    const column = columnAt(place, schema);
    if (starts[1]! > 1 && decides)
      lines.push(`Note: a missing ${titleOf(column)} counts as one below ${saidCode(column, starts[1]!)}.`);
    stride *= starts.length;
  }
  return lines;
}
