// SPDX-License-Identifier: GPL-3.0-or-later
//
// Files as people have them, from the file to the payment: glucose of two
// makers and an open system, oxygen and heart rate of a monitor, a labelled
// accelerometer trial. (The Dexcom export is in claim.test.ts.) The files are not part of this
// repository; where ../shared/data is absent, these tests are skipped.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileInput, type ReadOptions, readFile } from "@vitalproof/readers";
import {
  type CheckResult,
  checkTerms,
  circuitOf,
  epochAt,
  epochStart,
  packTerms,
  profileOf,
  type Reading,
  roundToSteps,
  type TermsChoice,
  termsForPeriod,
  termsOf,
} from "@vitalproof/sdk";
import { expect } from "chai";
import hre from "hardhat";
import { BENEFIT } from "./fixture.ts";
import { insuredReadings } from "./period.ts";

const DATA = join(import.meta.dirname, "../../../shared/data");
/** 2026-03-02 09:00 UTC: the monitor and the accelerometer count from a second 0 of their own. */
const START = 1_772_442_000;
/** 23:59:30 of that day: of half a minute's epochs a day has 2,880, and each gap until the day's end is a head. */
const LATE = START + 15 * 3_600 - 30;

interface Source {
  readonly title: string;
  readonly file: string;
  readonly options: ReadOptions;
  /** Circuit of the catalogue, and what is asked for in place of its defaults. */
  readonly offer: readonly [name: string, choice: TermsChoice];
  readonly circuit: string;
  /** Of the period that is claimed: readings, and how many of all were rounded to the profile's steps. */
  readonly valid: number;
  readonly rounded: number;
  readonly facts: (check: CheckResult) => void;
}

const sources: readonly Source[] = [
  {
    title: "FreeStyle Libre: time in range over one day at 15 minutes",
    file: "cgm/cgmanalysis_CC0/De-identified/Libre.csv",
    options: { zone: "America/Denver", metric: "glucose" },
    offer: ["time-in-range", { window: "1 day", profile: "glucose-mg-dl-15min" }],
    circuit: "glucose-15min-day",
    valid: 96,
    rounded: 0,
    facts: (check) => expect(check).to.include({ template: "distribution", missing: 0 }),
  },
  {
    title: "Nightscout: time in range over one day; decimals are rounded because it is asked for",
    file: "cgm/GluPredKit_MIT/nightscout_entries.json",
    options: { metric: "glucose" },
    offer: ["time-in-range", { window: "1 day", profile: "glucose-mg-dl-5min" }],
    circuit: "glucose-day",
    valid: 288,
    rounded: 515,
    facts: (check) => expect(check).to.include({ template: "distribution", inBand: 288 }),
  },
  {
    title: "Monitor numerics: oxygen never below 90 for more than 5 minutes, of 468 valid seconds",
    file: "spo2/bidmc_01_Numerics.csv",
    options: { start: START, metric: "spo2" },
    offer: ["stable-oxygen", { semantics: "of-valid", coverage: 13 }],
    circuit: "spo2-hour-episodes",
    valid: 468,
    rounded: 0,
    facts: (check) => expect(check).to.include({ template: "episode" }),
  },
  {
    title: "Monitor numerics: average heart rate below 100, of 481 valid seconds",
    file: "spo2/bidmc_01_Numerics.csv",
    options: { start: START, metric: "heart-rate" },
    offer: ["average-below", { window: "1 hour", semantics: "of-valid", coverage: 13 }],
    circuit: "heart-rate-hour",
    valid: 481,
    rounded: 0,
    facts: (check) => expect(check).to.include({ template: "distribution" }),
  },
  {
    title: "Accelerometer: a daily activity has no impact of 2.5 g",
    file: "falls/umafall_subject01_waist_accel.csv",
    options: { start: LATE, where: { trial: "S01_ADL_HandsUp_1_2017-04-14_23-32-44" } },
    offer: ["falls", { atMost: 0, semantics: "of-valid", coverage: 45 }],
    circuit: "fall-window",
    // Six samples come less than half an interval after the one before: radio jitter, or a copy; nobody can tell.
    valid: 296,
    rounded: 300,
    facts: (check) => expect(check).to.include({ template: "impact" }),
  },
];

describe("e2e: real files", () => {
  before(function () {
    if (existsSync(DATA)) return;
    console.log("      skipped: the real data folder ../shared/data is not beside the repository");
    this.skip();
  });

  for (const { title, file, options, offer, circuit, valid, rounded, facts } of sources) {
    it(title, async function () {
      this.timeout(900_000);
      const profile = profileOf(circuitOf(circuit).profile);
      const read = await readFile(fileInput(join(DATA, file)), options);
      const steps = roundToSteps<Reading>(profile, read.readings);
      expect(steps.rounded, "rounded").to.equal(rounded);

      // The first whole period of the file: an epoch that begins with it or later.
      const [name, choice] = offer;
      const asked = termsOf(name, choice);
      const first = options.start ?? steps.readings[0]!.time;
      const at = epochAt(profile, asked.offset, first);
      const firstEpoch = epochStart(profile, asked.offset, at) < first ? at + 1 : at;
      const start = epochStart(profile, asked.offset, firstEpoch);
      const readings = steps.readings.filter(
        ({ time }) => time >= start && time < start + profile.epochSeconds,
      );

      await hre.tasks.getTask(["circuits", "build"]).run({ names: [circuit] });
      const period = { circuit: circuitOf(circuit).name, terms: asked, firstEpoch };
      const { world, patient, policy, consentId, request } = await insuredReadings(period, readings);
      const check = checkTerms(
        termsForPeriod(asked, firstEpoch),
        request.epochs.map(({ codes }) => codes),
      );
      expect(check.holds, JSON.stringify(check.failing)).to.equal(true);
      expect(check.valid).to.equal(valid);
      facts(check);

      const { proof, publicInputs } = await patient.proveClaim(request);
      expect(publicInputs[2]).to.equal(packTerms(termsForPeriod(asked, firstEpoch)));
      const relayer = world.claimsAs(world.roles.relayer);
      await relayer.submitClaim({ policy, period: 0, consentId, proof });
      expect((await relayer.pay(policy)).result).to.equal(BENEFIT);
    });
  }
});
