// SPDX-License-Identifier: GPL-3.0-or-later
//
// Inputs from which `hardhat circuits attack` starts, for every instance: readings
// that use all kinds of codes, missing ones included, and one claim for each way
// through a template. The path of all of them has three levels.
import type { CircuitInput } from "@vitalproof/hardhat-circom/attack";
import type { CircuitInstance } from "@vitalproof/hardhat-circom/list";
import { honestClaimOf, inputOf } from "../support/claim.ts";
import { holderOf, subjectOf } from "../support/hashes.ts";
import { type Shape, shapeOf, type TemplateName } from "../support/shapes.ts";
import type { TermsByTemplate } from "../support/terms.ts";
import { isLedger, ledgerInputs } from "./ledgerInputs.ts";
import { isResearch, researchInputs } from "./researchInputs.ts";

const SECRET = 77n;

export default function inputsOf({ name, raw }: CircuitInstance): CircuitInput[] {
  if (raw.template === "enrolment") {
    const scope = 5n;
    const policyHash = 0x9011c7n;
    return [
      { holder: holderOf(SECRET, scope), subject: subjectOf(SECRET), scope, policyHash, secret: SECRET },
    ];
  }
  if (isLedger(raw.template)) return [...ledgerInputs(name, raw.template)];
  if (isResearch(raw.template)) {
    const { records } = raw.sizes as { records: number };
    return [...researchInputs(name, raw.template, records)];
  }
  const shape = shapeOf(name);
  const { template } = shape;
  return WAYS[template](shape).map(([codes, terms]) =>
    inputOf(honestClaimOf(template, shape, { codes: inEpochs(shape, codes), terms })),
  );
}

type Way<T extends TemplateName> = readonly [codes: readonly bigint[], terms: Partial<TermsByTemplate[T]>];

const inEpochs = ({ epochs, slots }: Shape, flat: readonly bigint[]) =>
  Array.from({ length: epochs }, (_, e) => flat.slice(e * slots, (e + 1) * slots));

/** Codes in steps of five, or so far apart that those of a few slots reach the highest. */
const allCodes = ({ epochs, slots, codes }: Shape) => {
  const step = Math.max(5, Math.floor((codes + 1) / (epochs * slots)));
  return Array.from({ length: epochs * slots }, (_, i) => BigInt((step * i) % (codes + 1)));
};

/** The middle third of the codes. */
const bandOf = ({ codes }: Shape) => ({
  low: BigInt(1 + Math.floor(codes / 3)),
  high: BigInt(1 + Math.floor((2 * codes) / 3)),
});

/** Runs inside "#", outside ".", and missing "?" slots in and between them. */
const RUNS = "###?##.??###.#?#.####??.??#.##?#";

const WAYS: { readonly [T in TemplateName]: (shape: Shape) => readonly Way<T>[] } = {
  distribution: (shape) => [
    [allCodes(shape), { ...bandOf(shape), shareMin: 1_000n, meanMin: 1n, coverageMin: 5_000n }],
    [allCodes(shape), { ...bandOf(shape), flags: 1n, shareMin: 1_000n, coverageMin: 5_000n }],
  ],
  episode: (shape) => {
    const band = bandOf(shape);
    const codes = Array.from({ length: shape.epochs * shape.slots }, (_, i) => {
      const mark = RUNS[i % RUNS.length];
      return mark === "?" ? 0n : mark === "#" ? band.low : BigInt(shape.codes);
    });
    const terms = { ...band, minRun: 3n, coverageMin: 5_000n };
    return [
      [codes, { ...terms, runsMin: 2n }],
      [codes, { ...terms, runsMax: BigInt(codes.length) }],
      [codes, { ...terms, runsMin: 2n, runsMax: BigInt(codes.length), flags: 1n }],
    ];
  },
  regularity: (shape) => {
    const codes = allCodes(shape);
    const terms = { ...bandOf(shape), level: 1n, epochsMin: 1n, coverageMin: 5_000n };
    return [
      [codes, { ...terms, shareMin: 1_000n }],
      [codes, { ...terms, flags: 3n }],
    ];
  },
  impact: (shape) => {
    const codes = allCodes(shape);
    const threshold = 30n;
    return [
      [codes, { threshold, minRun: 1n, countMin: 1n, coverageMin: 5_000n }],
      [codes, { threshold, minRun: 2n, countMax: BigInt(codes.length) }],
      [codes, { threshold, minRun: 2n, countMin: 1n, countMax: BigInt(codes.length), flags: 1n }],
      [codes, { threshold, minRun: 0n, countMin: 1n, countMax: BigInt(codes.length) }],
    ];
  },
};
