// SPDX-License-Identifier: GPL-3.0-or-later
//
// A file of any format, and changed ones: what is decided about it without a proof is decided over exactly what a log seals of it.
import {
  catalogue,
  type Evaluation,
  epochAt,
  evaluate,
  Log,
  MISSING,
  memoryStore,
  profileOf,
  type Reading,
  roundToSteps,
  VitalproofError,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { bytesInput, collectReadings, FORMATS, type ReadingSeries } from "../src/index.ts";
import { FUZZ_SAMPLES, type FuzzSample } from "./fuzzSamples.ts";
import { random } from "./fuzzSupport.ts";

const NOW = 1_767_225_600;
const CHANGED = process.env.LONG === "1" ? 2_000 : 40;
/** A changed time may be years away from the others, and sealing all days between takes long. */
const MOST_EPOCHS = 100;

const bytesOf = ({ content }: FuzzSample): Uint8Array =>
  typeof content === "string" ? new TextEncoder().encode(content) : content;

/** Codes of the epochs that a log seals of the readings, over the stretch that was decided about. */
async function sealed(readings: readonly Reading[], { profile: name, from, to }: Evaluation) {
  const profile = profileOf(name);
  const firstEpoch = epochAt(profile, 0, from);
  const opening = { group: 1n, subject: 2n, profile: name, offset: 0, firstEpoch, genesis: 3n };
  const log = await Log.create(memoryStore(), "log", opening);
  const taken = await log.append(roundToSteps(profile, readings).readings);
  await log.seal(to + 2 * profile.epochSeconds);
  return { taken, codes: log.epochs.map(({ codes }) => codes) };
}

/** What is decided about a series; undefined where no question is about it, or nothing of it is on a grid's steps. */
function decided(series: ReadingSeries): Evaluation | undefined {
  const entry = catalogue().find((one) => one.kind === "question" && one.metric === series.metric);
  if (entry?.kind !== "question") return undefined;
  try {
    return evaluate(series, { entry, offset: 0, round: true });
  } catch (error) {
    if (VitalproofError.find(error, "INVALID_ARGUMENT") === undefined) throw error;
    return undefined;
  }
}

/** @returns how many series were compared */
async function compare(bytes: Uint8Array, { options = {} }: FuzzSample): Promise<number> {
  let read: Awaited<ReturnType<typeof collectReadings>>;
  try {
    read = await collectReadings(bytesInput(bytes), { ...options, now: NOW });
  } catch (error) {
    if (!(error instanceof VitalproofError)) throw error;
    return 0;
  }
  let compared = 0;
  for (const series of read.series) {
    const evaluation = decided(series);
    if (evaluation === undefined || evaluation.epochs > MOST_EPOCHS) continue;
    const { taken, codes } = await sealed([...series], evaluation);
    const stretch = codes.slice(0, evaluation.epochs);
    const { channels } = profileOf(evaluation.profile);
    const filled = stretch.flat().filter((code) => code !== MISSING).length / channels;
    expect(filled).to.equal(evaluation.valid);
    expect(evaluation.slots - filled).to.equal(evaluation.missing);
    const refused = Object.entries(taken.refused).filter(([, count]) => count > 0);
    expect(Object.fromEntries(refused)).to.deep.equal(evaluation.sealing.refused);
    compared += 1;
  }
  return compared;
}

describe("check decides over what sealing keeps", function () {
  this.timeout(process.env.LONG === "1" ? 600_000 : 60_000);
  let compared = 0;

  for (const { name } of FORMATS) {
    it(`${name}: a sample and ${CHANGED} changed ones`, async () => {
      const sample = FUZZ_SAMPLES[name]!;
      const { repair = (bytes) => bytes } = sample;
      const { mutate } = random(`sealing ${name}`);
      expect(await compare(bytesOf(sample), sample), "series of the sample").to.be.at.least(1);
      for (let i = 0; i < CHANGED; i++) compared += await compare(repair(mutate(bytesOf(sample))), sample);
    });
  }

  it("a tenth of the changed files could be read, and were compared", () => {
    expect(compared).to.be.at.least((FORMATS.length * CHANGED) / 10);
  });
});
