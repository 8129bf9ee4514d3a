// SPDX-License-Identifier: GPL-3.0-or-later
//
// A gateway with many devices, and readings for it: for a test of what it takes, and for the bench, which says more.
import { setTimeout as pause } from "node:timers/promises";
import { Attester, type ProfileName, SimulatedDevice } from "@vitalproof/sdk";
import type { Database } from "@vitalproof/services";
import {
  Gateway,
  type GatewayLog,
  gatewaySettings,
  Loop,
  MasterKeys,
  masterKeyInMemory,
  PayloadReader,
  PersonKeys,
  sqlRecords,
} from "@vitalproof/services/measure";
import { Wallet } from "ethers";
import { inFlight } from "./inFlight.ts";

const DAY = 86_400;
const FIRST_DAY = 20_000;
const START = (FIRST_DAY + 1) * DAY;
const INTAKE_TIME = 7_200;
/** A reading a minute, 1,440 in an epoch. */
const PROFILE: ProfileName = "glucose-mg-dl-1min";
/** Messages that wait for the disk at once. */
const IN_FLIGHT = 500;

/** `devices/NAME` with `{"t":…,"v":…}`. */
const PAYLOADS = gatewaySettings.payloads({
  rules: [
    {
      filter: "devices/+",
      format: "json",
      device: { level: 2 },
      time: { path: "$.t", form: "seconds" },
      values: [{ metric: "glucose", value: "$.v", unit: "mg/dL" }],
    },
  ],
});

/** A gateway to load: one log and one device for each person. */
export class GatewayLoad {
  readonly devices: number;
  readonly #gateway: Gateway;
  readonly #clock: { now: number };
  #given = 0;

  private constructor(devices: number, gateway: Gateway, clock: { now: number }) {
    this.devices = devices;
    this.#gateway = gateway;
    this.#clock = clock;
  }

  /** Enrols the devices; then it is the last second of a day whose epochs are open. @param database with its tables */
  static async start(database: Database, devices: number): Promise<GatewayLoad> {
    const clock = { now: FIRST_DAY * DAY + 3_600 };
    const milliseconds = () => 1000 * clock.now;
    const gateway = await Gateway.start({
      database,
      personKeys: new PersonKeys({
        database,
        masterKeys: new MasterKeys(masterKeyInMemory(Buffer.alloc(32, 1))),
        clock: () => clock.now,
      }),
      reader: new PayloadReader(PAYLOADS),
      logs: logsOf(devices, database, () => clock.now),
      times: gatewaySettings.times({ settle: 0 }),
      clock: { wall: milliseconds, monotonic: milliseconds },
    });
    const load = new GatewayLoad(devices, gateway, clock);
    await load.#work("enrolment");
    clock.now = START + DAY - 1;
    return load;
  }

  /** Has messages stored, each with one reading, until it is so many in all. Devices take turns. */
  async give(until: number): Promise<void> {
    await inFlight(IN_FLIGHT, this.#given, until, (i) => this.#put(i));
    this.#given = until;
  }

  /** Gives each device's reading of a minute at its time, while the gateway's duties run as in a service. */
  async keepPace(seconds: number): Promise<void> {
    const faults: unknown[] = [];
    const loop = new Loop(this.#gateway.duties, (_, fault) => faults.push(fault));
    loop.start();
    const stored: Promise<void>[] = [];
    const began = performance.now();
    const due = (number: number) => began + (60_000 * number) / this.devices;
    for (let i = 0; due(i) < began + 1000 * seconds; i++) {
      await pause(Math.max(0, due(i) - performance.now()));
      stored.push(this.#put(this.#given++));
    }
    await pause(began + 1000 * seconds - performance.now());
    await Promise.all(stored);
    await loop.stop();
    if (faults.length > 0) throw faults[0];
  }

  /** Ends the day and seals what was given. */
  async seal(): Promise<void> {
    this.#clock.now = START + DAY + 600;
    await this.#work("sealing");
  }

  /** What the gateway says of all logs together. */
  async counts(): Promise<{ given: number; waiting: number; sealed: number }> {
    const { logs } = await this.#gateway.state();
    const sum = (of: (log: (typeof logs)[number]) => number) => logs.reduce((all, log) => all + of(log), 0);
    return {
      given: sum(({ readings }) => readings.given),
      waiting: sum(({ readings }) => readings.waiting),
      sealed: sum(({ sealed }) => sealed),
    };
  }

  #put(number: number): Promise<void> {
    const device = number % this.devices;
    // A device's next reading is a minute later. After the day's last minute it is the first one again, a second on.
    const turn = Math.floor(number / this.devices);
    const time = START + 60 * (turn % 1_440) + (Math.floor(turn / 1_440) % 60);
    const payload = Buffer.from(JSON.stringify({ t: time, v: 80 + (number % 100) }));
    const receivedAt = 1000 * this.#clock.now;
    return this.#gateway.inbox.put({ topic: `devices/d${device}`, payload, receivedAt, retained: false });
  }

  async #work(name: string): Promise<void> {
    const { signal } = new AbortController();
    const duty = this.#gateway.duties.find((each) => each.name === name)!;
    while (await duty.act(signal));
  }
}

function logsOf(count: number, database: Database, clock: () => number): GatewayLog[] {
  const signer = Wallet.createRandom();
  const domain = { chainId: 31_337n, anchors: "0x00000000000000000000000000000000000000a1" };
  const services = new Attester({
    records: sqlRecords(database, clock),
    group: 7n,
    times: { intakeTime: INTAKE_TIME, graceTime: DAY },
    domain,
    signer,
    clock,
  });
  const trust = { domain, attester: signer.address };
  return Array.from({ length: count }, (_, i) => ({
    person: `p${i}`,
    subject: BigInt(1_000 + i),
    profile: PROFILE,
    offset: 0,
    devices: [`d${i}`],
    signer: new SimulatedDevice("ed25519"),
    attester: { name: "attester", services, trust, intakeTime: INTAKE_TIME },
  }));
}
