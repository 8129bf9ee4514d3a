// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stories of `npm run demo -- --circuit NAME`.
import { spawnSync } from "node:child_process";
import { checkTerms, circuitOf, Log, memoryStore, type Terms, termsForPeriod } from "@vitalproof/sdk";
import { expect } from "chai";
import hre from "hardhat";
import { Report } from "../../scripts/demo/report.ts";
import { scenarioOf, toldCircuits } from "../../scripts/demo/scenarios.ts";
import { tellStory } from "../../scripts/demo/story.ts";
import { loadSources } from "../../scripts/generate/sources.ts";
import { withoutUnwanted } from "../../simulation/index.ts";

const root = new URL("../..", import.meta.url).pathname;
const { instances } = loadSources(root);

describe("e2e: the demo's stories", () => {
  it("there is one for every circuit with a verifier", () => {
    const deployable = instances
      .filter(({ verifier, family }) => verifier !== null && family?.name === "claims")
      .map(({ name }) => name);
    expect(toldCircuits()).to.have.members(deployable);
  });

  it("an unknown name lists the names, with exit code 2 and before anything is built", () => {
    for (const args of [
      ["--circuit", "glucose-dya"],
      ["--circuit", "enrolment"],
    ]) {
      const run = spawnSync(process.execPath, ["scripts/demo.ts", ...args], { cwd: root, encoding: "utf8" });
      expect(run.status).to.equal(2);
      expect(run.stderr).to.include(args[1]).and.to.include("fall-window").and.to.include("glucose-day");
      expect(run.stdout).to.equal("");
    }
    const both = ["scripts/demo.ts", "--circuit", "af-hour", "--cgm", "x", "--zone", "UTC"];
    expect(spawnSync(process.execPath, both, { cwd: root }).status).to.equal(2);
  });

  for (const name of toldCircuits()) {
    it(`${name}: good periods meet the terms, the others do not, and dropping readings does not help`, async () => {
      const { terms, calendar, readings, kinds } = await scenarioOf(name);
      const { profile, offset, firstEpoch, epochsPerPeriod } = calendar;
      const { template, profile: circuitProfile, epochs } = circuitOf(name);
      expect([terms.template, terms.profile, terms.epochs]).to.deep.equal([template, circuitProfile, epochs]);
      const opening = { group: 1n, subject: 2n, profile: profile.name, offset, firstEpoch, genesis: 3n };
      const log = await Log.create(memoryStore(), "readings", opening);
      const { taken, given } = await log.append(readings);
      expect(taken).to.equal(given);
      await log.seal(calendar.endOf(calendar.epochs.at(-1)!));
      expect(kinds.filter((kind) => kind === "good")).to.have.length.of.at.least(2);
      expect(kinds).to.include("bad").and.to.include("gaps");
      for (const [period, kind] of kinds.entries()) {
        const epoch = calendar.firstEpochOf(period);
        const own: Terms = termsForPeriod(terms, epoch);
        const codes = log.period(epoch, epochsPerPeriod).epochs.map((record) => record.codes);
        const check = checkTerms(own, codes);
        expect(check.holds, `${kind} period ${period}`).to.equal(kind === "good");
        if (kind === "good") continue;
        expect(checkTerms(own, withoutUnwanted(own, codes)).holds, `period ${period}, dropped`).to.equal(
          false,
        );
        if (kind === "gaps") expect(check.missing).to.be.above(0);
      }
    });
  }

  for (const name of toldCircuits()) {
    const heavy = instances.find((instance) => instance.name === name)!.group === "heavy";
    // That of the default circuit is told in claim.test.ts.
    if (!heavy) continue;
    it(`${name}: told from deployment to payment`, async function () {
      if (process.env.LONG !== "1") {
        console.log(`      skipped: ${name} is a heavy instance; run it with LONG=1 npm test -- e2e`);
        this.skip();
      }
      this.timeout(1_800_000);
      const report = new Report({ write() {} });
      const scenario = await scenarioOf(name);
      const result = await tellStory(hre, report, scenario);
      expect(report.failures).to.deep.equal([]);
      expect(result.periods.map(({ outcome }) => outcome)).to.deep.equal(
        scenario.kinds.map((kind) => (kind === "good" ? "paid" : "refused")),
      );
      const refusals = report.steps.filter(({ refused }) => refused === true);
      expect(refusals.length).to.equal(11);
      // For people who look on: no lines of circuits, no functions of the SDK.
      for (const { title, detail } of refusals) {
        expect(detail, title).not.to.match(/Num2Bits|checkTerms|_\d+ line|Assert|Error:/);
      }
    });
  }
});
