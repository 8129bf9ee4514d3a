// SPDX-License-Identifier: GPL-3.0-or-later
import { p256 } from "@noble/curves/nist.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { expect } from "chai";
import {
  bigintText,
  createIdentity,
  FIELD,
  gapHeadOf,
  genesisOf,
  headAfter,
  Intake,
  Log,
  leafOf,
  memoryStore,
  profileOf,
  type SignedHead,
  SimulatedDevice,
  storeRecords,
  verifyReceipt,
} from "../src/index.ts";
import { attester, clinic, context, DAY, domain, FIRST, INTAKE_TIME, profile } from "./intakeClinic.ts";
import { codeRejected, codeThrown } from "./support.ts";

describe("intake", () => {
  it("T21: takes heads in order and in time, with receipts that the attester signed and that name no subject", async () => {
    for (const curve of ["p256", "ed25519"] as const) {
      const { intake, log, device, subject, at } = await clinic({ curve });
      for (const epoch of [FIRST, FIRST + 1]) {
        at((epoch + 1) * DAY + 5);
        const receipt = await intake.submit(await log.sign(epoch, device));
        expect(receipt).to.deep.include({
          group: 1n,
          context: context(epoch),
          receivedAt: (epoch + 1) * DAY + 5,
        });
        expect(receipt.anchorDay).to.equal(epoch);
        expect(receipt.leaf).to.equal(leafOf(subject, context(epoch), log.epochs[epoch - FIRST]!.head));
        verifyReceipt(domain, receipt, attester.address);
        expect(
          codeThrown(() => verifyReceipt(domain, { ...receipt, receivedAt: 1 }, attester.address)),
        ).to.equal("RECEIPT_INVALID");
        expect(
          codeThrown(() => verifyReceipt({ ...domain, chainId: 1n }, receipt, attester.address)),
        ).to.equal("RECEIPT_INVALID");
        const shown = JSON.stringify(receipt, bigintText);
        expect(shown).to.not.contain(subject.toString());
        await log.accept(epoch, receipt);
      }
    }
  });

  it("T21: the genesis is intake's own, over a random salt", async () => {
    const { opening, subject } = await clinic();
    const other = await clinic();
    expect(opening.genesis).to.not.equal(genesisOf(subject, context(FIRST), 0n));
    expect(opening.genesis).to.not.equal(other.opening.genesis);
  });

  it("T21: a second head for an epoch is refused; the same head again gets its first receipt", async () => {
    const { intake, log, device, forge, at } = await clinic();
    at((FIRST + 1) * DAY + 5);
    const signed = await log.sign(FIRST, device);
    const receipt = await intake.submit(signed);
    at((FIRST + 1) * DAY + 500);
    expect(await intake.submit(signed)).to.deep.equal(receipt);
    expect(await codeRejected(intake.submit(await forge({ inner: 123n })))).to.equal("INTAKE_EPOCH_TAKEN");
    expect(
      await codeRejected(
        intake.submit(await forge({ previous: headAfter(signed.previous, signed.inner), inner: 123n })),
      ),
    ).to.equal("INTAKE_EPOCH_TAKEN");
  });

  it("T21: two heads for one epoch at the same moment: one is taken", async () => {
    const { intake, log, device, forge, at } = await clinic();
    at((FIRST + 1) * DAY);
    const results = await Promise.all([
      codeRejected(intake.submit(await log.sign(FIRST, device))),
      codeRejected(intake.submit(await forge({ inner: 123n }))),
    ]);
    expect(results).to.deep.equal(["nothing", "INTAKE_EPOCH_TAKEN"]);
  });

  it("T21: a head that does not extend the recorded one is refused", async () => {
    const { intake, log, device, forge, at } = await clinic();
    at((FIRST + 1) * DAY + 5);
    expect(await codeRejected(intake.submit(await forge({ previous: 1n })))).to.equal("INTAKE_NOT_EXTENDING");
    await intake.submit(await log.sign(FIRST, device));
    at((FIRST + 2) * DAY + 5);
    const { genesis } = log.opening;
    expect(
      await codeRejected(intake.submit(await forge({ previous: genesis, context: context(FIRST + 1) }))),
    ).to.equal("INTAKE_NOT_EXTENDING");
  });

  it("T21: too early by a second, in time at both ends, too late by a second", async () => {
    const early = await clinic();
    early.at((FIRST + 1) * DAY - 1);
    expect(await codeRejected(early.intake.submit(await early.log.sign(FIRST, early.device)))).to.equal(
      "INTAKE_TOO_EARLY",
    );
    early.at((FIRST + 1) * DAY);
    expect(await codeRejected(early.intake.submit(await early.log.sign(FIRST, early.device)))).to.equal(
      "nothing",
    );
    const last = await clinic();
    last.at((FIRST + 1) * DAY + INTAKE_TIME);
    expect(await codeRejected(last.intake.submit(await last.log.sign(FIRST, last.device)))).to.equal(
      "nothing",
    );
    const late = await clinic();
    late.at((FIRST + 1) * DAY + INTAKE_TIME + 1);
    expect(await codeRejected(late.intake.submit(await late.log.sign(FIRST, late.device)))).to.equal(
      "INTAKE_TOO_LATE",
    );
  });

  it("T21: an epoch ahead of an open one is refused, as is one of the future", async () => {
    const { intake, log, device, at } = await clinic();
    at((FIRST + 1) * DAY + 5);
    expect(await codeRejected(intake.submit(await log.sign(FIRST + 1, device)))).to.equal("INTAKE_TOO_EARLY");
    const hourly = await clinic();
    hourly.at((FIRST + 2) * DAY);
    expect(
      await codeRejected(hourly.intake.submit(await hourly.log.sign(FIRST + 1, hourly.device))),
    ).to.equal("INTAKE_NOT_EXTENDING");
  });

  it("T21: an epoch skipped while the one before is still in time is refused as skipped", async () => {
    const store = memoryStore();
    const hours = profileOf("heart-rate-1s");
    let now = 500_000 * 3_600;
    const intake = new Intake({
      records: storeRecords(store),
      group: 1n,
      intakeTime: 2 * 3_600,
      domain,
      signer: attester,
      clock: () => now,
    });
    const { subject } = createIdentity();
    const device = new SimulatedDevice();
    await intake.registerPerson(subject);
    await intake.enrolDevice({ device, subject, profile: hours.name });
    const log = await Log.create(
      memoryStore(),
      "hours",
      await intake.openLog({ subject, profile: hours.name, offset: 0 }),
    );
    now += 2 * 3_600;
    await log.seal(now);
    expect(await codeRejected(intake.submit(await log.sign(500_001, device)))).to.equal(
      "INTAKE_EPOCH_SKIPPED",
    );
  });

  it("T21: a wrong signature, a high-s one, another curve or a circuit changed after signing is refused", async () => {
    const { intake, log, device, at } = await clinic();
    at((FIRST + 1) * DAY + 5);
    const signed = await log.sign(FIRST, device);
    const { r, s } = p256.Signature.fromBytes(hexToBytes(signed.signature));
    const high = bytesToHex(new p256.Signature(r, p256.Point.Fn.ORDER - s).toBytes());
    const bad: Partial<SignedHead>[] = [
      { inner: signed.inner ^ 1n },
      { signature: high },
      { signature: signed.signature.slice(2) },
      { signature: `${signed.signature}00` },
      { signature: "zz".repeat(64) },
      { signature: "00".repeat(64) },
      { signature: (await log.sign(FIRST + 1, device)).signature },
    ];
    for (const change of bad) {
      expect(
        await codeRejected(intake.submit({ ...signed, ...change })),
        JSON.stringify(Object.keys(change)),
      ).to.equal("INTAKE_SIGNATURE_INVALID");
    }
    expect(
      await codeRejected(
        intake.submit({ ...signed, device: { curve: "ed25519", publicKey: device.publicKey } }),
      ),
    ).to.equal("INTAKE_DEVICE_WRONG_CURVE");
    expect(await codeRejected(intake.submit({ ...signed, inner: FIELD }))).to.equal("NOT_A_FIELD_ELEMENT");
    expect(await codeRejected(intake.submit(signed))).to.equal("nothing");
  });

  it("T21: nothing that was refused leaves a trace: no receipt, no head, no leaf", async () => {
    const { intake, forge, anchoring, at, log, store } = await clinic();
    at((FIRST + 1) * DAY + 5);
    await codeRejected(intake.submit(await forge({ previous: 1n })));
    await codeRejected(intake.submit(await forge({ group: 2n })));
    expect(await store.keys("attester/head/")).to.deep.equal([]);
    at((FIRST + 1) * DAY + INTAKE_TIME + 1);
    const closed = await anchoring.close(FIRST);
    const gap = gapHeadOf(profile, log.opening.genesis, context(FIRST));
    expect(closed).to.deep.equal({
      day: FIRST,
      root: leafOf(log.opening.subject, context(FIRST), gap),
      leaves: 1,
    });
  });

  it("T21: past the deadline intake records the gap, the sealer continues from it and can change nothing", async () => {
    const { intake, log, device, at } = await clinic();
    at((FIRST + 2) * DAY + INTAKE_TIME);
    const state = await intake.stateOf(log.opening.subject, "test-16");
    expect(state.nextEpoch).to.equal(FIRST + 1);
    expect(state.head).to.equal(gapHeadOf(profile, log.opening.genesis, context(FIRST)));
    const before = log.epochs[1]!.head;
    expect(await codeRejected(intake.submit(await log.sign(FIRST + 1, device)))).to.equal(
      "INTAKE_NOT_EXTENDING",
    );
    const { gaps, resealed } = await log.follow(state);
    expect({ gaps, resealed }).to.deep.equal({ gaps: [FIRST], resealed: [FIRST + 1, FIRST + 2] });
    expect(log.epochs[1]!.head).to.not.equal(before);
    const receipt = await intake.submit(await log.sign(FIRST + 1, device));
    await log.accept(FIRST + 1, receipt);
    expect(await codeRejected(intake.submit(await log.sign(FIRST, device)))).to.equal("INTAKE_TOO_LATE");
  });
});
