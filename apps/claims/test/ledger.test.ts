// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY } from "@vitalproof/sdk";
import { expect } from "chai";
import type { TimedLog } from "../src/chain/history.ts";
import { totalsOf } from "../src/data/ledger.ts";
import { LedgerBook, ledgerOf } from "../src/data/ledgerBook.ts";
import { daySums, programDays } from "../src/data/series.ts";
import { begin, HASH, INSURER, PATIENT, story, TOKEN } from "./support/story.ts";

const money = (logs: TimedLog[]) => {
  const { free, reserved, owed, paid } = ledgerOf(logs).programs.get(1n)!;
  return [free, reserved, owed, paid].map(Number);
};

describe("what the events add up to", () => {
  it("reserves the whole benefit of a policy", () => {
    expect(money(story(...begin))).to.deep.equal([325, 175, 0, 0]);
  });

  it("credits a claim, pays it, and marks the periods as paid", () => {
    const logs = story(
      ...begin,
      ["ClaimSettled", 1, 0, HASH, 1, HASH, 0],
      ["ClaimSettled", 1, 2, HASH, 1, HASH, 0],
      ["PolicyPaid", 1, PATIENT, 2, 50],
      ["ClaimSettled", 1, 3, HASH, 1, HASH, 0],
    );
    expect(money(logs)).to.deep.equal([325, 100, 25, 50]);
    const { claims, policies } = ledgerOf(logs);
    expect(claims.map(({ period, state }) => [period, state])).to.deep.equal([
      [0, "paid"],
      [2, "paid"],
      [3, "credited"],
    ]);
    expect(policies.get(1n)).to.include({ reserved: 4, owed: 1, paid: 2 });
  });

  it("follows reviews: rejected and denied frees, rejected and credited pays", () => {
    const logs = story(
      ...begin,
      ["ClaimSettled", 1, 0, HASH, 1, HASH, 99],
      ["ClaimSettled", 1, 1, HASH, 1, HASH, 99],
      ["ClaimRejected", 1, 0, 199, "no device"],
      ["ClaimRejected", 1, 1, 199, "doubt"],
      ["ClaimDenied", 1, 0, "confirmed"],
      ["ClaimCredited", 1, 1, INSURER],
    );
    expect(money(logs)).to.deep.equal([350, 125, 25, 0]);
    expect(ledgerOf(logs).claims.map(({ state, reason, until }) => [state, reason, until])).to.deep.equal([
      ["denied", "confirmed", undefined],
      ["credited", "doubt", undefined],
    ]);
  });

  it("frees what is released or ended, and lets money out", () => {
    const logs = story(
      ...begin,
      ["PeriodsReleased", 1, 0, 1, 1],
      ["PolicyEnded", 1, INSURER, 4, 3],
      ["PayeeChanged", 1, INSURER],
      ["EscrowWithdrawn", 4, INSURER, 100],
    );
    expect(money(logs)).to.deep.equal([325, 75, 0, 0]);
    expect(ledgerOf(logs).policies.get(1n)).to.include({ periods: 4, reserved: 3, payee: INSURER });
  });

  it("releases what was open in a range, and leaves the rest", () => {
    const logs = story(
      ...begin,
      ["ClaimSettled", 1, 1, HASH, 1, HASH, 0],
      ["PeriodsReleased", 1, 0, 1, 1],
      ["PeriodsReleased", 1, 0, 4, 2],
    );
    expect(money(logs)).to.deep.equal([400, 75, 25, 0]);
    const states = ledgerOf(logs).claims.map(({ period, state }) => [period, state]);
    expect(states).to.deep.equal([
      [1, "credited"],
      [0, "released"],
      [2, "released"],
      [3, "released"],
    ]);
  });

  it("passes over foreign logs and what began before the first block", () => {
    const strange = { ...story(["EscrowFunded", 8, INSURER, 1])[0]!, topics: [HASH] };
    const logs = [strange, ...story(["EscrowFunded", 8, INSURER, 1], ["PolicyPaid", 5, PATIENT, 1, 1])];
    expect(ledgerOf(logs)).to.deep.include({ claims: [], movements: [] });
  });

  it("sums by token and by day", () => {
    const logs = story(
      ...begin,
      ["ClaimSettled", 1, 0, HASH, 1, HASH, 0],
      ["ClaimSettled", 1, 1, HASH, 1, HASH, 0],
      ["PolicyPaid", 1, PATIENT, 2, 50],
    );
    const ledger = ledgerOf(logs);
    expect(totalsOf(ledger.programs.values()).get(TOKEN)).to.deep.equal({
      free: 325n,
      reserved: 125n,
      owed: 0n,
      paid: 50n,
    });
    expect(daySums(ledger.movements)).to.deep.equal([
      { day: 2 * DAY, claims: 2, claimed: 50n, paid: 0n, claimedSoFar: 50n, paidSoFar: 0n },
      { day: 3 * DAY, claims: 0, claimed: 0n, paid: 50n, claimedSoFar: 50n, paidSoFar: 50n },
    ]);
  });

  it("adds up the same in portions as at once", () => {
    const logs = story(
      ...begin,
      ["ClaimSettled", 1, 0, HASH, 1, HASH, 0],
      ["ClaimSettled", 1, 1, HASH, 1, HASH, 99],
      ["PolicyPaid", 1, PATIENT, 1, 25],
      ["ClaimRejected", 1, 1, 199, "doubt"],
      ["ClaimSettled", 1, 2, HASH, 1, HASH, 0],
      ["PolicyEnded", 1, INSURER, 4, 3],
      ["PolicyPaid", 1, PATIENT, 1, 25],
    );
    const book = new LedgerBook();
    for (const log of logs) book.add([log]);
    expect(book.ledger()).to.deep.equal(ledgerOf(logs));
    expect(book.ledger().claims.map(({ state }) => state)).to.deep.equal(["paid", "rejected", "paid"]);
  });

  it("notes what a program has at the end of each day on which it moved", () => {
    // Two events a day.
    const logs = story(
      ...begin,
      ["ClaimSettled", 1, 0, HASH, 1, HASH, 0],
      ["PeriodsReleased", 1, 0, 2, 1],
      ["PayeeChanged", 1, INSURER],
      ["PolicyPaid", 1, PATIENT, 1, 25],
    );
    const { reserves, movements } = ledgerOf(logs);
    const held = reserves.get(1n)!;
    expect(held).to.deep.equal([
      { day: 0, free: 0n, reserved: 0n, owed: 0n },
      { day: DAY, free: 325n, reserved: 175n, owed: 0n },
      { day: 2 * DAY, free: 350n, reserved: 125n, owed: 25n },
      { day: 3 * DAY, free: 350n, reserved: 125n, owed: 0n },
    ]);
    expect(
      programDays(movements, held).map(({ claims, paidSoFar, owed }) => [claims, paidSoFar, owed]),
    ).to.deep.equal([
      [0, 0n, 0n],
      [0, 0n, 0n],
      [1, 0n, 25n],
      [0, 25n, 0n],
    ]);
  });
});
