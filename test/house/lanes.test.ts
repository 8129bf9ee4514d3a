// SPDX-License-Identifier: GPL-3.0-or-later
//
// In what order `npm test` runs what it builds and tests.
import { expect } from "chai";
import { preparationOf, SUITES } from "../../scripts/suites.ts";
import { type Job, runInLanes } from "../../scripts/test/lanes.ts";

describe("jobs in lanes", () => {
  let told: string[];
  let atOnce: number;
  beforeEach(() => {
    told = [];
    atOnce = 0;
  });

  /** A job of so many turns of the event loop. */
  function job(name: string, turns: number, after: readonly string[] = [], good = true): Job {
    return {
      name,
      after,
      async run() {
        atOnce += 1;
        told.push(`${name} begins`);
        expect(atOnce).to.be.at.most(2);
        for (let i = 0; i < turns; i++) await new Promise(setImmediate);
        told.push(`${name} ends`);
        atOnce -= 1;
        return good;
      },
    };
  }

  it("run two at a time and in their order, and one that can begin overtakes those that wait", async () => {
    const skipped = await runInLanes(
      [job("build", 6), job("needs it", 1, ["build"]), job("long", 4), job("short", 1)],
      2,
    );
    expect(told).to.deep.equal([
      ...["build begins", "long begins", "long ends", "short begins", "short ends"],
      ...["build ends", "needs it begins", "needs it ends"],
    ]);
    expect(skipped.size).to.equal(0);
  });

  it("that wait more than they work take no lane", async () => {
    await runInLanes(
      [
        job("a", 4),
        job("b", 4),
        job("c", 1),
        { ...job("d", 1), light: true, run: async () => told.push("d runs") > 0 },
      ],
      2,
    );
    expect(told.indexOf("d runs")).to.be.below(told.indexOf("a ends"));
    expect(told.indexOf("c begins")).to.be.above(told.indexOf("a ends"));
  });

  it("are left out where one that they need failed, however far away, and the others run", async () => {
    const skipped = await runInLanes(
      [job("last", 1, ["middle"]), job("middle", 1, ["build"]), job("build", 1, [], false), job("free", 3)],
      2,
    );
    expect([...skipped].sort()).to.deep.equal([
      ["last", "build"],
      ["middle", "build"],
    ]);
    expect(told).to.include("free ends").and.not.include("middle begins").and.not.include("last begins");
  });

  it("that cannot begin are an error", async () => {
    const thrown = (jobs: readonly Job[]) =>
      runInLanes(jobs, 2).then(
        () => "",
        (error: Error) => error.message,
      );
    expect(await thrown([job("a", 1, ["b"])])).to.equal('"a" waits for "b", which is not among the jobs');
    expect(await thrown([job("a", 1, ["b"]), job("b", 1, ["a"])])).to.equal(
      "These wait for each other: a, b",
    );
  });

  it("what is built for suites includes what it needs itself", () => {
    for (const { needs } of SUITES) {
      const built = new Set(preparationOf(new Set(needs), false).map(({ need }) => need));
      for (const need of needs) expect([...built]).to.include(need);
      for (const { after } of preparationOf(new Set(needs), false))
        for (const other of after) expect([...built]).to.include(other);
    }
    expect(preparationOf(new Set(), false)).to.deep.equal([]);
  });
});
