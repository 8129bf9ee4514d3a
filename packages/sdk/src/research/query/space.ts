// SPDX-License-Identifier: GPL-3.0-or-later
//
// All records that a query can tell apart. Rules compare with few codes, so that a column's codes fall into few levels: all
// codes of a level are treated alike. One level of each column makes a state; every state is possible.
import { highestCodeOf } from "./codes.ts";
import { partsOf, type Rule } from "./rules.ts";
import type { DatasetSchema } from "./schema.ts";

/** A column, and the first code of each of its levels: 0, the level of missing values, and more. */
export type Axis = { readonly column: number; readonly starts: readonly number[] };

/** Columns that matter, in the order of their places. */
export type Space = readonly Axis[];

/** For each axis, which level. */
export type State = readonly number[];

/** @param columns that matter besides those of the rules: whether they have a value */
export function spaceOf(rules: readonly Rule[], columns: Iterable<number>, schema: DatasetSchema): Space {
  const starts = new Map<number, Set<number>>([...columns].map((column) => [column, new Set([0, 1])]));
  for (const part of rules.flatMap(partsOf)) {
    const own = starts.get(part.column) ?? new Set([0, 1]);
    starts.set(part.column, own);
    if (!("spans" in part)) continue;
    const highest = highestCodeOf(schema.columns[part.column]!);
    for (const [from, to] of part.spans) {
      own.add(from);
      if (to < highest) own.add(to + 1);
    }
  }
  return [...starts]
    .map(([column, own]) => ({ column, starts: [...own].sort((a, b) => a - b) }))
    .sort((a, b) => a.column - b.column);
}

export function stateCount(space: Space): number {
  return space.reduce((product, { starts }) => product * starts.length, 1);
}

/** All states; the level of the first axis changes fastest. The same array is given each time. */
export function* statesOf(space: Space): Generator<State> {
  const state = space.map(() => 0);
  for (;;) {
    yield state;
    let axis = 0;
    while (axis < space.length && state[axis] === space[axis]!.starts.length - 1) state[axis++] = 0;
    if (axis === space.length) return;
    state[axis]! += 1;
  }
}

/** True, false, or undefined where a missing value leaves it open. */
export type Decision = boolean | undefined;

/** A rule as a function of states. */
export function deciderOf(rule: Rule, space: Space): (state: State) => Decision {
  if ("all" in rule) {
    const parts = rule.all.map((part) => deciderOf(part, space));
    return (state) => allOf(parts.map((decide) => decide(state)));
  }
  if ("any" in rule) {
    const parts = rule.any.map((part) => deciderOf(part, space));
    return (state) => anyOf(parts.map((decide) => decide(state)));
  }
  const axis = space.findIndex(({ column }) => column === rule.column);
  const byLevel = space[axis]!.starts.map((code): Decision => {
    if ("missing" in rule) return rule.missing === (code === 0);
    return code === 0 ? undefined : rule.spans.some(([from, to]) => from <= code && code <= to);
  });
  return (state) => byLevel[state[axis]!];
}

function allOf(parts: readonly Decision[]): Decision {
  if (parts.includes(false)) return false;
  return parts.includes(undefined) ? undefined : true;
}

function anyOf(parts: readonly Decision[]): Decision {
  if (parts.includes(true)) return true;
  return parts.includes(undefined) ? undefined : false;
}
