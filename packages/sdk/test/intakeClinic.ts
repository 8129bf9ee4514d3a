// SPDX-License-Identifier: GPL-3.0-or-later
//
// An attester with one person, one device and one log; time is what a test says.
import { bytesToHex } from "@noble/hashes/utils.js";
import { Wallet } from "ethers";
import {
  Anchoring,
  createIdentity,
  deviceMessage,
  Intake,
  Log,
  memoryStore,
  packContext,
  profileOf,
  type SignedHead,
  SimulatedDevice,
  storeRecords,
} from "../src/index.ts";

export const profile = profileOf("test-16");
export const DAY = profile.epochSeconds;
export const FIRST = 20_000;
export const INTAKE_TIME = 7_200;
export const domain = { chainId: 31_337n, anchors: "0x00000000000000000000000000000000000000a1" };
export const attester = Wallet.createRandom();

/** An attester with one person, one device and one log of two sealed days; time stands in the first day. */
export async function clinic(options: { curve?: "p256" | "ed25519" } = {}) {
  const store = memoryStore();
  let now = FIRST * DAY + 3_600;
  const intake = new Intake({
    records: storeRecords(store),
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
    anchoring: new Anchoring(storeRecords(store), intake),
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

export const context = (epoch: number, offset = 0): bigint =>
  packContext({ profile: profile.id, offset, epoch });
