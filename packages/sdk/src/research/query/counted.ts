// SPDX-License-Identifier: GPL-3.0-or-later
import type { Kind } from "./kinds.ts";
import { notesOf } from "./notes.ts";
import type { Query } from "./query.ts";
import { notPossible } from "./rules.ts";
import type { DatasetSchema } from "./schema.ts";
import { type Space, type State, statesOf } from "./space.ts";
import { saidRecord } from "./words.ts";

/** @throws QUERY_NOT_POSSIBLE for groups that overlap or are empty, and for an outcome that tells nothing */
export function assertCounted(
  kinds: readonly Kind[],
  space: Space,
  query: Query,
  schema: DatasetSchema,
): void {
  const found = new Set(kinds);
  const { groups, outcome } = query;
  if (found.has("both")) {
    const { text, values } = saidRecord(space, fullestOfBoth(space, kinds), schema);
    throw notPossible("groups-overlap", `The groups overlap: a record with ${text} is in both.`, {
      details: { record: values },
      hint: 'Groups must exclude each other. Add a comparison, or write the second one with "not" and the first.',
    });
  }
  const sides = groups === undefined ? (["a"] as const) : (["a", "b"] as const);
  for (const side of sides) {
    if (found.has(side) || found.has(`${side}Outcome`)) continue;
    const name = groups === undefined ? "The group" : `Group ${side.toUpperCase()}`;
    throw notPossible(
      "group-empty",
      `${name} is empty: no record that is possible in this dataset belongs to it.`,
      {
        details: { group: side },
        hint: hintOf(query, schema),
      },
    );
  }
  if (outcome === undefined) return;
  const isMet = found.has("aOutcome") || found.has("bOutcome");
  if (isMet && (found.has("a") || found.has("b"))) return;
  throw notPossible(
    "outcome-constant",
    `The outcome ${isMet ? "always" : "never"} holds for records of the ${groups === undefined ? "group" : "groups"}.`,
    {
      details: { always: isMet },
      hint: "The answer is known before it is asked. Look for comparisons that repeat or exclude each other.",
    },
  );
}

function hintOf(query: Query, schema: DatasetSchema): string {
  const [note] = notesOf(query, schema).filter(({ never }) => never);
  return (
    note?.text ??
    "Look for comparisons that exclude each other, and for values that are missing and compared."
  );
}

/** The state of both groups in which the fewest values are missing: the plainest example. */
function fullestOfBoth(space: Space, kinds: readonly Kind[]): State {
  let fullest: State = [];
  let least = Number.POSITIVE_INFINITY;
  let place = 0;
  for (const state of statesOf(space)) {
    const missing = state.filter((level) => level === 0).length;
    if (kinds[place++] !== "both" || missing >= least) continue;
    [fullest, least] = [[...state], missing];
  }
  return fullest;
}
