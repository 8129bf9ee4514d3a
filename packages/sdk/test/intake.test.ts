// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { p256 } from "@noble/curves/nist.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { expect } from "chai";
import { Wallet } from "ethers";
import {
  Anchoring,
  bigintText,
  createIdentity,
  deviceMessage,
  FIELD,
  gapHeadOf,
  genesisOf,
  headAfter,
  Intake,
  Log,
  leafOf,
  memoryStore,
  packContext,
  profileOf,
  rootOfPath,
  type SignedHead,
  SimulatedDevice,
  verifyReceipt,
} from "../src/index.ts";
import { fileStore } from "../src/node/index.ts";
import { codeRejected, codeThrown } from "./support.ts";

const profile = profileOf("test-16");
const DAY = profile.epochSeconds;
const FIRST = 20_000;
const INTAKE_TIME = 7_200;
const domain = { chainId: 31_337n, anchors: "0x00000000000000000000000000000000000000a1" };
const attester = Wallet.createRandom();

/** An attester with one person, one device and one log of two sealed days; time stands in the first day. */
async function clinic(options: { curve?: "p256" | "ed25519" } = {}) {
  const store = memoryStore();
  let now = FIRST * DAY + 3_600;
  const intake = new Intake({
    store,
    group: 1n,
    intakeTime: INTAKE_TIME,
    domain,
    signer: attester,
    clock: () => now,
  });
  const identity = createIdentity();
  const { subject } = identity;
  await intake.registerPerson(subject);
  const device = new SimulatedDevice(options.curve);
  await intake.enrolDevice({ device, subject, profile: "test-16" });
  const opening = await intake.openLog({ subject, profile: "test-16", offset: 0 });
  const log = await Log.create(memoryStore(), "log", opening);
  for (const epoch of [FIRST, FIRST + 1, FIRST + 2]) {
    await log.append([{ time: epoch * DAY + 60, value: 5, unit: "1" }]);
  }
  await log.seal((FIRST + 3) * DAY);
  return {
    store,
    intake,
    identity,
    subject,
    device,
    opening,
    log,
    anchoring: new Anchoring(store, intake),
    at: (time: number): void => {
      now = time;
    },
    /** A circuit with other content, properly signed. */
    forge: async (change: Partial<SignedHead>, signer = device): Promise<SignedHead> => {
      const circuit = { ...(await log.sign(FIRST, device)), ...change };
      const signature = bytesToHex(await signer.sign(deviceMessage(circuit)));
      const { curve, publicKey } = signer;
      return { ...circuit, device: { curve, publicKey }, signature };
    },
  };
}

const context = (epoch: number, offset = 0): bigint => packContext({ profile: profile.id, offset, epoch });

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
      store,
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

describe("intake over crashes and restarts", () => {
  it("T21: a crash at any write loses nothing that was promised and promises nothing that is lost", async () => {
    for (let allowed = 0; allowed < 4; allowed++) {
      const { store, log, device, forge, at, intake } = await clinic();
      let left = allowed;
      const now = (FIRST + 1) * DAY + 5;
      const options = { group: 1n, intakeTime: INTAKE_TIME, domain, signer: attester, clock: () => now };
      const failing = {
        ...store,
        write: async (key: string, text: string): Promise<void> => {
          if (left-- <= 0) throw new Error("crash");
          await store.write(key, text);
        },
      };
      const receipt = await new Intake({ ...options, store: failing })
        .submit(await log.sign(FIRST, device))
        .catch(() => undefined);
      expect(receipt === undefined, `after ${allowed} writes`).to.equal(allowed < 2);
      at(now);
      // Without a receipt another head may still be taken; with one, it may not.
      const other = await codeRejected(intake.submit(await forge({ inner: 123n })));
      expect(other).to.equal(receipt === undefined ? "nothing" : "INTAKE_EPOCH_TAKEN");
      at((FIRST + 1) * DAY + INTAKE_TIME + 1);
      expect(await intake.leavesOf(FIRST)).to.deep.equal([
        receipt?.leaf ?? leafOf(log.opening.subject, context(FIRST), headAfter(log.opening.genesis, 123n)),
      ]);
    }
  });

  it("T21: a new process over the same folder continues, also beside a log in the same folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "vitalproof-intake-"));
    try {
      let now = FIRST * DAY + 3_600;
      const start = () =>
        new Intake({
          store: fileStore(folder),
          group: 1n,
          intakeTime: INTAKE_TIME,
          domain,
          signer: attester,
          clock: () => now,
        });
      const { subject } = createIdentity();
      const device = new SimulatedDevice();
      await start().registerPerson(subject);
      await start().enrolDevice({ device, subject, profile: "test-16" });
      const opening = await start().openLog({ subject, profile: "test-16", offset: 0 });
      const log = await Log.create(fileStore(folder), "mine", opening);
      now = (FIRST + 1) * DAY;
      await log.seal(now);
      const receipt = await start().submit(await log.sign(FIRST, device));
      expect((await start().stateOf(subject, "test-16")).head).to.equal(log.head);
      now += INTAKE_TIME + 1;
      const closed = await new Anchoring(fileStore(folder), start()).close(FIRST);
      expect(closed).to.deep.equal({ day: FIRST, root: receipt.leaf, leaves: 1 });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("anchoring", () => {
  it("T7: a day's tree holds every head of the day, gaps included, and hands out paths", async () => {
    const { intake, log, device, anchoring, at } = await clinic();
    const silent = createIdentity().subject;
    at(FIRST * DAY + 3_700);
    await intake.registerPerson(silent);
    const opening = await intake.openLog({ subject: silent, profile: "test-16", offset: 0 });
    at((FIRST + 1) * DAY + 5);
    const receipt = await intake.submit(await log.sign(FIRST, device));
    expect(await codeRejected(anchoring.close(FIRST))).to.equal("ANCHOR_TOO_EARLY");
    at((FIRST + 1) * DAY + INTAKE_TIME);
    expect(await codeRejected(anchoring.close(FIRST))).to.equal("ANCHOR_TOO_EARLY");
    expect(await codeRejected(anchoring.path(FIRST, receipt.leaf))).to.equal("ANCHOR_DAY_UNKNOWN");
    at((FIRST + 1) * DAY + INTAKE_TIME + 1);
    const closed = await anchoring.close(FIRST);
    const gap = leafOf(silent, context(FIRST), gapHeadOf(profile, opening.genesis, context(FIRST)));
    expect(new Set(await anchoring.leaves(FIRST))).to.deep.equal(new Set([receipt.leaf, gap]));
    for (const leaf of [receipt.leaf, gap]) {
      const path = await anchoring.path(FIRST, leaf);
      expect(path.root).to.equal(closed?.root);
      expect(rootOfPath(path)).to.equal(closed?.root);
    }
    expect(await codeRejected(anchoring.path(FIRST, 5n))).to.equal("ANCHOR_LEAF_UNKNOWN");
  });

  it("T22: a closed day never changes, and survives a restart; an empty day is not anchored", async () => {
    const { intake, log, device, anchoring, store, at } = await clinic();
    at((FIRST + 1) * DAY + 5);
    await intake.submit(await log.sign(FIRST, device));
    at((FIRST + 1) * DAY + INTAKE_TIME + 1);
    expect(await anchoring.close(FIRST - 1)).to.equal(undefined);
    const closed = await anchoring.close(FIRST);
    expect(await anchoring.close(FIRST)).to.deep.equal(closed);
    expect(await new Anchoring(store, intake).close(FIRST)).to.deep.equal(closed);
  });

  it("hours of one day stand in that day's tree", async () => {
    const store = memoryStore();
    const hours = profileOf("heart-rate-1s");
    let now = FIRST * DAY;
    const intake = new Intake({
      store,
      group: 1n,
      intakeTime: 600,
      domain,
      signer: attester,
      clock: () => now,
    });
    const { subject } = createIdentity();
    await intake.registerPerson(subject);
    await intake.openLog({ subject, profile: hours.name, offset: 0 });
    now = (FIRST + 1) * DAY + 601;
    const closed = await new Anchoring(store, intake).close(FIRST);
    expect(closed?.leaves).to.equal(24);
  });
});
