// SPDX-License-Identifier: GPL-3.0-or-later

import {
  checkTerms,
  DEMO_DAYS,
  distributionTerms,
  Log,
  memoryStore,
  syntheticClarity,
  VitalproofError,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { type FileReadings, readFile, textInput } from "../src/index.ts";

const made = (seed: number): Promise<FileReadings> =>
  readFile(textInput(syntheticClarity({ seed })), { zone: "UTC" });

describe("synthetic export", () => {
  const terms = distributionTerms({
    circuit: "glucose-day",
    band: { atLeast: 70, atMost: 180 },
    share: { atLeast: 70 },
  });

  it("is the same to the byte for a seed, and another for another", () => {
    expect(syntheticClarity({ seed: 3 })).to.equal(syntheticClarity({ seed: 3 }));
    expect(syntheticClarity({ seed: 3 })).to.not.equal(syntheticClarity({ seed: 4 }));
  });

  it("has days that meet time in range of 70 %, days that do not, and days that fail by their gaps alone", async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { readings, report } = await made(seed);
      expect(report.skipped.Alert).to.equal(3);
      const firstEpoch = Math.floor(readings[0]!.time / 86_400);
      const log = await Log.create(memoryStore(), "made", {
        group: 1n,
        subject: 1n,
        profile: "glucose-mg-dl-5min",
        offset: 0,
        firstEpoch,
        genesis: 1n,
      });
      const taken = await log.append(readings);
      expect(taken.taken).to.equal(taken.given);
      const sealed = await log.seal((firstEpoch + DEMO_DAYS.length) * 86_400);
      expect(sealed.reduce((sum, { dropped }) => sum + dropped, 0)).to.equal(0);
      log.epochs.forEach(({ codes }, day) => {
        const kind = DEMO_DAYS[day]!;
        expect(checkTerms(terms, [codes]).holds, `seed ${seed} day ${day} ${kind}`).to.equal(kind === "good");
        const ofValid = checkTerms(terms, [codes], { semantics: "of-valid" }).holds;
        expect(ofValid, `seed ${seed} day ${day} ${kind}, of valid`).to.equal(kind !== "bad");
      });
    }
  });

  it("stays within what bodies do: 40 to 400 mg/dL, at most 8 mg/dL a minute, a mean a clinic would see", async () => {
    const { readings } = await made(1);
    const values = readings.map(({ value }) => Number(value));
    expect(Math.min(...values)).to.be.within(45, 75);
    expect(Math.max(...values)).to.be.within(220, 400);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).to.be.within(110, 170);
    readings.slice(1).forEach(({ time }, i) => {
      const minutes = (time - readings[i]!.time) / 60;
      expect(Math.abs(values[i + 1]! - values[i]!) / minutes).to.be.at.most(8);
    });
  });

  it("refuses an impossible first day or number of days", () => {
    for (const options of [{ days: [] }, { firstDay: "2026-13-01" }]) {
      expect(() => syntheticClarity(options))
        .to.throw(VitalproofError)
        .with.property("code", "INVALID_ARGUMENT");
    }
  });
});
