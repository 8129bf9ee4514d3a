// SPDX-License-Identifier: GPL-3.0-or-later
//
// A sealer and an attester, with every way in which the line between them can break.
import { expect } from "chai";
import { Wallet } from "ethers";
import {
  bigintText,
  enrol,
  type LogOpening,
  leafAndDayOf,
  rootOfPath,
  Sealer,
  type SignedHead,
  type SignedReceipt,
  SimulatedDevice,
  signReceipt,
  VitalproofError,
} from "../src/index.ts";
import {
  breaking,
  DAY,
  day,
  domain,
  FIRST,
  GRACE_TIME,
  INTAKE_TIME,
  pair,
  statuses,
} from "./sealerSupport.ts";
import { codeRejected, codeThrown } from "./support.ts";

describe("people: sealer and attester", () => {
  it("enrols for the next epoch, and refuses the opening of another log", async () => {
    const { opening, attester, request } = await pair();
    expect(opening.firstEpoch).to.equal(FIRST);
    for (const change of [{ offset: 4 }, { subject: 7n }, { firstEpoch: FIRST + 5 }]) {
      const other = { enrol: async (): Promise<LogOpening> => ({ ...opening, ...change }) };
      expect(await codeRejected(enrol(other, request, FIRST * DAY - 3_600))).to.equal("LOG_DIVERGED");
    }
    expect(await codeRejected(enrol(attester, request, FIRST * DAY))).to.equal("INTAKE_DEVICE_EXISTS");
  });

  it("frees the device of an enrolment that failed", async () => {
    const { attester, at } = await pair();
    const device = new SimulatedDevice();
    const request = { subject: 99n, device, profile: "test-16", offset: 0 } as const;
    expect(await codeRejected(attester.enrol({ ...request, firstEpoch: FIRST - 5 }))).to.equal(
      "INTAKE_FIRST_EPOCH_PAST",
    );
    at(FIRST * DAY);
    expect((await attester.enrol(request)).firstEpoch).to.equal(FIRST);
  });

  it("hands the attester the public half of a device and nothing else of it", async () => {
    const seen: object[] = [];
    const { request, opening } = await pair();
    const attester = {
      enrol: async (given: object) => {
        seen.push(given);
        return opening;
      },
    };
    await enrol(attester, request, FIRST * DAY - 3_600);
    const { curve, publicKey } = request.device;
    expect(seen).to.deep.equal([{ ...request, firstEpoch: FIRST, device: { curve, publicKey } }]);
  });

  it("says how full the epochs would be that sealing would close, and agrees with sealing", async () => {
    const { sealer } = await pair();
    expect(sealer.due((FIRST + 1) * DAY - 1)).to.deep.equal([]);
    await sealer.append([...day(FIRST + 1), { time: (FIRST + 1) * DAY + DAY / 2, value: 3, unit: "1" }]);
    const due = sealer.due((FIRST + 3) * DAY);
    expect(due).to.deep.equal([
      { epoch: FIRST, filled: 0, samples: 16 },
      { epoch: FIRST + 1, filled: 2, samples: 16 },
      { epoch: FIRST + 2, filled: 0, samples: 16 },
    ]);
    expect(sealer.due((FIRST + 3) * DAY, FIRST)).to.deep.equal(due.slice(0, 1));
    const sealed = await sealer.seal((FIRST + 3) * DAY);
    expect(sealed.map(({ epoch, filled }) => ({ epoch, filled, samples: 16 }))).to.deep.equal(due);
    expect(sealer.due((FIRST + 3) * DAY)).to.deep.equal([]);
  });

  it("seals what is over, sends it in order and keeps every receipt", async () => {
    const { sealer, attester, at, trust } = await pair();
    for (const epoch of [FIRST, FIRST + 1, FIRST + 2]) await sealer.append(day(epoch));
    at((FIRST + 1) * DAY + 5);
    const first = await sealer.sealAndSend(attester, (FIRST + 1) * DAY + 5);
    expect([first.sealed.length, first.receipts.length]).to.deep.equal([1, 1]);
    at((FIRST + 2) * DAY + 5);
    expect((await sealer.sealAndSend(attester, (FIRST + 2) * DAY + 5)).receipts).to.have.lengthOf(1);
    expect(statuses(sealer)).to.deep.equal(["accepted", "accepted"]);
    expect(sealer.verifyReceipts()).to.equal(2);
    expect(await sealer.unsent()).to.deep.equal([]);
    const other = new Sealer(sealer.log, new SimulatedDevice(), {
      ...trust,
      attester: Wallet.createRandom().address,
    });
    expect(codeThrown(() => other.verifyReceipts())).to.equal("RECEIPT_INVALID");
  });

  it("follows gaps from the head that intake returns, and seals again what is still in time", async () => {
    const { sealer, attester, at, opening, subject } = await pair();
    for (const epoch of [FIRST, FIRST + 1, FIRST + 2]) await sealer.append(day(epoch, epoch - FIRST + 1));
    const now = (FIRST + 3) * DAY + 5;
    at(now);
    const { receipts, gaps, resealed } = await sealer.sealAndSend(attester, now);
    expect(gaps).to.deep.equal([FIRST, FIRST + 1]);
    expect(resealed).to.deep.equal([FIRST + 2]);
    expect(receipts).to.have.lengthOf(1);
    expect(statuses(sealer)).to.deep.equal(["gap", "gap", "accepted"]);
    // Its readings are the same, its head another one, and both logs agree.
    expect(sealer.log.period(FIRST + 2, 1).epochs[0]!.codes).to.include(4);
    const state = await attester.intake.stateOf(subject, opening.profile);
    expect([state.head, state.nextEpoch]).to.deep.equal([sealer.log.head, FIRST + 3]);
    expect(await sealer.send(attester, now)).to.deep.equal({ receipts: [], gaps: [], resealed: [] });
  });

  it("follows gaps that appear while it sends", async () => {
    const { sealer, attester, at } = await pair();
    for (const epoch of [FIRST, FIRST + 1]) await sealer.append(day(epoch));
    at((FIRST + 1) * DAY + 5);
    await sealer.seal((FIRST + 2) * DAY + 5);
    // The first head arrives in time; before the second does, its deadline passes.
    let sent = 0;
    const slow = {
      submitHead: (head: SignedHead) => {
        if (sent++ === 1) at((FIRST + 2) * DAY + INTAKE_TIME + 1);
        return attester.submitHead(head);
      },
    };
    const report = await sealer.send(slow, (FIRST + 2) * DAY + INTAKE_TIME + 1);
    expect([report.receipts.length, report.gaps]).to.deep.equal([1, [FIRST + 1]]);
    expect(statuses(sealer)).to.deep.equal(["accepted", "gap"]);
  });

  it("refuses receipts that are another attester's, for another head, group or chain", async () => {
    const { sealer, attester, at, signer } = await pair();
    await sealer.append(day(FIRST));
    const now = (FIRST + 1) * DAY + 5;
    at(now);
    await sealer.seal(now);
    const receipt = await attester.submitHead((await sealer.unsent())[0]!);
    const { signature: _, ...bare } = receipt;
    const wrong: [SignedReceipt, string][] = [
      [await signReceipt(Wallet.createRandom(), domain, bare), "RECEIPT_INVALID"],
      [await signReceipt(signer, { ...domain, chainId: 1n }, bare), "RECEIPT_INVALID"],
      [{ ...receipt, receivedAt: 1 }, "RECEIPT_INVALID"],
      [{ ...receipt, signature: "0x" }, "RECEIPT_INVALID"],
      [await signReceipt(signer, domain, { ...bare, leaf: 5n }), "LOG_DIVERGED"],
      [await signReceipt(signer, domain, { ...bare, group: 2n }), "LOG_DIVERGED"],
      [await signReceipt(signer, domain, { ...bare, context: bare.context + (1n << 32n) }), "LOG_DIVERGED"],
      [await signReceipt(signer, domain, { ...bare, anchorDay: FIRST + 9 }), "LOG_DIVERGED"],
    ];
    for (const [given, code] of wrong) {
      expect(await codeRejected(sealer.send({ submitHead: async () => given }, now))).to.equal(code);
      const state = { head: sealer.log.head, nextEpoch: FIRST + 1 };
      // Not even the right receipt before it is kept.
      if (code === "RECEIPT_INVALID") {
        const both = { receipts: [receipt, given], state };
        expect(await codeRejected(sealer.accept(both, now))).to.equal(code);
      }
      expect(statuses(sealer)).to.deep.equal(["sealed"]);
    }
    expect((await sealer.send(attester, now)).receipts).to.deep.equal([receipt]);
  });

  it("loses nothing when it stops at any write between sealing and the receipt", async () => {
    const whole = await pair();
    await whole.sealer.append(day(FIRST));
    for (let writes = 0; ; writes++) {
      expect(writes).to.be.lessThan(20);
      const { attester, store, at, restarted, sealer } = await pair();
      await sealer.append([...day(FIRST), ...day(FIRST + 1, 7)]);
      const now = (FIRST + 1) * DAY + 5;
      at(now);
      const dying = await restarted(breaking(store, writes)).catch(() => undefined);
      const ended = await dying?.sealAndSend(attester, now).then(
        () => true,
        () => false,
      );
      const again = await restarted();
      const { receipts } = await again.sealAndSend(attester, now);
      expect(again.log.epochs).to.have.lengthOf(1);
      expect(again.log.period(FIRST, 1).epochs[0]!.codes).to.include(6);
      expect(statuses(again)).to.deep.equal(["accepted"]);
      expect(again.verifyReceipts()).to.equal(1);
      expect(again.log.pending).to.equal(1);
      if (ended === true) {
        expect(receipts).to.deep.equal([]);
        return;
      }
    }
  });

  it("gets the first receipt again when the answer was lost", async () => {
    const { sealer, attester, at } = await pair();
    await sealer.append(day(FIRST));
    const now = (FIRST + 1) * DAY + 5;
    at(now);
    let first: SignedReceipt | undefined;
    const cut = {
      submitHead: async (head: SignedHead): Promise<SignedReceipt> => {
        first = await attester.submitHead(head);
        throw new VitalproofError("SERVICE_UNREACHABLE", "The line was cut.");
      },
    };
    expect(await codeRejected(sealer.sealAndSend(cut, now))).to.equal("SERVICE_UNREACHABLE");
    at(now + 60);
    expect((await sealer.send(attester, now + 60)).receipts).to.deep.equal([first]);
  });

  it("asks for a receipt that it lacks, and is not stopped where it does not get it", async () => {
    const { sealer, attester, at } = await pair();
    for (const epoch of [FIRST, FIRST + 1]) await sealer.append(day(epoch));
    const now = (FIRST + 1) * DAY + 5;
    at(now);
    await sealer.seal(now);
    await attester.submitHead((await sealer.unsent())[0]!);
    // A state alone says that the head was accepted.
    await sealer.accept({ receipts: [], state: { head: sealer.log.head, nextEpoch: FIRST + 1 } }, now);
    expect(statuses(sealer)).to.deep.equal(["accepted"]);
    expect(await sealer.unsent()).to.have.lengthOf(1);
    const later = (FIRST + 2) * DAY + 5;
    at(later);
    await sealer.seal(later);
    const stubborn = {
      submitHead: async (head: SignedHead) => {
        const receipt = await attester.submitHead(head);
        if (receipt.anchorDay > FIRST) return receipt;
        throw new VitalproofError("INTAKE_DEVICE_NOT_YET_ENROLLED", "That was before your device.");
      },
    };
    expect((await sealer.send(stubborn, later)).receipts).to.have.lengthOf(1);
    expect((await sealer.send(attester, later)).receipts).to.have.lengthOf(1);
    expect(sealer.verifyReceipts()).to.equal(2);
  });

  it("does not follow an attester whose log is another one or reaches beyond the clock", async () => {
    const { sealer, at, opening } = await pair();
    await sealer.append(day(FIRST));
    const now = (FIRST + 1) * DAY + 5;
    at(now);
    await sealer.seal(now);
    const before = JSON.stringify(sealer.log.epochs, bigintText);
    const saying = (nextEpoch: number, head: bigint | string) => ({
      submitHead: () =>
        Promise.reject(new VitalproofError("INTAKE_NOT_EXTENDING", "No.", { details: { nextEpoch, head } })),
    });
    expect(await codeRejected(sealer.send(saying(FIRST + 1, 123n), now))).to.equal("LOG_DIVERGED");
    expect(await codeRejected(sealer.send(saying(FIRST + 40_000, 123n), now))).to.equal("LOG_DIVERGED");
    expect(await codeRejected(sealer.send(saying(FIRST - 1, opening.genesis), now))).to.equal("LOG_DIVERGED");
    // As HTTP has it, and with nothing to follow: the attester's own refusal.
    const same = saying(FIRST, String(opening.genesis));
    expect(await codeRejected(sealer.send(same, now))).to.equal("INTAKE_NOT_EXTENDING");
    expect(JSON.stringify(sealer.log.epochs, bigintText)).to.equal(before);
  });

  it("shows neither readings nor keys when printed", async () => {
    const { sealer, device } = await pair();
    await sealer.append(day(FIRST));
    expect(JSON.parse(JSON.stringify(sealer))).to.deep.equal({
      type: "Sealer",
      log: { type: "Log", name: "log", nextEpoch: FIRST, pending: 1, readings: "(secret)" },
      device: device.publicKey,
    });
  });

  it("accepts heads that came together, each on its own, of one person and profile", async () => {
    const { sealer, attester, at, opening } = await pair();
    for (const epoch of [FIRST, FIRST + 1]) await sealer.append(day(epoch));
    const now = (FIRST + 2) * DAY + 5;
    at(now);
    await sealer.seal(now);
    const heads = await sealer.unsent();
    const answer = await attester.submitHeads(heads);
    expect(answer.refused.map(({ epoch, code }) => [epoch, code])).to.deep.equal([
      [FIRST, "INTAKE_TOO_LATE"],
      [FIRST + 1, "INTAKE_NOT_EXTENDING"],
    ]);
    expect(answer.state.nextEpoch).to.equal(FIRST + 1);
    expect(answer.profile).to.equal(opening.profile);
    expect(await sealer.accept(answer, now)).to.deep.equal({ gaps: [FIRST], resealed: [FIRST + 1] });
    const second = await attester.submitHeads(await sealer.unsent());
    expect(second.receipts).to.have.lengthOf(1);
    await sealer.accept(second, now);
    expect(statuses(sealer)).to.deep.equal(["gap", "accepted"]);
    const mixed = [heads[0]!, { ...heads[1]!, subject: 5n }];
    expect(await codeRejected(attester.submitHeads(mixed))).to.equal("INVALID_ARGUMENT");
    expect(await codeRejected(attester.submitHeads([]))).to.equal("INVALID_ARGUMENT");
  });

  it("knows which days are due, closes them and hands out paths", async () => {
    const { sealer, attester, at } = await pair();
    await sealer.append(day(FIRST));
    const now = (FIRST + 1) * DAY + 5;
    at(now);
    await sealer.seal(now);
    const [head] = await sealer.unsent();
    await sealer.send(attester, now);
    expect(attester.dueDays()).to.not.include(FIRST);
    expect(await codeRejected(attester.closeDay(FIRST))).to.equal("ANCHOR_TOO_EARLY");
    at(attester.anchorTime(FIRST));
    expect(attester.dueDays()).to.include(FIRST);
    const closed = await attester.closeDay(FIRST);
    expect(closed?.leaves).to.equal(1);
    const path = await attester.pathOf(head!);
    expect([path.day, path.leaf]).to.deep.equal([FIRST, leafAndDayOf(head!).leaf]);
    expect(rootOfPath(path)).to.equal(closed?.root);
    at((FIRST + 1) * DAY + INTAKE_TIME + GRACE_TIME + 1);
    expect(attester.dueDays()).to.not.include(FIRST);
  });
});
