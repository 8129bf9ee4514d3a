// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a query asks of each record: circuits/research/program.circom.
import { VitalproofError } from "../errors.ts";
import { RESEARCH_SIZES, RESEARCH_WORDS } from "../generated/researchProtocol.ts";
import { packWord, unpackWord } from "../internal/word.ts";
import { assertInteger, invalid } from "../invalid.ts";
import { HIGHEST_CODE, PAGE_COLUMNS } from "./column.ts";

/** "The code in this column is at least this one." A missing value, 0, only reaches a code of 0. */
export type Condition = {
  /** Place of the column in its page, 0 to 13. */
  readonly column: number;
  /** The lowest code for which it holds, 0 to 4,096, which no code reaches. */
  readonly from: number;
};

/**
 * A record's index has bit p set if condition p holds. Groups and outcome are truth tables over the index: bit t of a table says
 * what records with index t are.
 */
export type Program = {
  /** At most 8. v is the column of the first one, u that of the second one. */
  readonly conditions: readonly Condition[];
  readonly a: bigint;
  /** Disjoint from `a`; 0 for a query about one group. */
  readonly b: bigint;
  readonly outcome: bigint;
  /** Which sums are released besides the counts. */
  readonly wants: { readonly v: boolean; readonly u: boolean };
};

/** A program as the contract takes it. */
export type ProgramWords = {
  readonly conditions: bigint;
  readonly a: bigint;
  readonly b: bigint;
  readonly outcome: bigint;
};

export const MOST_CONDITIONS = RESEARCH_SIZES.conditions;
const CONDITION_BITS = RESEARCH_WORDS.condition.reduce((sum, { bits }) => sum + bits, 0);
const WANTS_SHIFT = BigInt(CONDITION_BITS * MOST_CONDITIONS);

/** A code that no value has: a condition from it on never holds. */
export const NEVER = HIGHEST_CODE + 1;

/** A record's index. @param codes of the conditions' columns, in their order */
export function indexOf(conditions: readonly Condition[], codes: readonly number[]): number {
  return conditions.reduce((index, { from }, p) => (codes[p]! >= from ? index + 2 ** p : index), 0);
}

/** @throws INVALID_ARGUMENT naming the first rule that the program breaks */
export function assertProgram({ conditions, a, b, outcome, wants }: Program): void {
  if (conditions.length < 1 || conditions.length > MOST_CONDITIONS)
    throw invalid("number of conditions", conditions.length, `1 to ${MOST_CONDITIONS}`);
  for (const [p, { column, from }] of conditions.entries()) {
    assertInteger(`column of condition ${p}`, column, 0, PAGE_COLUMNS - 1);
    assertInteger(`code of condition ${p}`, from, 0, NEVER);
  }
  const entries = 1n << BigInt(conditions.length);
  for (const [name, table] of [
    ["group A", a],
    ["group B", b],
    ["the outcome", outcome],
  ] as const)
    if (table < 0n || table >> entries !== 0n)
      throw invalid(`truth table of ${name}`, table, `a number of ${entries} bits`);
  if (a === 0n) throw invalid("truth table of group A", a, "for at least one index");
  if ((a & b) !== 0n) throw invalid("overlap of groups A and B", a & b, "empty");
  // A sum over records without a value tells how many those are, and may be one person's value.
  if (wants.v) assertOfThoseWith("v", conditions[0], a | b, 0);
  if (wants.u) assertOfThoseWith("u", conditions[1], a, 1);
}

/** The groups are of records for which the condition holds, and it means that there is a value. */
function assertOfThoseWith(name: "v" | "u", condition: Condition | undefined, groups: bigint, place: 0 | 1) {
  if (condition === undefined || condition.from < 1 || condition.from > HIGHEST_CODE)
    throw invalid(
      `condition ${place}`,
      condition?.from ?? "missing",
      `one of a value, from a code of 1 to ${HIGHEST_CODE}, since ${name} is wanted`,
    );
  for (let index = 0n; groups >> index !== 0n; index++) {
    const isIn = ((groups >> index) & 1n) === 1n;
    if (isIn && ((index >> BigInt(place)) & 1n) === 0n)
      throw invalid(
        `index ${index} of the groups`,
        "without a value",
        `one in which condition ${place} holds, since ${name} is wanted`,
      );
  }
}

/** @throws INVALID_ARGUMENT */
export function packProgram(program: Program): ProgramWords {
  assertProgram(program);
  const { conditions, a, b, outcome, wants } = program;
  const packed = conditions.reduce(
    (word, { column, from }, p) =>
      word |
      (packWord(RESEARCH_WORDS.condition, { column, reach: NEVER - from }) << BigInt(CONDITION_BITS * p)),
    0n,
  );
  const flags = packWord(RESEARCH_WORDS.wants, { v: Number(wants.v), u: Number(wants.u) });
  return { conditions: packed | (flags << WANTS_SHIFT), a, b, outcome };
}

/**
 * The inverse of `packProgram`. Conditions of zeros at the end, which never hold, are left out, and so are entries of tables that
 * only they would reach.
 * @throws INVALID_ARGUMENT for words that `packProgram` does not give
 */
export function unpackProgram({ conditions: packed, a, b, outcome }: ProgramWords): Program {
  const flags = unpackWord(RESEARCH_WORDS.wants, packed >> WANTS_SHIFT);
  if (packed < 0n || flags === undefined)
    throw new VitalproofError("INVALID_ARGUMENT", `${packed} is not the first word of a program.`, {
      details: { word: packed },
    });
  const mask = (1n << BigInt(CONDITION_BITS)) - 1n;
  const words = Array.from(
    { length: MOST_CONDITIONS },
    (_, p) => (packed >> BigInt(CONDITION_BITS * p)) & mask,
  );
  while (words.length > 1 && words.at(-1) === 0n) words.pop();
  const conditions = words.map((word) => {
    const { column, reach } = unpackWord(RESEARCH_WORDS.condition, word)!;
    return { column, from: NEVER - reach };
  });
  const reached = (1n << (1n << BigInt(conditions.length))) - 1n;
  const program = {
    ...{ conditions, a: a & reached, b: b & reached, outcome: outcome & reached },
    wants: { v: flags.v === 1, u: flags.u === 1 },
  };
  assertProgram(program);
  return program;
}

/** Words of a program in the transcript: conditions, and each table in halves of 128 bits. */
export function programTranscript({ conditions, a, b, outcome }: ProgramWords): bigint[] {
  return [conditions, ...[a, b, outcome].flatMap((table) => [table & LOW, table >> 128n])];
}

const LOW = (1n << 128n) - 1n;
