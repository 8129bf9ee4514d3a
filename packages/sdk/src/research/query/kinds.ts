// SPDX-License-Identifier: GPL-3.0-or-later
//
// Who is counted. The trap is in missing values: they have code 0, which is below every threshold, so that "below 60" as a program
// has it also holds for a record without a value. Expressions are therefore decided with three results:
//
// - A record is in a group if `where` and the group's expression both hold. Undecided is not in the group.
// - A record without a value in a column that the outcome compares, or that is summed up, is in no group: complete cases. A
//   missing value must not count as "no", nor be in the denominator of one that only counts if it is "yes".
// - Columns of which the outcome asks `is missing` or `is present` are not among these: there the outcome says what missing
//   values count as. A record whose outcome is undecided all the same is in no group.
import { partsOf, type Rule } from "./rules.ts";
import { deciderOf, type Space, type State, statesOf } from "./space.ts";

export type QueryRules = {
  readonly where?: Rule;
  readonly outcome?: Rule;
  /** None: the one group is `where`. */
  readonly groups: readonly [a: Rule, b: Rule] | readonly [];
};

/** What a record is in an answer. */
export type Kind = "rest" | "a" | "aOutcome" | "b" | "bOutcome" | "both";

/** Columns in which every counted record has a value: those that are summed up, and those of the outcome. */
export function requiredOf(outcome: Rule | undefined, summed: readonly number[]): number[] {
  const parts = outcome === undefined ? [] : partsOf(outcome);
  const onPurpose = new Set(parts.filter((part) => "missing" in part).map(({ column }) => column));
  const compared = parts.map(({ column }) => column).filter((column) => !onPurpose.has(column));
  return [...new Set([...compared, ...summed])].sort((a, b) => a - b);
}

/** What records of each state are, in the order of `statesOf`. */
export function kindsOf(
  space: Space,
  { where, outcome, groups }: QueryRules,
  required: readonly number[],
): Kind[] {
  const decider = (rule: Rule | undefined, otherwise: boolean) =>
    rule === undefined ? () => otherwise : deciderOf(rule, space);
  const [isInWhere, hasOutcome] = [decider(where, true), decider(outcome, false)];
  const [isInA, isInB] = [decider(groups[0], true), decider(groups[1], false)];
  const complete = required.map((column) => space.findIndex((axis) => axis.column === column));
  const kindOf = (state: State): Kind => {
    const outcomeHolds = hasOutcome(state);
    const isComplete = outcomeHolds !== undefined && complete.every((axis) => state[axis]! > 0);
    if (!isComplete || isInWhere(state) !== true) return "rest";
    const [inA, inB] = [isInA(state) === true, isInB(state) === true];
    if (inA && inB) return "both";
    if (inA) return outcomeHolds ? "aOutcome" : "a";
    if (inB) return outcomeHolds ? "bOutcome" : "b";
    return "rest";
  };
  const kinds: Kind[] = [];
  for (const state of statesOf(space)) kinds.push(kindOf(state));
  return kinds;
}
