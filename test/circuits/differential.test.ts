// SPDX-License-Identifier: GPL-3.0-or-later
//
// T4 T8 T14: four parties decide about the same window of readings and the same
// terms, and agree: the constraints of the circuit, the SDK's `checkTerms`, the catalogue's `evaluate`
// over readings instead of codes, and the evaluator that was written from docs/protocol.md alone.
// Bounds are at the very value that the window reaches, or one step off. LONG=1
// has 10,000 windows for each template.
import {
  type Decidable,
  epochStart,
  evaluate,
  NO_BOUND,
  type Profile,
  type ProfileName,
  packTerms,
  profileOf,
  type Reading,
  VitalproofError,
} from "@vitalproof/sdk";
import { expect } from "chai";
import fc from "fast-check";
import { type Circuit, compileInstance } from "./support/circuit.ts";
import { honestClaimOf, inputOf } from "./support/claim.ts";
import { evaluates, mayBeOffered } from "./support/formats/evaluator.ts";
import {
  type Choices,
  type Codes,
  cases,
  EPOCH,
  FLAGS,
  levelsNear,
  OFFSET,
  REQUESTS,
  readingOf,
  TERMS,
} from "./support/questions.ts";
import { sdkDecides } from "./support/sdk.ts";
import { type Shape, shapeOf, type TemplateName } from "./support/shapes.ts";
import { packTerms as packByOracle } from "./support/terms.ts";
import type { CircuitInput } from "./support/tester.ts";

const LONG = process.env.LONG === "1";
const WINDOWS = LONG ? 10_000 : 64;
const SEED = 20_261_129;

const CASES = [
  ["distribution", "distribution-direct-test", "test-16"],
  ["distribution", "distribution-histogram-test", "test-16"],
  ["episode", "episode-direct-test", "test-16"],
  ["episode", "episode-test", "test-16"],
  ["regularity", "regularity-test", "test-16"],
  // The catalogue sums only what counts from 0, and the small instances have no such scale.
  ["regularity", "device-usage-30d", "device-usage-3h"],
  ["impact", "impact-test", "test-3x5"],
] as const;

describe("circuits: four parties decide alike", () => {
  for (const [template, name, profileName] of CASES) {
    // The second construction of a template meets other windows.
    const seed = SEED + name.length;
    const heavy = name === "device-usage-30d";
    const parties = heavy && !LONG ? "checkTerms" : "constraints, checkTerms";

    it(`T4 T8 T14: ${name}: ${parties}, evaluate and the evaluator of the formats agree on ${WINDOWS} windows`, async function () {
      this.timeout(7_200_000);
      const shape = shapeOf(name);
      const profile = profileOf(profileName);
      const circuit = heavy && !LONG ? undefined : await compileInstance(name, 2);
      const start = epochStart(profile, OFFSET, EPOCH);
      const end = epochStart(profile, OFFSET, EPOCH + shape.epochs);
      const seen = new Tally();
      for (const [codes, chosen] of fc.sample(cases(shape), { numRuns: WINDOWS, seed })) {
        const request = REQUESTS[template](shape, profile, codes, chosen);
        let made: Readonly<Record<string, unknown>>;
        try {
          made = TERMS[template]({ circuit: name, offset: OFFSET, ...request } as never);
        } catch (error) {
          // Terms that no program may have, such as those that an all-missing period meets.
          if (!(error instanceof VitalproofError)) throw error;
          seen.refused++;
          continue;
        }
        const label = labelOf(request, codes);
        const { claim, decided } = decisions(template, shape, profileName, made, codes);
        const { word, expected } = decided;
        expect(packTerms({ ...made, epoch: EPOCH } as never), `packTerms: ${label}`).to.equal(word);
        expect(mayBeOffered(inProgram(word)), `may be offered: ${label}`).to.equal(true);
        expect(decided.byTerms, `checkTerms: ${label}`).to.equal(expected);
        if (circuit !== undefined)
          expect(await accepts(circuit, inputOf(claim)), `constraints: ${label}`).to.equal(expected);

        const entry: Decidable = {
          name: "differential",
          metric: "synthetic",
          template,
          about: "share",
          forms: [{ profile: profileName, request, offset: OFFSET, circuit: name }],
        };
        const readings = readingsOf(profile, start, codes, shape.channels);
        const evaluated = readings.length > 0 && evaluate(readings, { entry, from: start, to: end }).holds;
        expect(evaluated, `evaluate: ${label}`).to.equal(expected);
        seen.add(expected, codes, chosen);
      }
      seen.check(WINDOWS);
    });
  }

  it(`T6 T8: regularity-test: constraints, checkTerms and the evaluator of the formats agree on sums in ${WINDOWS} windows`, async function () {
    this.timeout(7_200_000);
    const shape = shapeOf("regularity-test");
    const profile = profileOf("test-16");
    const circuit = await compileInstance("regularity-test", 2);
    const seen = new Tally();
    const sums = { of: (code: number) => code - 1, most: shape.codes - 1 };
    for (const [codes, chosen] of fc.sample(cases(shape), { numRuns: WINDOWS, seed: SEED })) {
      const { level, epochs } = levelsNear(codes, chosen, sums);
      const bounds = {
        ofValid: chosen.ofValid,
        sum: true,
        offset: OFFSET,
        level,
        low: chosen.low,
        high: Math.min(chosen.low + chosen.width, profile.codes),
        shareMin: 0,
        shareMax: 10_000,
        epochsMin: epochs.atLeast ?? 0,
        epochsMax: epochs.atMost ?? NO_BOUND,
        coverageMin: chosen.ofValid ? 1 : 0,
      };
      const label = labelOf(bounds, codes);
      const { claim, decided } = decisions("regularity", shape, "test-16", bounds, codes);
      const { word, expected, byTerms } = decided;
      expect(byTerms !== undefined, `may be offered: ${label}`).to.equal(mayBeOffered(inProgram(word)));
      if (byTerms === undefined) {
        seen.refused++;
        continue;
      }
      expect(byTerms, `checkTerms: ${label}`).to.equal(expected);
      expect(await accepts(circuit, inputOf(claim)), `constraints: ${label}`).to.equal(expected);
      seen.add(expected, codes, chosen);
    }
    seen.check(WINDOWS);
  });
});

/** What the SDK's terms and the evaluator decide, and the claim that the circuit is asked about. */
function decisions(
  template: TemplateName,
  shape: Shape,
  profileName: ProfileName,
  made: Readonly<Record<string, unknown>>,
  codes: Codes,
) {
  const flags = FLAGS[template].reduce(
    (sum, flag, bit) => sum + (made[flag] === true ? 1n << BigInt(bit) : 0n),
    0n,
  );
  const fields = Object.fromEntries(
    Object.entries(made).flatMap(([field, value]) =>
      typeof value === "number" && !["offset", "epoch", "epochs"].includes(field)
        ? [[field, BigInt(value)]]
        : [],
    ),
  );
  const claim = honestClaimOf(template, shape, { codes, terms: { ...fields, flags } as never });
  const named = Object.fromEntries(FLAGS[template].map((flag) => [flag, made[flag] === true]));
  const word = packByOracle(claim.terms);
  const decided = {
    word,
    expected: evaluates(
      word,
      codes.map((row) => row.map(Number)),
    ),
    byTerms: sdkDecides(template, profileName, claim.terms, named, codes),
  };
  return { claim, decided };
}

/** The word of a program: the period's first epoch is 0 there. */
const inProgram = (word: bigint): bigint => word - (BigInt(EPOCH) << 32n);

const labelOf = (request: object, codes: Codes): string =>
  JSON.stringify([request, codes], (_, value) => (typeof value === "bigint" ? Number(value) : value));

/** What the windows were like: a sample that met no boundary would say little. */
class Tally {
  refused = 0;
  #decided = 0;
  #held = 0;
  readonly #kinds = { empty: 0, full: 0, gaps: 0, ends: 0, worstCase: 0, ofValid: 0 };

  add(held: boolean, codes: Codes, { ofValid }: Choices): void {
    this.#decided++;
    if (held) this.#held++;
    const flat = codes.flat();
    const missing = flat.filter((code) => code === 0n).length;
    this.#kinds[missing === 0 ? "full" : missing === flat.length ? "empty" : "gaps"]++;
    if (flat.includes(1n)) this.#kinds.ends++;
    this.#kinds[ofValid ? "ofValid" : "worstCase"]++;
  }

  check(windows: number): void {
    expect(this.#decided + this.refused).to.equal(windows);
    expect(this.#decided, "most terms are such as a program may have").to.be.greaterThan(windows * 0.6);
    expect(this.#held, "some must hold").to.be.greaterThan(this.#decided / 6);
    expect(this.#held, "some must not").to.be.lessThan((this.#decided * 5) / 6);
    for (const [kind, met] of Object.entries(this.#kinds)) expect(met, kind).to.be.greaterThan(0);
    if (LONG)
      console.log(`      ${JSON.stringify({ ...this.#kinds, held: this.#held, refused: this.refused })}`);
  }
}

let refusals = 0;

/**
 * Whether the constraints accept an input: a witness of the honest generator satisfies all of them, or the liar's twin
 * has none that does. The twin is slow, so it is asked about every fourth refusal, of the many of LONG=1 every fortieth.
 */
async function accepts(circuit: Circuit, input: CircuitInput): Promise<boolean> {
  const witness = await circuit.honest(input).catch(() => undefined);
  if (witness !== undefined) return circuit.system.satisfiedBy(witness);
  return refusals++ % (LONG ? 40 : 4) === 0 ? circuit.accepts(input) : false;
}

/** Readings in the middle of their slots. A sample with a missing axis is left out: it is missing whichever axis it is. */
function readingsOf(profile: Profile, start: number, codes: Codes, channels: number): Reading[] {
  const flat = codes.flat().map(Number);
  const readings: Reading[] = [];
  for (let i = 0; i < flat.length; i += channels) {
    const slots = flat.slice(i, i + channels);
    if (slots.includes(0)) continue;
    const values = slots.map((code) => readingOf(profile, code));
    const time = start + (i / channels + 0.5) * profile.interval;
    readings.push({ time, value: channels === 1 ? values[0]! : values, unit: profile.ucum });
  }
  return readings;
}
