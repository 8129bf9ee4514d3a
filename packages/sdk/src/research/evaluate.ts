// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the circuit computes, in plain arithmetic: circuits/research/query.circom and cells.circom.
import { assertField } from "../field.ts";
import { WORD_BITS } from "../generated/protocol.ts";
import { RESEARCH_SIZES, RESEARCH_TAGS, RESEARCH_WORDS } from "../generated/researchProtocol.ts";
import { absorb } from "../hashes/absorb.ts";
import { packDigits } from "../internal/packDigits.ts";
import { invalid } from "../invalid.ts";
import { assertDataPage, type DataPage } from "./column.ts";
import { assertProgram, indexOf, type Program } from "./program.ts";

/** Sums over the live records of one group. Sums that the program does not want are 0. */
export type GroupSums = {
  readonly n: bigint;
  readonly outcomes: bigint;
  /** Of codes. */
  readonly v: bigint;
  readonly vv: bigint;
};

/** What an answer releases. */
export type AnswerSums = {
  readonly a: GroupSums & { readonly u: bigint; readonly uu: bigint; readonly uv: bigint };
  readonly b: GroupSums;
};

/**
 * What a record was in an answer: 0 not live, 1 and 2 in group A with and without the outcome, 3 and 4 in group B, 5 in no group.
 */
export type RecordClass = 0 | 1 | 2 | 3 | 4 | 5;

/** Classes of all records in one answer, which only its custodian knows. */
export type AnswerClasses = {
  readonly classes: readonly RecordClass[];
  /** Random; secret. */
  readonly salt: bigint;
};

/** A number of people that is too small to be released, and where it occurs. */
export type SmallCell = {
  readonly cell: "rest" | "n" | "outcomes" | "others" | "with-earlier";
  readonly group?: "a" | "b";
  /** Which of the earlier answers, from 0. */
  readonly earlier?: number;
  readonly people: number;
};

export type Evaluation = {
  readonly sums: AnswerSums;
  readonly classes: readonly RecordClass[];
  /** Why the answer is suppressed; empty if it is released. For the custodian alone. */
  readonly smallCells: readonly SmallCell[];
};

/** Least number of people in a cell that is not empty. */
export const MIN_CELL = RESEARCH_SIZES.minCell;
const CLASSES = 6;
const CLASS_BITS = 3;

/**
 * Answers a program over every live record of a page, and says what must not be released.
 * @param live bit i: the consent of record i is live
 * @param earlier classes of the answers before this one
 * @throws INVALID_ARGUMENT
 */
export function evaluateProgram(
  page: DataPage,
  live: bigint,
  program: Program,
  earlier: readonly Pick<AnswerClasses, "classes">[] = [],
): Evaluation {
  assertProgram(program);
  assertDataPage(page);
  const records = page.columns[0]!.codes.length;
  if (live < 0n || live >> BigInt(records) !== 0n)
    throw invalid("live bits", live, `a number of ${records} bits`);
  const { conditions, wants } = program;
  const columns = conditions.map(({ column }) => page.columns[column]!.codes);
  const sums = {
    a: { n: 0n, outcomes: 0n, v: 0n, vv: 0n, u: 0n, uu: 0n, uv: 0n },
    b: { n: 0n, outcomes: 0n, v: 0n, vv: 0n },
  };
  const classes: RecordClass[] = [];
  for (let i = 0; i < records; i++) {
    const index = indexOf(
      conditions,
      columns.map((codes) => codes[i]!),
    );
    const has = (table: bigint) => ((table >> BigInt(index)) & 1n) === 1n;
    if (((live >> BigInt(i)) & 1n) === 0n) {
      classes.push(0);
      continue;
    }
    if (!has(program.a) && !has(program.b)) {
      classes.push(5);
      continue;
    }
    const inA = has(program.a);
    const outcome = has(program.outcome);
    classes.push(inA ? (outcome ? 1 : 2) : outcome ? 3 : 4);
    const v = wants.v ? BigInt(columns[0]![i]!) : 0n;
    const group = inA ? sums.a : sums.b;
    group.n += 1n;
    if (outcome) group.outcomes += 1n;
    group.v += v;
    group.vv += v * v;
    if (!inA || !wants.u) continue;
    const u = BigInt(columns[1]![i]!);
    sums.a.u += u;
    sums.a.uu += u * u;
    sums.a.uv += u * v;
  }
  const smallCells = [
    ...smallCellsOf(classes),
    ...earlier.flatMap((one, index) => smallCellsWith(one, classes, index)),
  ];
  return { sums, classes, smallCells };
}

/** Of one answer alone. */
function smallCellsOf(classes: readonly RecordClass[]): SmallCell[] {
  const count = (...wanted: readonly RecordClass[]) => classes.filter((one) => wanted.includes(one)).length;
  const cells: SmallCell[] = [
    { cell: "rest", people: count(5) },
    { cell: "n", group: "a", people: count(1, 2) },
    { cell: "outcomes", group: "a", people: count(1) },
    { cell: "others", group: "a", people: count(2) },
    { cell: "n", group: "b", people: count(3, 4) },
    { cell: "outcomes", group: "b", people: count(3) },
    { cell: "others", group: "b", people: count(4) },
  ];
  return cells.filter(isSmall);
}

/**
 * Of an answer together with one before it.
 * @param index of the earlier one, which the cells are given
 * @throws INVALID_ARGUMENT where they have different numbers of records
 */
export function smallCellsWith(
  { classes: before }: Pick<AnswerClasses, "classes">,
  classes: readonly RecordClass[],
  index: number,
): SmallCell[] {
  if (before.length !== classes.length)
    throw invalid(`number of records in earlier answer ${index}`, before.length, `${classes.length}`);
  const pairs = new Array<number>(CLASSES * CLASSES).fill(0);
  for (const [i, one] of classes.entries()) pairs[CLASSES * before[i]! + one]! += 1;
  // A record that was live in neither answer is in no count.
  return pairs
    .slice(1)
    .map((people): SmallCell => ({ cell: "with-earlier", earlier: index, people }))
    .filter(isSmall);
}

function isSmall({ people }: SmallCell): boolean {
  return people > 0 && people < MIN_CELL;
}

/** `Absorb(T_classes, salt, words)`, 84 classes of 3 bits to a word. */
export function classesRootOf({ classes, salt }: AnswerClasses): bigint {
  assertField("salt", salt, { secret: true });
  return absorb(RESEARCH_TAGS.classes, salt, packDigits(classes, CLASS_BITS, WORD_BITS));
}

/** The two words of an answer. @throws INVALID_ARGUMENT for sums beyond their fields */
export function packSums({ a, b }: AnswerSums): [bigint, bigint] {
  const pack = (
    fields: readonly { readonly name: string; readonly bits: number; readonly shift: number }[],
    values: Readonly<Record<string, bigint>>,
  ) =>
    fields.reduce((word, { name, bits, shift }) => {
      const value = values[name]!;
      if (value < 0n || value >> BigInt(bits) !== 0n)
        throw invalid(`the sum ${name}`, "too large", `a number of ${bits} bits`);
      return word | (value << BigInt(shift));
    }, 0n);
  return [pack(RESEARCH_WORDS.releasedA, a), pack(RESEARCH_WORDS.releasedB, b)];
}

/** The inverse of `packSums`; undefined for words that are not sums. */
export function unpackSums([first, second]: readonly [bigint, bigint]): AnswerSums | undefined {
  const unpack = <Name extends string>(
    fields: readonly { readonly name: Name; readonly bits: number; readonly shift: number }[],
    word: bigint,
  ): Record<Name, bigint> | undefined => {
    const { bits, shift } = fields.at(-1)!;
    if (word < 0n || word >> BigInt(bits + shift) !== 0n) return undefined;
    const values = fields.map((one) => [
      one.name,
      (word >> BigInt(one.shift)) & ((1n << BigInt(one.bits)) - 1n),
    ]);
    return Object.fromEntries(values) as Record<Name, bigint>;
  };
  const a = unpack(RESEARCH_WORDS.releasedA, first);
  const b = unpack(RESEARCH_WORDS.releasedB, second);
  return a === undefined || b === undefined ? undefined : { a, b };
}
