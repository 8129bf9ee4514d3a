// SPDX-License-Identifier: GPL-3.0-or-later
//
// The story of `npm run demo -- --ward`, once.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect } from "chai";
import hre from "hardhat";
import { Report } from "../../scripts/demo/report.ts";
import { wrongIn } from "../../scripts/ward/check.ts";
import type { BedFacts, WardResult } from "../../scripts/ward/facts.ts";
import { tellWard } from "../../scripts/ward/story.ts";
import { wardText } from "../../scripts/ward/table.ts";

const root = new URL("../..", import.meta.url).pathname;

describe("e2e: a ward", () => {
  const report = new Report({ write() {} });
  let result: WardResult;
  let folder: string;
  let pid: number;
  before(async function () {
    this.timeout(600_000);
    result = await tellWard(hre, report, {
      atEnd: async ({ site, gateway }) => {
        folder = site.folder;
        pid = gateway.pid!;
        process.kill(pid, 0);
      },
    });
  });

  const bed = (name: string): BedFacts => result.beds.find((each) => each.bed === name)!;

  it("over an outage, a storm of duplicates and kills, exactly what should be paid is paid, once", () => {
    expect(result.wrong).to.deep.equal([]);
    expect(report.failures).to.deep.equal([]);
    expect(result.beds.map(({ paid }) => paid / 1e6)).to.deep.equal([25, 0, 25, 25, 0]);
    expect(result.beds.map(({ settled, proofs }) => [settled, proofs])).to.deep.equal([
      [1, 1],
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
    expect(result.kills).to.equal(4);
    expect(result.atLastKill).to.deep.equal({ sent: 3, unmet: 2 });
    expect(result.transactions.find(({ call }) => call === "submitClaims")!.count).to.equal(1);
  });

  it("devices sent again what was not acknowledged, and a storm changes no reading", () => {
    for (const { bed: name, device } of result.beds) expect(device.sent, name).to.be.above(device.messages);
    const { device, readings } = bed("bed-3");
    expect(device.messages).to.equal(5 * (288 + 144));
    expect([readings.kept, readings.dropped]).to.deep.equal([288, 144]);
    expect(readings.duplicate).to.be.at.least(4 * (288 + 144));
    expect(bed("bed-5").readings.refused).to.deep.equal({ "epoch-sealed": 178 });
  });

  it("strangers are refused by the broker, and payments by the contract", () => {
    expect(result.brokerRefused).to.deep.equal({ publish: 1, anonymous: 1, password: 1 });
    expect(report.steps.filter(({ refused }) => refused === true)).to.have.length(5);
  });

  it("nothing is left behind", () => {
    expect(folder).to.match(/vitalproof-ward-/);
    expect(existsSync(folder)).to.equal(false);
    expect(() => process.kill(pid, 0))
      .to.throw()
      .with.property("code", "ESRCH");
  });

  it("it tells in columns what became of each bed", () => {
    const lines = wardText(result).split("\n");
    expect(lines[1]).to.match(/^bed-1 .* 288 .* final +25.00 tUSDC$/);
    expect(new Set(lines.slice(0, 6).map(({ length }) => length)).size).to.equal(1);
  });

  const FALSE: readonly (readonly [what: string, change: (bed: BedFacts) => object])[] = [
    ["unpaid", ({ paid }) => ({ paid: 25_000_000 - paid })],
    ["settled twice", ({ settled }) => ({ settled: settled + 1 })],
    ["proven once more", ({ proofs }) => ({ proofs: proofs + 1 })],
    ["a reading lost", ({ readings }) => ({ readings: { ...readings, kept: readings.kept - 1 } })],
    [
      "a reading that came from nowhere",
      ({ readings, device }) => ({ readings: { ...readings, given: device.sent + 1 } }),
    ],
    [
      "a message without an answer",
      ({ device }) => ({ device: { ...device, acknowledged: device.acknowledged - 1 } }),
    ],
    ["a gap", ({ epochs }) => ({ epochs: { ...epochs, gaps: 1 } })],
    ["a claim that waits", () => ({ claims: { sent: 1 } })],
  ];
  for (const [what, change] of FALSE) {
    it(`the story fails when a bed has ${what}`, () => {
      for (const each of result.beds) {
        const beds = result.beds.map((one) => (one === each ? { ...one, ...change(one) } : one));
        expect(wrongIn({ ...result, beds }), each.bed).not.to.deep.equal([]);
      }
    });
  }

  it("options that do not fit end with exit code 2, before anything is built", () => {
    for (const args of [
      ["--ward", "--circuit", "af-hour"],
      ["--ward", "--cgm", "x", "--zone", "UTC"],
      ["--keep"],
    ]) {
      const run = spawnSync(process.execPath, ["scripts/demo.ts", ...args], { cwd: root, encoding: "utf8" });
      expect([run.status, run.stdout]).to.deep.equal([2, ""]);
      expect(run.stderr).to.match(/--ward/);
    }
  });
});
