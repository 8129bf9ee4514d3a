// SPDX-License-Identifier: GPL-3.0-or-later
//
// A sealer and an attester that know each other, and a store that breaks.
import { Wallet } from "ethers";
import {
  Attester,
  createIdentity,
  enrol,
  Log,
  memoryStore,
  profileOf,
  Sealer,
  SimulatedDevice,
  type Store,
  storeRecords,
} from "../src/index.ts";

export const profile = profileOf("test-16");
export const DAY = profile.epochSeconds;
export const FIRST = 20_000;
export const INTAKE_TIME = 7_200;
export const GRACE_TIME = 36_000;
export const domain = { chainId: 31_337n, anchors: "0x00000000000000000000000000000000000000a1" };

/** An attester with a clock, and a sealer whose log begins with `FIRST`. */
export async function pair() {
  let now = FIRST * DAY - 3_600;
  const signer = Wallet.createRandom();
  const attester = new Attester({
    records: storeRecords(memoryStore()),
    group: 1n,
    times: { intakeTime: INTAKE_TIME, graceTime: GRACE_TIME },
    domain,
    signer,
    clock: () => now,
  });
  const { subject } = createIdentity();
  const device = new SimulatedDevice();
  const request = { subject, device, profile: "test-16", offset: 0 } as const;
  const opening = await enrol(attester, request, now);
  const store = memoryStore();
  const trust = { domain, attester: signer.address };
  const sealer = new Sealer(await Log.create(store, "log", opening), device, trust);
  return {
    attester,
    signer,
    subject,
    device,
    opening,
    store,
    trust,
    sealer,
    request,
    at: (time: number): void => {
      now = time;
    },
    /** The sealer of a process that begins anew on the same store. */
    restarted: async (on: Store = store) => new Sealer(await Log.resume(on, "log"), device, trust),
  };
}

/** A store whose writes fail once `left` of them have gone through. */
export function breaking(store: Store, left: number): Store {
  return {
    ...store,
    read: (key) => store.read(key),
    keys: (prefix) => store.keys(prefix),
    write: async (key, text) => {
      if (left-- <= 0) throw new Error("the process was killed");
      await store.write(key, text);
    },
  };
}

export const day = (epoch: number, value = 5) => [{ time: epoch * DAY + 60, value, unit: "1" }];
export const statuses = ({ log }: Sealer) => log.epochs.map(({ status }) => status);
