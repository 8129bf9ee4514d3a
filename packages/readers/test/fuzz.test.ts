// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { bytesInput, FORMATS, readFile } from "../src/index.ts";
import { FUZZ_SAMPLES, type FuzzSample } from "./fuzzSamples.ts";
import { random } from "./fuzzSupport.ts";

const LONG = process.env.LONG === "1";
const MUTATIONS = LONG ? 10_000 : 300;
/** No mutation of a small file may take longer, on a busy machine either. */
const MOST_MS = 5000;
/** 2026-01-01, so that a test says the same on every day. */
const NOW = 1_767_225_600;

const bytesOf = ({ content }: FuzzSample): Uint8Array =>
  typeof content === "string" ? new TextEncoder().encode(content) : content;

/** Reads changed bytes, once by content and once as the format: readings or an error of ours. */
async function survives(bytes: Uint8Array, { options = {} }: FuzzSample, name: string): Promise<void> {
  for (const format of [undefined, name]) {
    const began = performance.now();
    try {
      const named = format === undefined ? {} : { format: format as (typeof FORMATS)[number]["name"] };
      const { readings, report } = await readFile(bytesInput(bytes), { ...options, ...named, now: NOW });
      expect(readings).to.have.length(report.taken);
      for (const { time } of readings) expect(Number.isFinite(time)).to.equal(true);
    } catch (error) {
      if (!(error instanceof VitalproofError)) {
        const shown = Buffer.from(bytes).toString("base64");
        throw new Error(`${name} failed by another error than ours over ${shown}`, { cause: error });
      }
    }
    expect(performance.now() - began, `${name}: milliseconds`).to.be.below(MOST_MS);
  }
}

describe("changed files", function () {
  this.timeout(LONG ? 1_200_000 : 60_000);

  it("every format has a sample, and each sample gives readings", async () => {
    for (const { name } of FORMATS) {
      const sample = FUZZ_SAMPLES[name];
      if (sample === undefined) throw new Error(`fuzzSamples.ts has no sample of ${name}.`);
      const { readings, format } = await readFile(bytesInput(bytesOf(sample)), {
        ...sample.options,
        now: NOW,
      });
      expect(format).to.equal(name);
      expect(readings, name).to.not.have.length(0);
    }
  });

  for (const [name, sample] of Object.entries(FUZZ_SAMPLES)) {
    it(`${name}: ${MUTATIONS} changed files give readings or an error of ours, and none hangs`, async () => {
      const { mutate } = random(name);
      const { repair = (bytes) => bytes } = sample;
      for (let i = 0; i < MUTATIONS; i++) {
        const changed = mutate(bytesOf(sample));
        // Every third one as it is: a check sum that does not agree is refused too.
        await survives(i % 3 === 0 ? changed : repair(changed), sample, name);
      }
    });
  }
});
