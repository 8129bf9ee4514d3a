// SPDX-License-Identifier: GPL-3.0-or-later
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { Bell } from "../src/operate/bell.ts";
import { Loop } from "../src/operate/loop.ts";

const HOUR = 3_600_000;

describe("loop", () => {
  it("goes on while more is due, and waits while nothing is", async () => {
    let due = 3;
    let looks = 0;
    const loop = new Loop(
      [
        {
          name: "work",
          every: HOUR,
          act: async () => {
            looks++;
            return due > 0 && due-- > 0;
          },
        },
      ],
      () => undefined,
    );
    loop.start();
    await setTimeout(50);
    expect([looks, due]).to.deep.equal([4, 0]);
    await loop.stop();
    expect(loop.states[0]).to.deep.include({ name: "work", faults: 0 });
  });

  it("looks at once when its bell is rung, also while it looks, and once for many rings", async () => {
    const bell = new Bell();
    let looks = 0;
    const act = async () => {
      looks++;
      if (looks === 2) bell.ring();
      await setTimeout(20);
      return false;
    };
    const loop = new Loop([{ name: "work", every: HOUR, bell, act }], () => undefined);
    loop.start();
    await setTimeout(60);
    expect(looks).to.equal(1);
    bell.ring();
    bell.ring();
    await setTimeout(120);
    expect(looks).to.equal(3);
    await loop.stop();
  });

  it("a bell does not end the pause after a fault", async () => {
    const bell = new Bell();
    let looks = 0;
    const act = async () => {
      looks++;
      throw new Error("not yet");
    };
    const loop = new Loop([{ name: "work", every: 1, bell, act }], () => undefined);
    loop.start();
    await setTimeout(30);
    bell.ring();
    await setTimeout(60);
    expect(looks).to.equal(1);
    await loop.stop();
  });

  it("tells of a fault, tries again later, and does not stop other duties", async () => {
    const told: string[] = [];
    let tries = 0;
    let steps = 0;
    const loop = new Loop(
      [
        {
          name: "broken",
          every: 1,
          act: async () => {
            if (++tries === 1) throw new Error("no disk");
            return false;
          },
        },
        {
          name: "well",
          every: 1,
          act: async () => {
            steps++;
            return false;
          },
        },
      ],
      (duty, fault) => told.push(`${duty}: ${(fault as Error).message}`),
    );
    loop.start();
    await setTimeout(200);
    expect(told).to.deep.equal(["broken: no disk"]);
    expect(tries).to.equal(1);
    expect(steps).to.be.greaterThan(10);
    expect(loop.states[0]).to.deep.include({ faults: 1, lastGood: undefined });
    await setTimeout(1_000);
    expect(tries).to.be.greaterThan(1);
    expect(loop.states[0]!.faults).to.equal(0);
    await loop.stop();
  });

  it("lets a step that runs end before it stops", async () => {
    let ended = false;
    const loop = new Loop(
      [
        {
          name: "slow",
          every: HOUR,
          act: async (signal) => {
            await setTimeout(100);
            expect(signal.aborted).to.equal(true);
            ended = true;
            return true;
          },
        },
      ],
      () => undefined,
    );
    loop.start();
    await setTimeout(10);
    await loop.stop();
    expect(ended).to.equal(true);
  });
});
