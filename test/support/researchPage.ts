// SPDX-License-Identifier: GPL-3.0-or-later
//
// Pages of columns, programs and requests, the same in every run.
import { babyjubjub } from "@noble/curves/misc.js";
import { answerWith } from "@vitalproof/sdk/measure";
import {
  type Answer,
  type AnswerClasses,
  type AnswerWords,
  answerInputs,
  answerTranscript,
  classesRootOf,
  type DataPage,
  PAGE_COLUMNS,
  type Program,
  packProgram,
  type RequestAddress,
  ResearchKey,
  rootOfDataPage,
} from "@vitalproof/sdk/research";
import { numberOf } from "./ledgerPage.ts";

export const REQUEST: RequestAddress = {
  chainId: 31_337n,
  market: "0x00000000000000000000000000000000000000A2",
  query: 1n,
  dataset: 1n,
};

export const RESEARCHER = new ResearchKey(new Uint8Array(32).fill(7));

/** Integers that look random, the same for a seed: each in [0, below). */
export function numbersOf(seed: string): (below: number) => number {
  let count = 0;
  return (below) => Number(numberOf(`${seed}/${count++}`) % BigInt(below));
}

/**
 * A page with columns that tests can count on: column 0 numbers the records from 1, so that a condition on it chooses how many
 * there are; column 1 has every other record at 2 and the rest at 1; column 2 is missing for every tenth; the others vary.
 */
export function dataPageOf(records: number, number = 3): DataPage {
  const random = numbersOf(`data page ${number}`);
  const columns = Array.from({ length: PAGE_COLUMNS }, (_, c) => ({
    codes: Array.from({ length: records }, (_, i) => {
      if (c === 0) return i + 1;
      if (c === 1) return 1 + (i % 2);
      if (c === 2) return i % 10 === 0 ? 0 : 1 + random(4_095);
      return random(4_096);
    }),
    salt: numberOf(`salt ${number}/${c}`),
  }));
  return { number, columns };
}

export const allLive = (records: number): bigint => (1n << BigInt(records)) - 1n;

/** Group A: the last `people` records. Outcome: none. Wants the mean of column 0. */
export function lastRecords(records: number, people: number): Program {
  return {
    conditions: [{ column: 0, from: records - people + 1 }],
    ...{ a: 0b10n, b: 0n, outcome: 0n, wants: { v: true, u: false } },
  };
}

export type Asked = {
  readonly circuit: string;
  readonly page: DataPage;
  readonly program: Program;
  readonly live?: bigint;
  readonly earlier?: readonly AnswerClasses[];
  readonly address?: RequestAddress;
};

const SECRETS = {
  salt: numberOf("transcript salt"),
  classSalt: numberOf("class salt"),
  ephemeral: numberOf("ephemeral"),
};

/** The answer to a query, with the same secrets in every run. */
export function answerOf({ live, earlier = [], address = REQUEST, ...asked }: Asked): Answer {
  const records = asked.page.columns[0]!.codes.length;
  return answerWith(
    { ...asked, address, earlier, live: live ?? allLive(records), key: RESEARCHER.publicKey },
    SECRETS,
  );
}

/**
 * Public inputs that the contract computes for an answer that was made for something else: its own words and the answer's digest.
 * @param words what the answer is sent with
 */
export function contractInputs(
  { live, earlier = [], address = REQUEST, page, program }: Asked,
  digest: bigint,
  words: AnswerWords,
  key = RESEARCHER.publicKey,
): [digest: bigint, x: bigint, y: bigint] {
  const state = {
    ...{ address, program: packProgram(program), root: rootOfDataPage(page), key },
    live: live ?? allLive(page.columns[0]!.codes.length),
    earlier: earlier.map(classesRootOf),
  };
  return answerInputs(address, digest, answerTranscript(state, words));
}

/** A random program over a page: thresholds near codes that occur, and any tables. */
export function randomProgram(
  seed: string,
  page: DataPage,
  { conditions: most, values, groups }: { conditions: number; values: number; groups: number },
): Program {
  const random = numbersOf(seed);
  const count = Math.max(1 + random(most), values);
  const conditions = Array.from({ length: count }, () => {
    const column = random(PAGE_COLUMNS);
    const { codes } = page.columns[column]!;
    const near = codes[random(codes.length)]! + random(3) - 1;
    return { column, from: Math.min(4_096, Math.max(0, random(20) === 0 ? 4_096 * random(2) : near)) };
  });
  const entries = 2 ** count;
  const table = (tenths: number) =>
    Array.from({ length: entries }, (_, t) => (random(10) < tenths ? 1n << BigInt(t) : 0n)).reduce(
      (sum, bit) => sum | bit,
      0n,
    );
  const wants = { v: random(4) > 0, u: values === 2 && random(4) > 0 };
  // What is summed up is of records that have a value.
  for (const [place, isWanted] of [wants.v, wants.u].entries()) {
    const condition = conditions[place];
    if (isWanted && condition !== undefined)
      conditions[place] = { ...condition, from: Math.min(4_095, Math.max(1, condition.from)) };
  }
  const allowed = (isA: boolean) =>
    Array.from({ length: entries }, (_, t) => {
      const isIn = (!wants.v || (t & 1) === 1) && (!wants.u || !isA || (t & 2) === 2);
      return isIn ? 1n << BigInt(t) : 0n;
    }).reduce((sum, bit) => sum | bit, 0n);
  const a = table(6) & allowed(true) || 1n << BigInt(entries - 1);
  const b = groups === 2 ? table(5) & ~a & allowed(false) : 0n;
  return { conditions, a, b, outcome: table(random(11)), wants };
}

/** The seven points whose order is 2, 4 or 8: multiples of one of order 8, by a generator of the whole curve (EIP-2494). */
export const SMALL_ORDER: readonly (readonly [bigint, bigint])[] = (() => {
  const { Point } = babyjubjub;
  const generator = Point.fromAffine({
    x: 995203441582195749578291179787384436505546430278305826713579947235728471134n,
    y: 5472060717959818805561601436314318772137091100104008585924551046643952123905n,
  });
  const eighth = generator.multiplyUnsafe(Point.Fn.ORDER - 1n).add(generator);
  return [1n, 2n, 3n, 4n, 5n, 6n, 7n].map((k) => {
    const { x, y } = eighth.multiplyUnsafe(k).toAffine();
    return [x, y] as const;
  });
})();
