// SPDX-License-Identifier: GPL-3.0-or-later
import { p256 } from "@noble/curves/nist.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { expect } from "chai";
import { createIdentity, gapHeadOf, Log, memoryStore, packContext, SimulatedDevice } from "../src/index.ts";
import { clinic, context, DAY, FIRST, profile } from "./intakeClinic.ts";
import { codeRejected } from "./support.ts";

describe("intake: persons, devices and logs", () => {
  it("T21: an unknown, a retired and a not yet enrolled device are refused", async () => {
    const { intake, forge, device, subject, at } = await clinic();
    at((FIRST + 1) * DAY + 5);
    const other = new SimulatedDevice();
    expect(await codeRejected(intake.submit(await forge({}, other)))).to.equal("INTAKE_DEVICE_UNKNOWN");
    await intake.enrolDevice({ device: other, subject, profile: "test-16" });
    expect(await codeRejected(intake.submit(await forge({}, other)))).to.equal(
      "INTAKE_DEVICE_NOT_YET_ENROLLED",
    );
    await intake.retireDevice(device);
    expect(await codeRejected(intake.submit(await forge({})))).to.equal("INTAKE_DEVICE_RETIRED");
    expect(await codeRejected(intake.retireDevice(new SimulatedDevice()))).to.equal("INTAKE_DEVICE_UNKNOWN");
  });

  it("T21: another subject, another profile and another group are refused", async () => {
    const { intake, forge, at } = await clinic();
    at((FIRST + 1) * DAY + 5);
    const stranger = createIdentity().subject;
    expect(await codeRejected(intake.submit(await forge({ subject: stranger })))).to.equal(
      "INTAKE_DEVICE_OTHER_SUBJECT",
    );
    await intake.registerPerson(stranger);
    await intake.openLog({ subject: stranger, profile: "test-16", offset: 0 });
    expect(await codeRejected(intake.submit(await forge({ subject: stranger })))).to.equal(
      "INTAKE_DEVICE_OTHER_SUBJECT",
    );
    const glucose = packContext({ profile: 1, offset: 0, epoch: FIRST });
    expect(await codeRejected(intake.submit(await forge({ context: glucose })))).to.equal(
      "INTAKE_DEVICE_OTHER_PROFILE",
    );
    expect(await codeRejected(intake.submit(await forge({ group: 2n })))).to.equal("INTAKE_WRONG_CONTEXT");
    expect(await codeRejected(intake.submit(await forge({ context: context(FIRST, 4) })))).to.equal(
      "INTAKE_WRONG_CONTEXT",
    );
    expect(await codeRejected(intake.submit(await forge({ context: context(FIRST - 1) })))).to.equal(
      "INTAKE_DEVICE_NOT_YET_ENROLLED",
    );
    expect(
      await codeRejected(
        intake.submit(await forge({ context: packContext({ profile: 9_999, offset: 0, epoch: FIRST }) })),
      ),
    ).to.equal("UNKNOWN_PROFILE");
  });

  it("T21: one log per person and profile; a log cannot begin in the past or for a stranger", async () => {
    const { intake, subject, at } = await clinic();
    const open = (extra: object) =>
      codeRejected(intake.openLog({ subject, profile: "test-16", offset: 0, ...extra }));
    expect(await open({})).to.equal("INTAKE_LOG_EXISTS");
    expect(await open({ subject: 5n })).to.equal("INTAKE_SUBJECT_UNKNOWN");
    expect(await open({ profile: "glucose-mg-dl-5min", firstEpoch: FIRST - 1 })).to.equal(
      "INTAKE_FIRST_EPOCH_PAST",
    );
    expect(await open({ profile: "glucose-mg-dl-5min", offset: 96 })).to.equal("INVALID_ARGUMENT");
    at((FIRST + 1) * DAY);
    expect(await open({ profile: "glucose-mg-dl-5min", firstEpoch: FIRST })).to.equal(
      "INTAKE_FIRST_EPOCH_PAST",
    );
    expect(await open({ profile: "glucose-mg-dl-5min", firstEpoch: FIRST + 1 })).to.equal("nothing");
    expect(await codeRejected(intake.stateOf(subject, "heart-rate-1s"))).to.equal("INTAKE_LOG_UNKNOWN");
  });

  it("T21: a device serves one person at a time; malformed keys are refused", async () => {
    const { intake, device } = await clinic();
    const { subject } = createIdentity();
    await intake.registerPerson(subject);
    expect(await codeRejected(intake.enrolDevice({ device, subject, profile: "test-16" }))).to.equal(
      "INTAKE_DEVICE_EXISTS",
    );
    await intake.retireDevice(device);
    expect(await codeRejected(intake.enrolDevice({ device, subject, profile: "test-16" }))).to.equal(
      "nothing",
    );
    const keys = [
      { curve: "p256", publicKey: `02${"ff".repeat(32)}` },
      { curve: "p256", publicKey: device.publicKey.toUpperCase() },
      { curve: "p256", publicKey: bytesToHex(p256.getPublicKey(p256.utils.randomSecretKey(), false)) },
      { curve: "ed25519", publicKey: `01${"00".repeat(31)}` },
      { curve: "ed25519", publicKey: "00".repeat(32) },
      { curve: "secp256k1" as "p256", publicKey: device.publicKey },
    ] as const;
    for (const key of keys) {
      expect(
        await codeRejected(intake.enrolDevice({ device: key, subject, profile: "test-16" })),
        key.publicKey,
      ).to.equal("INVALID_ARGUMENT");
    }
  });

  it("T21: a new offset starts a successor log that shares no second with the one before", async () => {
    const { intake, log, device, subject, at, identity } = await clinic();
    at(FIRST * DAY + 7_200);
    const next = await intake.succeedLog({ subject, profile: "test-16", offset: 8 });
    expect(next.firstEpoch * DAY + 8 * 900).to.be.at.least((FIRST + 1) * DAY);
    expect(next.firstEpoch).to.equal(FIRST + 1);
    expect(await codeRejected(intake.succeedLog({ subject, profile: "test-16", offset: 4 }))).to.equal(
      "INTAKE_LOG_EXISTS",
    );
    at((FIRST + 1) * DAY + 5);
    expect(await codeRejected(intake.submit(await log.sign(FIRST, device)))).to.equal("nothing");
    at((FIRST + 2) * DAY + 5);
    expect(await codeRejected(intake.submit(await log.sign(FIRST + 1, device)))).to.equal(
      "INTAKE_WRONG_CONTEXT",
    );
    const successor = await Log.create(memoryStore(), "next", next);
    at((next.firstEpoch + 1) * DAY + 8 * 900);
    await successor.seal((next.firstEpoch + 1) * DAY + 8 * 900);
    expect(await codeRejected(intake.submit(await successor.sign(next.firstEpoch, device)))).to.equal(
      "nothing",
    );
    expect(next.subject).to.equal(identity.subject);
  });

  it("continues a log that was lost: from its last head, with a new device, and gaps for what is over", async () => {
    const { intake, log, device, subject, at } = await clinic();
    at((FIRST + 1) * DAY + 60);
    await intake.submit(await log.sign(FIRST, device));
    // The second epoch is over and its head is lost with the old vault; the third one runs.
    at((FIRST + 2) * DAY + 60);
    const fresh = new SimulatedDevice();
    const lost = { subject, device: fresh, profile: "test-16" as const };
    const opening = await intake.continueLog(lost);
    const gap = gapHeadOf(
      profile,
      log.epochs[0]!.head,
      packContext({ profile: profile.id, offset: 0, epoch: FIRST + 1 }),
    );
    expect(opening).to.include({ firstEpoch: FIRST + 2, genesis: gap });
    expect(await intake.continueLog(lost)).to.deep.equal(opening);
    const again = await Log.create(memoryStore(), "log", opening);
    await again.append([{ time: (FIRST + 2) * DAY + 60, value: 5, unit: "1" }]);
    at((FIRST + 3) * DAY + 60);
    await again.seal((FIRST + 3) * DAY + 60);
    const receipt = await intake.submit(await again.sign(FIRST + 2, fresh));
    expect(receipt.leaf).to.equal(again.leaf(FIRST + 2));
    // What the old vault sealed meanwhile does not extend the chain any more.
    expect(await codeRejected(intake.submit(await log.sign(FIRST + 2, device)))).to.equal(
      "INTAKE_EPOCH_TAKEN",
    );

    const stranger = { ...lost, subject: createIdentity().subject };
    expect(await codeRejected(intake.continueLog(stranger))).to.equal("INTAKE_SUBJECT_UNKNOWN");
    await intake.registerPerson(stranger.subject);
    expect(await codeRejected(intake.continueLog(stranger))).to.equal("INTAKE_LOG_UNKNOWN");
    const other = createIdentity().subject;
    await intake.registerPerson(other);
    await intake.openLog({ subject: other, profile: "test-16", offset: 0 });
    expect(await codeRejected(intake.continueLog({ ...lost, subject: other }))).to.equal(
      "INTAKE_DEVICE_EXISTS",
    );
  });
});
