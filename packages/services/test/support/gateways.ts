// SPDX-License-Identifier: GPL-3.0-or-later
//
// A gateway with an attester of its own, on one clock that a test moves.
import {
  Attester,
  type AttesterServices,
  type EpochRecord,
  Log,
  type ProfileName,
  type Reading,
  type SignedHead,
  SimulatedDevice,
  verifyReceipt,
} from "@vitalproof/sdk";
import { Wallet } from "ethers";
import * as v from "valibot";
import { sqlRecords } from "../../src/attester/sqlRecords.ts";
import {
  Gateway,
  type GatewayLog,
  type GatewayOptions,
  gatewayTimes,
  type Message,
  type Notice,
  PayloadReader,
  payloadSettings,
} from "../../src/gateway/index.ts";
import type { Duty } from "../../src/operate/loop.ts";
import type { Database } from "../../src/store/index.ts";
import { type Room, room } from "./sealed.ts";

export const DAY = 86_400;
export const FIRST_DAY = 20_000;
export const INTAKE_TIME = 7_200;
export const GRACE = 600;
export const GROUP = 7n;
export const DOMAIN = { chainId: 31_337n, anchors: "0x00000000000000000000000000000000000000a1" };
/** The same in every process of a test. */
export const ATTESTER_KEY = `0x${"5e".repeat(32)}`;

/** A profile of tests: 16 samples of 90 minutes a day, whole numbers from 1 to 10. */
export const PROFILE: ProfileName = "test-16";
const UNIT = "1";

/** `devices/NAME` with `{"r":[{"t":…,"v":…}]}`. */
export const PAYLOADS = v.parse(payloadSettings, {
  rules: [
    {
      filter: "devices/+",
      format: "json",
      device: { level: 2 },
      each: "$.r[*]",
      time: { path: "@.t", form: "seconds" },
      values: [{ metric: "other", value: "@.v", unit: UNIT }],
    },
  ],
});

export const GLUCOSE: ProfileName = "glucose-mg-dl-15min";

/** `devices/device/NAME` with `{"t":…,"v":…}`. */
export const GLUCOSE_PAYLOADS = v.parse(payloadSettings, {
  rules: [
    {
      filter: "devices/device/+",
      format: "json",
      device: { level: 3 },
      time: { path: "$.t", form: "seconds" },
      values: [{ metric: "glucose", value: "$.v", unit: "mg/dL" }],
    },
  ],
});

/** Unix seconds that tests move. Monotonic time goes along, except over jumps. */
export class TestClock {
  now: number;
  #jumped = 0;

  constructor(now = FIRST_DAY * DAY + 3_600) {
    this.now = now;
  }

  /** Moves the wall clock alone. */
  jump(seconds: number): void {
    this.now += seconds;
    this.#jumped += seconds;
  }

  readonly wall = (): number => this.now * 1000;
  readonly monotonic = (): number => (this.now - this.#jumped) * 1000;
}

export function attesterOver(database: Database, clock: () => number): Attester {
  return new Attester({
    records: sqlRecords(database, clock),
    group: GROUP,
    times: { intakeTime: INTAKE_TIME, graceTime: DAY },
    domain: DOMAIN,
    signer: new Wallet(ATTESTER_KEY),
    clock,
  });
}

/** The configuration of some people, each with one device: always the same. */
export function logsOf(
  count: number,
  services: Pick<AttesterServices, "enrol" | "submitHead">,
  profile: ProfileName = PROFILE,
): GatewayLog[] {
  const attester = {
    name: "attester",
    services,
    trust: { domain: DOMAIN, attester: new Wallet(ATTESTER_KEY).address },
    intakeTime: INTAKE_TIME,
  };
  return Array.from({ length: count }, (_, i) => ({
    person: `p${i}`,
    subject: BigInt(1_000 + i),
    profile,
    offset: 0,
    devices: [`d${i}`],
    signer: new SimulatedDevice("ed25519", keyOf(i)),
    attester,
  }));
}

function keyOf(device: number): Uint8Array {
  const key = new Uint8Array(32).fill(1);
  new DataView(key.buffer).setUint32(0, device);
  return key;
}

export function timesOf(given: object = {}) {
  return v.parse(gatewayTimes, { grace: GRACE, settle: 0, look: 10, ...given });
}

export type Sample = readonly [time: number, value: number];

export function messageOf(device: string, samples: readonly Sample[], receivedAt: number): Message {
  const text = JSON.stringify({ r: samples.map(([t, value]) => ({ t, v: value })) });
  return {
    topic: `devices/${device}`,
    payload: Buffer.from(text),
    receivedAt: receivedAt * 1000,
    retained: false,
  };
}

export function readingOf(device: string, [time, value]: Sample): Reading {
  return { time, value: String(value), unit: UNIT, source: device };
}

/** A gateway that a test moves by hand. */
export class TestGateway {
  readonly notices: Notice[] = [];
  readonly database: Database;
  readonly room: Room;
  gateway!: Gateway;
  readonly #options: Pick<GatewayOptions, "logs" | "times" | "clock" | "held">;

  private constructor(
    database: Database,
    own: Room,
    options: Pick<GatewayOptions, "logs" | "times" | "clock" | "held">,
  ) {
    this.database = database;
    this.room = own;
    this.#options = options;
  }

  static async start(
    database: Database,
    clock: TestClock,
    logs: readonly GatewayLog[],
    given: {
      readonly times?: object;
      readonly reference?: () => Promise<number>;
      readonly held?: number;
    } = {},
  ): Promise<TestGateway> {
    const made = new TestGateway(database, room(database), {
      logs,
      ...(given.held === undefined ? {} : { held: given.held }),
      times: timesOf(given.times),
      clock: { wall: clock.wall, monotonic: clock.monotonic, reference: given.reference },
    });
    await made.restart();
    return made;
  }

  async restart(): Promise<void> {
    this.gateway = await Gateway.start({
      ...this.#options,
      database: this.database,
      personKeys: this.room.keys,
      reader: new PayloadReader(PAYLOADS),
      report: (notice) => this.notices.push(notice),
      firstPause: 1,
    });
  }

  duty(name: string): Duty {
    return this.gateway.duties.find((duty) => duty.name === name)!;
  }

  /** Does a duty until nothing more is due. */
  async work(...names: string[]): Promise<void> {
    const { signal } = new AbortController();
    for (const name of names) while (await this.duty(name).act(signal));
  }

  /** What is sealed of a log. */
  async epochs(log: string): Promise<readonly EpochRecord[]> {
    const [person] = log.split(".");
    const { generation } = await this.database.reads
      .selectFrom("gateway_log")
      .select("generation")
      .where("log", "=", log)
      .executeTakeFirstOrThrow();
    const resumed = await Log.resume(this.room.store(person!), `${log}.${generation}`);
    return resumed.epochs;
  }

  async status(log: string) {
    const { logs } = await this.gateway.state();
    return logs.find((each) => each.log === log)!;
  }

  events(event: string): Notice[] {
    return this.notices.filter((notice) => notice.event === event);
  }
}

/** Checks every receipt that a log keeps, and that the attester gives it again. */
export async function assertHonoured(epochs: readonly EpochRecord[]): Promise<number> {
  let receipts = 0;
  for (const { receipt } of epochs) {
    if (receipt === undefined) continue;
    verifyReceipt(DOMAIN, receipt, new Wallet(ATTESTER_KEY).address);
    receipts += 1;
  }
  return receipts;
}

/** An attester's client that can fail on the way there and on the way back. */
export class Wire implements Pick<AttesterServices, "enrol" | "submitHead"> {
  readonly heads: SignedHead[] = [];
  before: () => Promise<void> | void = () => undefined;
  after: () => Promise<void> | void = () => undefined;
  heard: (head: SignedHead) => Promise<void> | void = () => undefined;
  readonly #attester: Attester;

  constructor(attester: Attester) {
    this.#attester = attester;
  }

  readonly enrol: AttesterServices["enrol"] = async (request) => {
    await this.before();
    const opening = await this.#attester.enrol(request);
    await this.after();
    return opening;
  };

  readonly submitHead: AttesterServices["submitHead"] = async (head) => {
    await this.before();
    this.heads.push(head);
    await this.heard(head);
    const receipt = await this.#attester.submitHead(head);
    await this.after();
    return receipt;
  };
}
