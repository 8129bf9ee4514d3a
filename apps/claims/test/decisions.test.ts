// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY, distributionTerms, packTerms } from "@vitalproof/sdk";
import { expect } from "chai";
import type { TransactionReceipt } from "ethers";
import { decisionsOf, endingOf } from "../src/data/decisions.ts";
import { finalBlock, finalityOf, finalityText } from "../src/data/finality.ts";
import { ledgerOf } from "../src/data/ledgerBook.ts";
import { begunPeriods, periodTimes, runsOf, unclaimedPeriods } from "../src/data/periods.ts";
import { begin, INSURER, OFFER, PATIENT, story, ZERO } from "./support/story.ts";

const HOUR = 3600;
const ARBITER = `0x${"aB".repeat(20)}`;
/** Days that begin at 05:00 UTC. */
const TERMS = packTerms(
  distributionTerms({
    circuit: "glucose-day",
    offset: 20,
    band: { atLeast: 70, atMost: 180 },
    share: { atLeast: 70 },
  }),
);
const START = 20_000 * DAY + 5 * HOUR;

describe("who may decide what", () => {
  const program = { insurer: INSURER, arbiter: ARBITER };
  const can = (state: "under-review" | "rejected" | "credited", account: string | undefined, now: number) => {
    const { approve, reject, arbitrate } = decisionsOf({ state, until: 100 }, program, account, now);
    return [approve && "approve", reject && "reject", arbitrate && "arbitrate"].filter(Boolean).join();
  };

  it("lets the insurer approve at any time and reject until the review is over", () => {
    expect(can("under-review", INSURER, 99)).to.equal("approve,reject");
    expect(can("under-review", INSURER.toUpperCase().replace("X", "x"), 100)).to.equal("approve");
    expect(can("rejected", INSURER, 99)).to.equal("approve");
  });

  it("lets the arbiter decide on what was rejected, until the time is over", () => {
    expect(can("rejected", ARBITER.toLowerCase(), 99)).to.equal("arbitrate");
    expect(can("rejected", ARBITER, 100)).to.equal("approve");
    expect(can("under-review", ARBITER, 99)).to.equal("");
  });

  it("lets anyone approve what nobody decided in time, and do nothing else", () => {
    expect(can("under-review", PATIENT, 99)).to.equal("");
    expect(can("under-review", PATIENT, 100)).to.equal("approve");
    expect(can("rejected", PATIENT, 100)).to.equal("approve");
    expect(can("credited", INSURER, 1)).to.equal("");
    expect(can("under-review", undefined, 100)).to.equal("");
  });
});

describe("periods of a policy", () => {
  const [scope, , ...rest] = begin;
  const ledger = ledgerOf(
    story(scope!, ["ProgramCreated", 1, INSURER, 1, 1, 4, OFFER.with(3, TERMS)], ...rest),
  );
  const program = ledger.programs.get(1n)!;
  const policy = ledger.policies.get(1n)!;

  it("begin and end as the terms have it", () => {
    expect(periodTimes(program, policy, 0)).to.include({ start: START, end: START + DAY });
    expect(periodTimes(program, policy, 6).end).to.equal(START + 7 * DAY);
  });

  it("have begun from their first second on", () => {
    const begun = (now: number) => begunPeriods(program, policy, now);
    expect([begun(START - 1), begun(START), begun(START + DAY - 1), begun(START + DAY)]).to.deep.equal([
      0, 1, 1, 2,
    ]);
    expect(begun(START + 100 * DAY)).to.equal(7);
  });

  it("can be ended by insurer and controller as long as one has not begun", () => {
    const ending = (account: string | undefined, now: number) => endingOf(policy, program, account, now);
    expect(ending(INSURER, START - 1)).to.deep.equal({ kept: 0, freed: 7 });
    expect(ending(PATIENT, START + DAY)).to.deep.equal({ kept: 2, freed: 5 });
    expect(ending(INSURER, START + 6 * DAY)).to.equal(undefined);
    expect(ending(ZERO, START)).to.equal(undefined);
    expect(ending(undefined, START)).to.equal(undefined);
  });

  it("are unclaimed once they are over and nothing happened", () => {
    const unclaimed = (now: number) => unclaimedPeriods(program, policy, [{ period: 1 }], now);
    expect(unclaimed(START - 1)).to.deep.equal([]);
    expect(unclaimed(START + DAY - 1)).to.deep.equal([]);
    expect(unclaimed(START + DAY)).to.deep.equal([0]);
    expect(unclaimed(START + 3 * DAY)).to.deep.equal([0, 2]);
    expect(unclaimed(START + 100 * DAY)).to.deep.equal([0, 2, 3, 4, 5, 6]);
    expect(unclaimedPeriods(program, { ...policy, periods: 0 }, [], START + DAY)).to.deep.equal([]);
  });

  it("side by side make a run", () => {
    expect(runsOf([0, 2, 3, 4, 6])).to.deep.equal([
      { from: 0, until: 1 },
      { from: 2, until: 5 },
      { from: 6, until: 7 },
    ]);
    expect(runsOf([])).to.deep.equal([]);
  });
});

describe("when a block is final", () => {
  it("counts its own block and those after it", () => {
    expect(finalityOf(7, 7, 1).final).to.equal(true);
    expect(finalityOf(7, 8, 3)).to.deep.equal({ final: false, confirmations: 2, needed: 3 });
    expect(finalityOf(7, 9, 3).final).to.equal(true);
    expect(finalityOf(7, 5, 1)).to.deep.equal({ final: false, confirmations: 0, needed: 1 });
    expect(finalityOf(7, undefined, 1).final).to.equal(false);
  });

  it("is waited for through silence, a moved transaction, and blocks that arrive between two questions", async () => {
    /** For each round of questions: the tip, and the block of the transaction. */
    const rounds: [number | Error, number | undefined][] = [
      [7, 7],
      [new Error("no answer"), 7],
      [8, undefined],
      [9, 8],
      // The receipt came from a later block than the tip.
      [9, 10],
      [10, 8],
    ];
    let asked = 0;
    const block = await finalBlock(
      {
        pollingInterval: 0,
        getBlockNumber: async () => {
          const tip = rounds[asked++]![0];
          if (tip instanceof Error) throw tip;
          return tip;
        },
        getTransactionReceipt: async () => {
          const blockNumber = rounds[asked - 1]![1];
          return blockNumber === undefined ? null : ({ blockNumber } as TransactionReceipt);
        },
      },
      "0x12",
      3,
    );
    expect([block, asked]).to.deep.equal([8, rounds.length]);
  });

  it("is said as it is", () => {
    expect(finalityText(1007, finalityOf(1007, 1008, 3))).to.equal("in block 1,007, 2 of 3 confirmations");
    expect(finalityText(7, finalityOf(7, 7, 1))).to.equal("final, in block 7");
  });
});
