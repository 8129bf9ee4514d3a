// SPDX-License-Identifier: GPL-3.0-or-later
//
// Knows everything on the chain, and wants to know which policy of one program and which of another are one patient's.
// It learns from patients of whom it knows (its own customers, say) how pairs differ, and scores pairs of others.
import type { Interface } from "ethers";
import type { PublicTransaction } from "./population.ts";

/** What the chain shows about one policy. */
export interface PolicyTrace {
  readonly policy: bigint;
  readonly program: bigint;
  readonly all: readonly PublicTransaction[];
  readonly issue: PublicTransaction;
  readonly grants: readonly PublicTransaction[];
  readonly claims: readonly (PublicTransaction & { readonly period: number; readonly proof: string })[];
  readonly payments: readonly PublicTransaction[];
  readonly holder: bigint;
  readonly controller: string;
  readonly nonce: bigint;
  readonly expiry: number;
  /** Every account in calldata and events. */
  readonly accounts: ReadonlySet<string>;
  /** Every word of calldata and events. */
  readonly words: ReadonlySet<string>;
  /** Zero bytes of calldata, and gas of claims, on average. */
  readonly zeros: number;
  readonly claimGas: number;
}

const DAY = 86_400;

/** Sorts what happened on a chain by policy, as an explorer would. */
export function tracesOf(
  transactions: readonly PublicTransaction[],
  interfaces: { claims: Interface; consents: Interface },
): PolicyTrace[] {
  const open = new Map<
    bigint,
    { -readonly [K in keyof PolicyTrace]: PolicyTrace[K] } & { all: PublicTransaction[] }
  >();
  const byController = new Map<string, bigint>();
  for (const sent of transactions) {
    const call = interfaces.claims.parseTransaction(sent) ?? interfaces.consents.parseTransaction(sent);
    if (call === null) continue;
    let policy: bigint | undefined;
    if (call.name === "issuePolicy") {
      const attestation = call.args[0] as unknown as {
        program: bigint;
        holder: bigint;
        controller: string;
        nonce: bigint;
        expiry: bigint;
      };
      const { program, holder, controller, nonce, expiry } = attestation;
      policy = BigInt(open.size + 1);
      byController.set(controller, policy);
      open.set(policy, {
        policy,
        program,
        all: [],
        issue: sent,
        grants: [],
        claims: [],
        payments: [],
        holder,
        controller,
        nonce,
        expiry: Number(expiry),
        accounts: new Set(),
        words: new Set(),
        zeros: 0,
        claimGas: 0,
      });
    } else if (call.name === "grantWithSignature") {
      policy = byController.get((call.args[0] as unknown as { patient: string }).patient);
    } else {
      policy = call.args[0] as bigint;
    }
    const trace = policy === undefined ? undefined : open.get(policy);
    if (trace === undefined) throw new Error(`A transaction belongs to no policy: ${call.name}.`);
    trace.all.push(sent);
    if (call.name === "grantWithSignature") trace.grants = [...trace.grants, sent];
    if (call.name === "pay") trace.payments = [...trace.payments, sent];
    if (call.name === "submitClaim") {
      // The proof is the last eight words.
      const claim = { ...sent, period: Number(call.args[1]), proof: sent.data.slice(-64 * 8) };
      trace.claims = [...trace.claims, claim];
    }
  }
  return [...open.values()].map((trace) => {
    const words = new Set(trace.all.flatMap(wordsOf));
    const accounts = new Set([...words].filter((word) => /^0{24}[^0]/.test(word)));
    const claimGas = mean(trace.claims.map(({ gasUsed }) => gasUsed));
    return { ...trace, words, accounts, zeros: mean(trace.all.map(zerosOf)), claimGas };
  });
}

function wordsOf({ data, logs }: PublicTransaction): string[] {
  const texts = [
    data.slice(10),
    ...logs.flatMap((log) => [log.data.slice(2), ...log.topics.map((topic) => topic.slice(2))]),
  ];
  return texts.flatMap((text) => text.match(/.{64}/g) ?? []).map((word) => word.toLowerCase());
}

function bitsOf(value: bigint): number {
  let count = 0;
  for (const digit of value.toString(16)) count += BITS[Number.parseInt(digit, 16)]!;
  return count;
}
const BITS = [0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4];
const gap = (a: number, b: number) => Math.log1p(Math.abs(a - b));
const zerosOf = ({ data }: PublicTransaction) =>
  (data.slice(2).match(/../g) ?? []).filter((byte) => byte === "00").length;
const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const hourOf = ({ time }: PublicTransaction) => ((time % DAY) / DAY) * 2 * Math.PI;
/** Difference of two times of day, 0 to 1. */
const hourGap = (a: PublicTransaction, b: PublicTransaction) => (1 - Math.cos(hourOf(a) - hourOf(b))) / 2;
const proofBits = ({ claims }: PolicyTrace) =>
  claims[0] === undefined ? 0n : BigInt(`0x${claims[0].proof}`);

/** What a pair of policies may have in common. */
export const FEATURES: Readonly<Record<string, (a: PolicyTrace, b: PolicyTrace, rare: Rare) => number>> = {
  "rare account in both": (a, b, rare) => Number(shares(a.accounts, b.accounts, rare)),
  "rare word in both": (a, b, rare) => Number(shares(a.words, b.words, rare)),
  "bits of holders": (a, b) => bitsOf(a.holder ^ b.holder),
  "bits of controllers": (a, b) => bitsOf(BigInt(a.controller) ^ BigInt(b.controller)),
  "bits of nonces": (a, b) => bitsOf(a.nonce ^ b.nonce),
  "bits of proofs": (a, b) => bitsOf(proofBits(a) ^ proofBits(b)),
  "time between applications": (a, b) => gap(a.expiry, b.expiry),
  "time between issues": (a, b) => gap(a.issue.time, b.issue.time),
  "time between consents": (a, b) => gap(a.grants[0]?.time ?? 0, b.grants[0]?.time ?? 0),
  "time between payments": (a, b) => gap(a.payments[0]?.time ?? 0, b.payments[0]?.time ?? 0),
  "least time between any two": (a, b) =>
    Math.min(...a.all.flatMap((one) => b.all.map((other) => gap(one.time, other.time)))),
  "delay of the consent": (a, b) =>
    gap((a.grants[0]?.time ?? 0) - a.issue.time, (b.grants[0]?.time ?? 0) - b.issue.time),
  "places in the order": (a, b) => Math.abs(Number(a.policy - b.policy)),
  "hour of the day": (a, b) => mean(a.all.flatMap((one) => b.all.map((other) => hourGap(one, other)))),
  "periods with the same fate": (a, b) => {
    const [one, other] = [a, b].map(({ claims }) => new Set(claims.map(({ period }) => period)));
    return [0, 1, 2].filter((period) => one!.has(period) === other!.has(period)).length;
  },
  "number of claims": (a, b) => Math.abs(a.claims.length - b.claims.length),
  "gas of the issue": (a, b) => Math.abs(a.issue.gasUsed - b.issue.gasUsed),
  "gas of the consent": (a, b) => Math.abs((a.grants[0]?.gasUsed ?? 0) - (b.grants[0]?.gasUsed ?? 0)),
  "gas of claims": (a, b) => Math.abs(a.claimGas - b.claimGas),
  "zero bytes": (a, b) => Math.abs(a.zeros - b.zeros),
};

/** Words that few policies have: what all have tells nobody apart. */
export type Rare = ReadonlySet<string>;

function shares(a: ReadonlySet<string>, b: ReadonlySet<string>, rare: Rare): boolean {
  for (const word of a) if (b.has(word) && rare.has(word)) return true;
  return false;
}

/** Words of at most three policies, other than small numbers. */
export function rareWords(traces: readonly PolicyTrace[]): Rare {
  const counts = new Map<string, number>();
  for (const { words } of traces) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return new Set(
    [...counts].filter(([word, count]) => count <= 3 && !/^0{48}/.test(word)).map(([word]) => word),
  );
}

/** The chance that a true pair scores above a false one: 0.5 is guessing, 1 is knowing (Mann and Whitney). */
export function areaUnderCurve(trues: readonly number[], falses: readonly number[]): number {
  const all = [
    ...trues.map((score) => ({ score, true: true })),
    ...falses.map((score) => ({ score, true: false })),
  ];
  all.sort((a, b) => a.score - b.score);
  let sum = 0;
  for (let i = 0; i < all.length; ) {
    let end = i;
    while (end < all.length && all[end]!.score === all[i]!.score) end++;
    // Those of one score share their ranks.
    const rank = (i + 1 + end) / 2;
    for (; i < end; i++) if (all[i]!.true) sum += rank;
  }
  return (sum - (trues.length * (trues.length + 1)) / 2) / (trues.length * falses.length);
}

type Pair = readonly [PolicyTrace, PolicyTrace];

/** Weights by logistic regression over standardised features. */
class Model {
  readonly #centre: number[];
  readonly #spread: number[];
  readonly #weights: number[];

  constructor(trues: readonly number[][], falses: readonly number[][]) {
    const rows = [...trues, ...falses];
    const columns = rows[0]!.map((_, i) => rows.map((row) => row[i]!));
    this.#centre = columns.map(mean);
    this.#spread = columns.map(
      (column, i) => Math.sqrt(mean(column.map((x) => (x - this.#centre[i]!) ** 2))) || 1,
    );
    this.#weights = columns.map(() => 0);
    const scaled = rows.map((row) => this.#scaled(row));
    // Both kinds weigh the same, however many there are of each.
    const weight = (i: number) => (i < trues.length ? 0.5 / trues.length : 0.5 / falses.length);
    let bias = 0;
    for (let round = 0; round < 300; round++) {
      const slope = this.#weights.map((w) => 0.01 * w);
      let biasSlope = 0;
      scaled.forEach((row, i) => {
        const sum = row.reduce((total, x, j) => total + x * this.#weights[j]!, bias);
        const error = (1 / (1 + Math.exp(-sum)) - Number(i < trues.length)) * weight(i);
        for (const [j, x] of row.entries()) slope[j]! += error * x;
        biasSlope += error;
      });
      for (const [j, s] of slope.entries()) this.#weights[j]! -= s;
      bias -= biasSlope;
    }
  }

  #scaled(row: readonly number[]): number[] {
    return row.map((x, i) => (x - this.#centre[i]!) / this.#spread[i]!);
  }

  score(row: readonly number[]): number {
    return this.#scaled(row).reduce((sum, x, i) => sum + x * this.#weights[i]!, 0);
  }
}

/** How far an AUC strays by chance alone where scores tell nothing (one standard deviation). */
export function chanceOf(trues: number, falses: number): number {
  return Math.sqrt((trues + falses + 1) / (12 * trues * falses));
}

/**
 * How well an attacker tells pairs of one patient from pairs of two: it learns from one half of the patients and is
 * judged by the other, and the other way round.
 * @param falsesEach pairs of two for each patient that it is judged by
 */
export function linkage(
  traces: readonly PolicyTrace[],
  patients: readonly (readonly [bigint, bigint])[],
  falsesEach = 60,
): { auc: number; single: Record<string, number> } {
  const rare = rareWords(traces);
  const byPolicy = new Map(traces.map((trace) => [trace.policy, trace]));
  const pairs: Pair[] = patients.map(([a, b]) => [byPolicy.get(a)!, byPolicy.get(b)!]);
  const rowOf = ([a, b]: Pair) => Object.values(FEATURES).map((feature) => feature(a, b, rare));
  /** True pairs and false ones among some patients; of false ones `turns` for each patient. */
  const rowsOf = (some: readonly Pair[], turns: number) => ({
    trues: some.map(rowOf),
    falses: Array.from({ length: Math.min(turns, some.length - 1) }, (_, turn) =>
      some.map(([a], i) => rowOf([a, some[(i + turn + 1) % some.length]![1]])),
    ).flat(),
  });
  const halves = [pairs.filter((_, i) => i % 2 === 0), pairs.filter((_, i) => i % 2 === 1)];
  const [learn, judge] = [
    halves.map((half) => rowsOf(half, 8)),
    halves.map((half) => rowsOf(half, falsesEach)),
  ];
  const aucs = [0, 1].map((half) => {
    const model = new Model(learn[1 - half]!.trues, learn[1 - half]!.falses);
    const { trues, falses } = judge[half]!;
    return areaUnderCurve(
      trues.map((row) => model.score(row)),
      falses.map((row) => model.score(row)),
    );
  });
  const column = (kind: "trues" | "falses", i: number) =>
    judge.flatMap((rows) => rows[kind].map((row) => row[i]!));
  const single = Object.fromEntries(
    Object.keys(FEATURES).map((name, i) => [name, areaUnderCurve(column("trues", i), column("falses", i))]),
  );
  return { auc: mean(aucs), single };
}
