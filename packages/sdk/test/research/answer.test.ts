// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a custodian's and a researcher's side refuse, and that no error has a patient's value.
import {
  type AnswerRequest,
  answer,
  dataPage,
  evaluateProgram,
  type Program,
  packProgram,
  packSums,
  ResearchKey,
  requestOf,
  seal,
  unpackProgram,
} from "@vitalproof/sdk/research";
import { expect } from "chai";
import { codeThrown } from "../support.ts";

const RECORDS = 256;
const key = new ResearchKey(new Uint8Array(32).fill(5));
const page = dataPage(0, RECORDS, [Array.from({ length: RECORDS }, (_, i) => i + 1)]);
const live = (1n << 256n) - 1n;
const address = { chainId: 1n, market: "0x00000000000000000000000000000000000000A2", query: 1n, dataset: 1n };

/** The last `people` records, and the mean of column 0. */
const last = (people: number): Program => ({
  conditions: [{ column: 0, from: RECORDS - people + 1 }],
  ...{ a: 0b10n, b: 0n, outcome: 0n, wants: { v: true, u: false } },
});
const asked = (program: Program, more: Partial<AnswerRequest> = {}) =>
  answer({
    ...{ circuit: "query-256", address, program, page, live, earlier: [], key: key.publicKey },
    ...more,
  });

describe("research: answers", () => {
  it("are opened by their key, of their request, and not where they are suppressed", () => {
    const { words, evaluation } = asked(last(100));
    expect(key.open(words, requestOf(address))).to.deep.equal(evaluation.sums);
    const other = new ResearchKey(new Uint8Array(32).fill(6));
    expect(codeThrown(() => other.open(words, requestOf(address)))).to.equal("ANSWER_NOT_OPENED");
    expect(codeThrown(() => key.open(words, 5n))).to.equal("ANSWER_NOT_OPENED");
    const small = asked(last(10));
    expect(small.words.released).to.equal(false);
    expect(codeThrown(() => key.open(small.words, requestOf(address)))).to.equal("ANSWER_SUPPRESSED");
  });

  it("Q6: are not made next to one that was sent and reverted, which its researcher has seen", () => {
    const seen = [asked(last(100)).classes];
    expect(codeThrown(() => asked(last(101), { seen }))).to.equal("ANSWER_TOO_NEAR");
    // A revocation is what reverts one.
    expect(codeThrown(() => asked(last(100), { seen, live: live & ~(1n << 200n) }))).to.equal(
      "ANSWER_TOO_NEAR",
    );
    expect(asked(last(100), { seen }).words.released).to.equal(true);
    expect(asked(last(111), { seen }).words.released).to.equal(true);
    // One that is suppressed anyway says nothing more.
    expect(asked(last(10), { seen }).words.released).to.equal(false);
  });

  it("Q18: errors about a page have no value of a patient in them", () => {
    const codes = Array.from({ length: RECORDS }, (_, i) => (i === 77 ? 4_999 : 1));
    for (const make of [
      () => dataPage(0, RECORDS, [codes]),
      () =>
        evaluateProgram({ ...page, columns: page.columns.map((one) => ({ ...one, codes })) }, live, last(9)),
    ])
      expect(make)
        .to.throw()
        .that.satisfies((error: Error & { details?: unknown }) => {
          const said = `${error.message} ${JSON.stringify(error.details)}`;
          return !said.includes("4999") && !said.includes("77");
        });
  });

  it("are refused for pages, live bits and sums that do not fit", () => {
    const short = page.columns.map((one, c) => (c === 3 ? { ...one, codes: one.codes.slice(1) } : one));
    for (const run of [
      () => evaluateProgram({ ...page, columns: short }, live, last(20)),
      () => evaluateProgram({ ...page, columns: [] }, live, last(20)),
      () => evaluateProgram(page, live << 1n, last(20)),
      () => dataPage(0, 0, []),
      () => dataPage(0, -5, []),
      () => dataPage(0, 2_000, []),
      () => dataPage(0, 2, [[1, 2, 3]]),
      () => asked(last(20), { circuit: "query-1024" }),
      () => asked(last(20), { circuit: "page-well-formed-256" }),
      () => seal([1n, 2n], { key: [0n, 1n], request: 1n, ephemeral: 2n }),
      () =>
        packSums({
          ...evaluateProgram(page, live, last(20)).sums,
          b: { n: 1n << 20n, outcomes: 0n, v: 0n, vv: 0n },
        }),
    ])
      expect(codeThrown(run), String(run)).to.equal("INVALID_ARGUMENT");
  });

  it("entries of tables that no record reaches are left out when a program is read", () => {
    const words = packProgram(last(20));
    const read = unpackProgram({ ...words, a: words.a | (1n << 200n), outcome: 1n << 9n });
    expect(read).to.deep.equal(last(20));
    // They make no difference to an answer.
    expect(evaluateProgram(page, live, read).sums).to.deep.equal(evaluateProgram(page, live, last(20)).sums);
  });
});
