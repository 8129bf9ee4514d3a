// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { randomFieldElement } from "../field.ts";
import { WORD_BITS } from "../generated/protocol.ts";
import { RESEARCH_CIRCUITS, RESEARCH_TAGS } from "../generated/researchProtocol.ts";
import { transcriptDigest } from "../hashes/transcript.ts";
import type { Point } from "../internal/babyJubJub.ts";
import { packDigits } from "../internal/packDigits.ts";
import { invalid } from "../invalid.ts";
import { Witness } from "../witness/witness.ts";
import { columnRootOf, type DataPage, dataPageRootOf, rootOfDataPage } from "./column.ts";
import {
  type AnswerClasses,
  classesRootOf,
  type Evaluation,
  evaluateProgram,
  packSums,
  smallCellsWith,
} from "./evaluate.ts";
import { indexOf, NEVER, type Program, packProgram } from "./program.ts";
import {
  type AnswerWords,
  answerInputs,
  answerTranscript,
  type RequestAddress,
  requestOf,
} from "./request.ts";
import { randomEphemeral, seal } from "./seal.ts";

export type AnswerRequest = {
  /** A query circuit of circuits.json. */
  readonly circuit: string;
  readonly address: RequestAddress;
  readonly program: Program;
  readonly page: DataPage;
  /** Bit i: the consent of record i is live. */
  readonly live: bigint;
  /** All exact answers of this page before this one, in the contract's order. */
  readonly earlier: readonly AnswerClasses[];
  /** The researcher's. */
  readonly key: Point;
  /**
   * Answers that were sent and are not on record, such as one that a revocation voided: their calldata is public, and their
   * researcher can open it.
   */
  readonly seen?: readonly AnswerClasses[];
};

/** An answer that can be proven and sent. */
export type Answer = {
  readonly words: AnswerWords;
  readonly digest: bigint;
  readonly witness: Witness;
  /** For the custodian alone: what is sealed, and what has to be kept for later answers. */
  readonly evaluation: Evaluation;
  readonly classes: AnswerClasses;
};

/** Numbers that have to be random in an answer, secret. */
export type AnswerSecrets = {
  readonly salt: bigint;
  readonly classSalt: bigint;
  /** Below 2^250. */
  readonly ephemeral: bigint;
};

/** Sizes of a query circuit. */
export type QuerySizes = {
  readonly records: number;
  readonly conditions: number;
  readonly values: number;
  readonly groups: number;
  readonly earlier: number;
};

/**
 * Evaluates a program over a page and seals the answer, or zeros where a cell is too small. Keep its classes from the moment it is
 * sent, whatever becomes of the transaction.
 * @throws CIRCUIT_TOO_SMALL when another circuit is needed; ANSWER_TOO_NEAR when it would be released and differ from a seen one in few
 *         people; INVALID_ARGUMENT
 */
export function answer(request: AnswerRequest): Answer {
  const secrets = {
    salt: randomFieldElement(),
    classSalt: randomFieldElement(),
    ephemeral: randomEphemeral(),
  };
  const made = answerWith(request, secrets);
  const near = (request.seen ?? []).findIndex(
    (seen, index) => smallCellsWith(seen, made.evaluation.classes, index).length > 0,
  );
  if (made.words.released && near >= 0)
    throw new VitalproofError(
      "ANSWER_TOO_NEAR",
      `The answer would differ in 1 to 10 people from answer ${near} of those that were sent.`,
      {
        details: { seen: near },
        hint: "Leave the query without an answer: its fee goes back. More consents have to change before it can be asked again.",
      },
    );
  return made;
}

/** Like `answer`, with numbers of the caller's instead of random ones. */
export function answerWith(request: AnswerRequest, { salt, classSalt, ephemeral }: AnswerSecrets): Answer {
  const { circuit, address, program, page, live, earlier, key } = request;
  const sizes = querySizesOf(circuit);
  assertFits(request, sizes);
  const evaluation = evaluateProgram(page, live, program, earlier);
  const released = evaluation.smallCells.length === 0;
  const classes = { classes: evaluation.classes, salt: classSalt };
  const plain = released ? packSums(evaluation.sums) : ([0n, 0n] as const);
  const words: AnswerWords = {
    ...seal(plain, { key, request: requestOf(address), ephemeral }),
    classes: classesRootOf(classes),
    released,
  };
  const packed = packProgram(program);
  const columnRoots = page.columns.map(columnRootOf);
  const transcript = answerTranscript(
    {
      ...{ address, program: packed, live, key },
      root: dataPageRootOf(page.number, columnRoots),
      earlier: earlier.map(classesRootOf),
    },
    words,
  );
  const inputs = programInputs(program, sizes);
  const digest = transcriptDigest({
    tag: RESEARCH_TAGS.query,
    salt,
    words: transcript,
    extra: packDigits(tuplesOf(page, program, sizes), sizes.conditions + 3, WORD_BITS),
  });
  const [, x, y] = answerInputs(address, digest, transcript);
  const opened = inputs.columns.map((column) => page.columns[column]!);
  const none: AnswerClasses = { classes: new Array(sizes.records).fill(0), salt: 0n };
  const before = Array.from({ length: sizes.earlier }, (_, q) => earlier[q] ?? none);
  const witness = new Witness(circuit, [digest, x, y], {
    ...{ digest, x, y, salt, classSalt, key, ephemeral, columnRoots, ...inputs },
    request: requestOf(address),
    number: page.number,
    live: bitsOf(live, sizes.records),
    values: opened.map(({ codes }) => codes),
    valueSalts: opened.map((column) => column.salt),
    earlier: before.map((one) => one.classes),
    earlierSalts: before.map((one) => one.salt),
    earlierUsed: before.map((_, q) => (q < earlier.length ? 1 : 0)),
  });
  return { words, digest, witness, evaluation, classes };
}

/** "Every value of this page is in range." Public inputs: `root, number`. @throws INVALID_ARGUMENT for another circuit */
export function pageWitness(circuit: string, page: DataPage): Witness {
  const known = Object.values(RESEARCH_CIRCUITS).find(({ name }) => name === circuit);
  if (known === undefined || known.family !== "research-page")
    throw invalid("circuit", circuit, "a page circuit of circuits.json");
  const records = page.columns[0]?.codes.length ?? 0;
  if (records !== known.sizes.records)
    throw invalid("number of records", records, `${known.sizes.records}, as ${circuit} has`);
  const root = rootOfDataPage(page);
  return new Witness(circuit, [root, BigInt(page.number)], {
    ...{ root, number: page.number },
    values: page.columns.map(({ codes }) => codes),
    salts: page.columns.map(({ salt }) => salt),
  });
}

/** @throws INVALID_ARGUMENT for another circuit */
export function querySizesOf(circuit: string): QuerySizes {
  const known = Object.values(RESEARCH_CIRCUITS).find(({ name }) => name === circuit);
  if (known !== undefined && "conditions" in known.sizes) return known.sizes;
  throw invalid("circuit", circuit, "a query circuit of circuits.json");
}

function assertFits({ circuit, program, page, earlier }: AnswerRequest, sizes: QuerySizes): void {
  const records = page.columns[0]?.codes.length ?? 0;
  if (records !== sizes.records)
    throw invalid("number of records", records, `${sizes.records}, as ${circuit} has`);
  const needs: readonly (readonly [string, number, number])[] = [
    ["conditions", program.conditions.length, sizes.conditions],
    ["values", program.wants.u ? 2 : 1, sizes.values],
    ["groups", program.b === 0n ? 1 : 2, sizes.groups],
    ["earlier answers", earlier.length, sizes.earlier],
  ];
  for (const [what, has, most] of needs) {
    if (has <= most) continue;
    throw new VitalproofError(
      "CIRCUIT_TOO_SMALL",
      `${circuit} takes ${most} ${what}, and this needs ${has}.`,
      {
        details: { circuit, what, has, most },
        hint: "Answer with a circuit that takes more. If no circuit does, the exact answers of this page are used up.",
      },
    );
  }
}

/** The program's parts, filled up to the circuit's sizes with conditions that never hold. */
function programInputs({ conditions, a, b, outcome, wants }: Program, sizes: QuerySizes) {
  const all = Array.from({ length: sizes.conditions }, (_, p) => conditions[p] ?? { column: 0, from: NEVER });
  const entries = 2 ** sizes.conditions;
  return {
    columns: all.map(({ column }) => column),
    reaches: all.map(({ from }) => NEVER - from),
    wants: [wants.v, wants.u].slice(0, sizes.values).map(Number),
    groups: [a, b].slice(0, sizes.groups).map((table) => bitsOf(table, entries)),
    outcome: bitsOf(outcome, entries),
  };
}

/** Index and marks of each record. */
function tuplesOf(page: DataPage, { conditions, a, b, outcome }: Program, sizes: QuerySizes): number[] {
  const entries = 2 ** sizes.conditions;
  return Array.from({ length: sizes.records }, (_, i) => {
    const index = indexOf(
      conditions,
      conditions.map(({ column }) => page.columns[column]!.codes[i]!),
    );
    const bit = (table: bigint) => Number((table >> BigInt(index)) & 1n);
    return index + entries * (bit(a) + 2 * bit(b) + 4 * bit(outcome));
  });
}

function bitsOf(word: bigint, count: number): bigint[] {
  return Array.from({ length: count }, (_, i) => (word >> BigInt(i)) & 1n);
}
