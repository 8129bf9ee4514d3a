// SPDX-License-Identifier: GPL-3.0-or-later
//
// Whose receipts count after a group has changed its attester: histories that are true, and forged ones.
import { expect } from "chai";
import { type Signer, Wallet } from "ethers";
import {
  ATTESTER_OVERLAP,
  type GroupAttesters,
  Log,
  leafOf,
  packContext,
  Sealer,
  type SignedReceipt,
  signReceipt,
  verifyReceipt,
} from "../src/index.ts";
import { DAY, day, domain, FIRST, pair, profile } from "./sealerSupport.ts";
import { codeRejected, codeThrown } from "./support.ts";

describe("receipts across a change of attester", () => {
  const [first, second, third, stranger] = Array.from({ length: 4 }, () => Wallet.createRandom());
  /** The first hands over in epoch 10's day, the second in epoch 20's. */
  const ONE = (FIRST + 10) * DAY + 5_000;
  const TWO = (FIRST + 20) * DAY + 5_000;
  const trust: GroupAttesters = {
    attester: third!.address,
    previous: [
      { attester: first!.address, since: 0, until: ONE },
      { attester: second!.address, since: ONE, until: TWO },
    ],
  };
  /** A receipt for the last epoch that was over when it was received, or for the one that is named. */
  const receipt = (signer: Signer, receivedAt: number, epoch = Math.floor(receivedAt / DAY) - 1) =>
    signReceipt(signer, domain, {
      group: 1n,
      leaf: 5n,
      context: packContext({ profile: profile.id, offset: 0, epoch }),
      receivedAt,
      anchorDay: epoch,
    });
  const verdict = (given: SignedReceipt, by: GroupAttesters = trust): string => {
    try {
      verifyReceipt(domain, given, by);
      return "good";
    } catch {
      return codeThrown(() => verifyReceipt(domain, given, by));
    }
  };
  const expectVerdict = async (wanted: "good" | "RECEIPT_INVALID", cases: [Signer, number, number?][]) => {
    for (const [signer, at, epoch] of cases)
      expect(verdict(await receipt(signer, at, epoch)), `${at} ${epoch}`).to.equal(wanted);
  };

  it("T28: count while their signer was the attester", () =>
    expectVerdict("good", [
      [first!, FIRST * DAY],
      [first!, ONE - 1],
      [second!, ONE],
      [second!, TWO - 1],
      [third!, TWO],
      [third!, TWO + 1_000 * DAY],
    ]));

  it("T28: of a previous attester after the change, or of the next one before it, are refused", () =>
    expectVerdict("RECEIPT_INVALID", [
      [first!, ONE + ATTESTER_OVERLAP],
      [first!, TWO],
      [second!, ONE - ATTESTER_OVERLAP - 1],
      [second!, TWO + ATTESTER_OVERLAP],
      [third!, TWO - ATTESTER_OVERLAP - 1],
      [third!, FIRST * DAY],
      [stranger!, ONE],
    ]));

  it("count from both while clocks may differ, and no second longer", () =>
    expectVerdict("good", [
      [first!, ONE + ATTESTER_OVERLAP - 1],
      [second!, ONE - ATTESTER_OVERLAP],
      [second!, TWO + ATTESTER_OVERLAP - 1],
      [third!, TWO - ATTESTER_OVERLAP],
    ]));

  it("T28: a previous attester cannot date a receipt back for an epoch that ended after its time", async () => {
    await expectVerdict("RECEIPT_INVALID", [
      [first!, ONE - 1, FIRST + 10],
      [first!, ONE - 1, FIRST + 30],
      [second!, TWO - 1, FIRST + 20],
      [third!, TWO + 1, FIRST + 20],
    ]);
    // Stated in docs/security.md: of its own time it can.
    await expectVerdict("good", [[first!, ONE - 1, FIRST + 1]]);
  });

  it("of an account that was the attester twice count for both of its times", async () => {
    const back = { attester: first!.address, previous: trust.previous! };
    for (const [at, wanted] of [
      [ONE - 1, "good"],
      [ONE + ATTESTER_OVERLAP, "RECEIPT_INVALID"],
      [TWO, "good"],
    ] as const)
      expect(verdict(await receipt(first!, at), back), `${at}`).to.equal(wanted);
  });

  it("without a history count from one account alone, whatever their date", async () => {
    const now = { attester: third!.address };
    expect(verdict(await receipt(third!, FIRST * DAY), now)).to.equal("good");
    expect(verdict(await receipt(second!, TWO - 1), now)).to.equal("RECEIPT_INVALID");
    expect(verdict(await receipt(third!, FIRST * DAY), { ...now, previous: [] })).to.equal("good");
  });

  it("that were changed, or have a context that is not one, are refused", async () => {
    const good = await receipt(first!, ONE - 1);
    for (const change of [{ receivedAt: ONE - 2 }, { leaf: 6n }, { signature: "0x12" }, { group: 2n }])
      expect(verdict({ ...good, ...change }), JSON.stringify(Object.keys(change))).to.equal(
        "RECEIPT_INVALID",
      );
    const { signature: _, ...plain } = good;
    for (const context of [2n ** 60n, packContext({ profile: 60_000, offset: 0, epoch: 1 })]) {
      const signed = { ...plain, context };
      // More than 56 bits still fit the signed type.
      expect(verdict(await signReceipt(first!, domain, signed))).to.equal("RECEIPT_INVALID");
    }
  });

  it("a sealer keeps those of both attesters, verifies all, and accepts no new one of the old", async () => {
    const { sealer, attester, signer, store, device, opening, at, trust: before } = await pair();
    await sealer.append([...day(FIRST), ...day(FIRST + 1)]);
    const firstDay = (FIRST + 1) * DAY + 60;
    at(firstDay);
    expect((await sealer.sealAndSend(attester, firstDay)).receipts).to.have.length(1);
    // The group changes hands at noon of the next day.
    const change = (FIRST + 1) * DAY + DAY / 2;
    const next = Wallet.createRandom();
    const history = {
      domain,
      attester: next.address,
      previous: [{ attester: signer.address, since: 0, until: change }],
    };
    const now = (FIRST + 2) * DAY + 60;
    at(now);
    const resumed = async (own: typeof history | typeof before) =>
      new Sealer(await Log.resume(store, "log"), device, own);
    // The old attester goes on as if nothing had happened.
    const after = await resumed(history);
    expect(await codeRejected(after.sealAndSend(attester, now))).to.equal("RECEIPT_INVALID");
    expect(after.verifyReceipts()).to.equal(1);
    // The new one, on records that have what the old one had.
    const { context } = (await after.unsent())[0]!;
    const leaf = leafOf(opening.subject, context, after.log.head);
    const answer = await signReceipt(next, domain, {
      group: 1n,
      leaf,
      context,
      receivedAt: now,
      anchorDay: FIRST + 1,
    });
    const { receipts } = await after.send({ submitHead: async () => answer }, now);
    expect(receipts).to.deep.equal([answer]);
    expect(after.verifyReceipts()).to.equal(2);
    // One account alone, the old one or the new one, does not explain both.
    for (const own of [before, { domain, attester: next.address }])
      expect(codeThrown(() => new Sealer(after.log, device, own).verifyReceipts())).to.equal(
        "RECEIPT_INVALID",
      );
  });
});
