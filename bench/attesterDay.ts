// SPDX-License-Identifier: GPL-3.0-or-later
//
// A day of an attester over a database: people with devices whose heads are signed, to be submitted, anchored and answered.
import {
  Attester,
  DAY,
  deviceMessage,
  leafAndDayOf,
  packContext,
  profileOf,
  randomFieldElement,
  type SignedHead,
  SimulatedDevice,
} from "@vitalproof/sdk";
import { threadedAnchorTree } from "@vitalproof/sdk/node";
import type { Database } from "@vitalproof/services";
import { sqlRecords } from "@vitalproof/services/measure";
import { Wallet } from "ethers";
import { inFlight } from "../test/support/inFlight.ts";

const FIRST_DAY = 20_000;
const INTAKE_TIME = 7_200;
/** An epoch a day. */
const PROFILE = "glucose-mg-dl-5min";
/** Requests that an HTTP server answers at one moment. */
const REQUESTS = 100;

export class AttesterDay {
  readonly #attester: Attester;
  readonly #heads: readonly SignedHead[];
  readonly #clock: { now: number };

  private constructor(attester: Attester, heads: readonly SignedHead[], clock: { now: number }) {
    this.#attester = attester;
    this.#heads = heads;
    this.#clock = clock;
  }

  /**
   * Enrols people, every other one with a P-256 device and the rest with Ed25519, and signs one head of each. Then the day
   * is over, and heads may arrive.
   * @param database with its tables
   */
  static async prepare(database: Database, people: number): Promise<AttesterDay> {
    const clock = { now: FIRST_DAY * DAY + 3_600 };
    const now = () => clock.now;
    const attester = new Attester({
      records: sqlRecords(database, now),
      group: 7n,
      times: { intakeTime: INTAKE_TIME, graceTime: DAY },
      domain: { chainId: 31_337n, anchors: "0x00000000000000000000000000000000000000a1" },
      signer: Wallet.createRandom(),
      clock: now,
      treeOf: threadedAnchorTree,
    });
    const heads: SignedHead[] = [];
    await inFlight(REQUESTS, 0, people, async (i) => {
      heads.push(await firstHead(attester, new SimulatedDevice(i % 2 === 0 ? "p256" : "ed25519")));
    });
    clock.now = (FIRST_DAY + 1) * DAY + 60;
    return new AttesterDay(attester, heads, clock);
  }

  /** Submits every head, many at one moment, as they come over HTTP. */
  submit(): Promise<void> {
    return this.#each((head) => this.#attester.submitHead(head));
  }

  /** Lets the last moment for heads pass, and closes the day. @throws Error when it has other leaves than one of each */
  async close(): Promise<void> {
    this.#clock.now = (FIRST_DAY + 1) * DAY + INTAKE_TIME + 60;
    const closed = await this.#attester.closeDay(FIRST_DAY);
    if (closed?.leaves !== this.#heads.length)
      throw new Error(`The day has ${closed?.leaves ?? 0} leaves of ${this.#heads.length} people.`);
  }

  /** Hands out everyone's path, each after a look whether the leaf is the person's, as the service does. */
  paths(): Promise<void> {
    return this.#each(async (head) => {
      const { day, leaf } = leafAndDayOf(head);
      const own = await this.#attester.intake.leavesOf(day, head.subject);
      if (!own.includes(leaf)) throw new Error("A leaf is not on record.");
      await this.#attester.path(day, leaf);
    });
  }

  #each(act: (head: SignedHead) => Promise<unknown>): Promise<void> {
    return inFlight(REQUESTS, 0, this.#heads.length, (i) => act(this.#heads[i]!));
  }
}

async function firstHead(attester: Attester, device: SimulatedDevice): Promise<SignedHead> {
  const subject = randomFieldElement();
  const { curve, publicKey } = device;
  const opening = await attester.enrol({
    subject,
    device: { curve, publicKey },
    profile: PROFILE,
    offset: 0,
  });
  const { group, offset, firstEpoch, genesis } = opening;
  const context = packContext({ profile: profileOf(PROFILE).id, offset, epoch: firstEpoch });
  const message = { group, subject, previous: genesis, inner: randomFieldElement(), context };
  const signature = Buffer.from(await device.sign(deviceMessage(message))).toString("hex");
  return { ...message, device: { curve, publicKey }, signature };
}
