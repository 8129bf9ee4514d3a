// SPDX-License-Identifier: GPL-3.0-or-later
//
// How much a gateway stores with how much of a processor. Time on the clock depends on what else the machine does, so most is
// said in seconds of the processor; LONG=1 does it at length.
import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import {
  attesterOver,
  DAY,
  FIRST_DAY,
  GRACE,
  logsOf,
  messageOf,
  TestClock,
  TestGateway,
} from "./support/gateways.ts";
import { onBothStores, type Stores } from "./support/stores.ts";

const LONG = process.env.LONG !== undefined;
const LOGS = LONG ? 1_000 : 20;
const READINGS = LONG ? 1_000_000 : 5_000;
/** Messages that wait for the disk at once. */
const IN_FLIGHT = 500;
/** Readings for each second of the processor. */
const LEAST = 5_000;
const START = (FIRST_DAY + 1) * DAY;

async function world(stores: Stores) {
  const database = await stores.open(await stores.fresh());
  const clock = new TestClock();
  const gateway = await TestGateway.start(
    database,
    clock,
    logsOf(
      LOGS,
      attesterOver(database, () => clock.now),
    ),
  );
  await gateway.work("enrolment");
  clock.now = START + DAY - 1;
  return { clock, gateway };
}

async function cpuOf(act: () => Promise<unknown>): Promise<{ cpu: number; wall: number }> {
  const [began, before] = [performance.now(), process.cpuUsage()];
  await act();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1e6, wall: (performance.now() - began) / 1000 };
}

onBothStores("gateway under load", (stores) => {
  it("stores at least 5,000 readings with a second of the processor, with the same memory for any number", async function () {
    this.timeout(3_600_000);
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const heap = (): number => {
      collect();
      return process.memoryUsage().heapUsed / 1e6;
    };
    const { clock, gateway } = await world(stores);
    let next = 0;
    const give = async (until: number) => {
      const one = async () => {
        for (let i = next++; i < until; i = next++) {
          const sample = [START + (Math.floor(i / LOGS) % 80_000), 1 + (i % 10)] as const;
          await gateway.gateway.inbox.put(messageOf(`d${i % LOGS}`, [sample], clock.now));
        }
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, one));
      next = until;
    };
    await give(READINGS / 5);
    const before = heap();
    const { cpu, wall } = await cpuOf(() => give(READINGS));
    const grown = heap() - before;
    const given = (4 * READINGS) / 5;
    console.log(
      `      ${given} readings: ${Math.round(given / wall)} a second, ${Math.round(given / cpu)} a second of processor, heap ${grown.toFixed(1)} MB more`,
    );
    expect(given / cpu).to.be.above(LEAST);
    expect(grown).to.be.below(20);
    clock.now = START + DAY + GRACE;
    const sealing = await cpuOf(() => gateway.work("sealing"));
    const { logs } = await gateway.gateway.state();
    const sum = (of: (log: (typeof logs)[number]) => number) => logs.reduce((all, log) => all + of(log), 0);
    console.log(
      `      sealed with ${sealing.cpu.toFixed(1)} s of processor, heap ${(heap() - before).toFixed(1)} MB more`,
    );
    expect(sum(({ readings }) => readings.given)).to.equal(READINGS);
    expect(sum(({ readings }) => readings.waiting)).to.equal(0);
    expect(sum(({ sealed }) => sealed)).to.equal(LOGS);
  });

  it("needs under a tenth of a processor for a thousand devices with a reading a minute", async function () {
    if (!LONG) this.skip();
    this.timeout(600_000);
    const { clock, gateway } = await world(stores);
    const seconds = 60;
    const { cpu, wall } = await cpuOf(async () => {
      const end = performance.now() + 1000 * seconds;
      for (let i = 0; performance.now() < end; i++) {
        void gateway.gateway.inbox.put(messageOf(`d${i % LOGS}`, [[START + i, 5]], clock.now));
        if (i % 17 === 0) await gateway.work("sealing", "sending");
        await pause(60);
      }
    });
    console.log(`      ${((100 * cpu) / wall).toFixed(1)} % of a processor`);
    expect(cpu / wall).to.be.below(0.1);
  });
});
