// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile, textInput } from "@vitalproof/readers";
import {
  Anchoring,
  anchorDayOf,
  dayEnd,
  epochAt,
  epochEnd,
  epochStart,
  Intake,
  Log,
  type LogOpening,
  memoryStore,
  type Proof,
  profileOf,
  type SimulatedDevice,
  type Store,
  storeRecords,
  syntheticClarity,
  VitalproofError,
} from "@vitalproof/sdk";
import { Wallet } from "ethers";

export const PROFILE = profileOf("glucose-mg-dl-5min");
export const FIRST_DAY = "2026-03-02";
export const FIRST_EPOCH = epochAt(PROFILE, 0, Date.parse(`${FIRST_DAY}T00:00:00Z`) / 1000);
export const START = epochStart(PROFILE, 0, FIRST_EPOCH);
export const INTAKE_TIME = 6 * 3600;
/** A proof's form, of nothing. */
export const PROOF: Proof = {
  a: [1n, 2n],
  b: [
    [1n, 2n],
    [3n, 4n],
  ],
  c: [5n, 6n],
};

/** The code with which something was refused. */
export async function codeOf(act: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof act === "function" ? act() : act);
  } catch (error) {
    if (error instanceof VitalproofError) return error.code;
    throw error;
  }
  return "no error";
}

/** The readings of the SDK's synthetic week, read as the page reads a file. */
export async function week() {
  const file = textInput(syntheticClarity({ firstDay: FIRST_DAY }));
  return (await readFile(file, { zone: "UTC", metric: "glucose" })).readings;
}

/** An attester made of the SDK's own parts, with a clock that tests set. */
export class TestAttester {
  now: number;
  readonly attester = Wallet.createRandom();
  readonly intake: Intake;
  readonly anchoring: Anchoring;
  readonly domain = { chainId: 31337n, anchors: "0x00000000000000000000000000000000000000A1" };

  constructor(now = START - 86_400) {
    this.now = now;
    const store = memoryStore();
    this.intake = new Intake({
      records: storeRecords(store),
      group: 1n,
      intakeTime: INTAKE_TIME,
      domain: this.domain,
      signer: this.attester,
      clock: () => this.now,
    });
    this.anchoring = new Anchoring(storeRecords(store), this.intake);
  }

  async enrol(subject: bigint, device: SimulatedDevice): Promise<LogOpening> {
    await this.intake.registerPerson(subject);
    await this.intake.enrolDevice({ device, subject, profile: PROFILE.name });
    return this.intake.openLog({ subject, profile: PROFILE.name, offset: 0, firstEpoch: FIRST_EPOCH });
  }

  /** The synthetic week in a new log, sealed and taken in day by day, the first `days` of them. */
  async logOfWeek(store: Store, subject: bigint, device: SimulatedDevice, days = 7): Promise<Log> {
    const log = await Log.create(store, "readings", await this.enrol(subject, device));
    await log.append(await week());
    for (let epoch = FIRST_EPOCH; epoch < FIRST_EPOCH + days; epoch++) {
      this.now = epochEnd(PROFILE, 0, epoch) + 60;
      await log.seal(this.now, epoch);
      await log.accept(epoch, await this.intake.submit(await log.sign(epoch, device)));
      const day = anchorDayOf(PROFILE, 0, epoch);
      this.now = dayEnd(day) + INTAKE_TIME + 60;
      await this.anchoring.close(day);
    }
    return log;
  }
}
