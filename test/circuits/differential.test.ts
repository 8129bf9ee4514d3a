// SPDX-License-Identifier: GPL-3.0-or-later
//
// T4 T8 T14: four parties decide about the same window of readings and the same
// terms, and agree: the constraints of the circuit, the SDK's `checkTerms`, the catalogue's `evaluate`
// over readings instead of codes, and plain counting after docs/protocol.md.
// Bounds are at the very value that the window reaches, or one step off. LONG=1
// has 10,000 windows for each template.
import {
  type Decidable,
  epochStart,
  evaluate,
  type Profile,
  profileOf,
  type Reading,
  VitalproofError,
} from "@vitalproof/sdk";
import { expect } from "chai";
import fc from "fast-check";
import { type Circuit, compileInstance } from "./support/circuit.ts";
import { holds, honestClaimOf, inputOf } from "./support/claim.ts";
import { impactHolds } from "./support/impact.ts";
import {
  type Codes,
  choices,
  EPOCH,
  FLAGS,
  OFFSET,
  REQUESTS,
  readingOf,
  TERMS,
  window,
} from "./support/questions.ts";
import { regularityHolds } from "./support/regularity.ts";
import { episodeHolds } from "./support/runs.ts";
import { sdkDecides } from "./support/sdk.ts";
import { type Shape, shapeOf, type TemplateName } from "./support/shapes.ts";
import type { TermsByTemplate } from "./support/terms.ts";
import type { CircuitInput } from "./support/tester.ts";

const LONG = process.env.LONG === "1";
const WINDOWS = LONG ? 10_000 : 40;
const SEED = 20_261_129;

/** Plain counting. */
function plainly<T extends TemplateName>(
  template: T,
  shape: Shape,
  terms: TermsByTemplate[T],
  codes: Codes,
): boolean {
  const all = terms as unknown as TermsByTemplate[TemplateName] &
    TermsByTemplate["distribution"] &
    TermsByTemplate["episode"] &
    TermsByTemplate["regularity"] &
    TermsByTemplate["impact"];
  if (template === "distribution") return holds(shape, all, codes);
  if (template === "episode") return episodeHolds(all, codes);
  if (template === "regularity") return regularityHolds(shape, all, codes);
  return impactHolds(shape, all, codes);
}

describe("circuits: four parties decide alike", () => {
  for (const [template, name, profileName] of [
    ["distribution", "distribution-direct-test", "test-16"],
    ["distribution", "distribution-histogram-test", "test-16"],
    ["episode", "episode-direct-test", "test-16"],
    ["episode", "episode-test", "test-16"],
    ["regularity", "regularity-test", "test-16"],
    ["impact", "impact-test", "test-3x5"],
  ] as const) {
    // The second construction of a template meets other windows.
    const seed = SEED + name.length;

    it(`T4 T8 T14: ${name}: constraints, checkTerms, evaluate and plain counting agree on ${WINDOWS} windows`, async function () {
      this.timeout(7_200_000);
      const shape = shapeOf(name);
      const profile = profileOf(profileName);
      const circuit = await compileInstance(name, 2);
      const start = epochStart(profile, OFFSET, EPOCH);
      const end = epochStart(profile, OFFSET, EPOCH + shape.epochs);
      let [held, refused, decided] = [0, 0, 0];
      for (const [codes, chosen] of fc.sample(fc.tuple(window(shape), choices), { numRuns: WINDOWS, seed })) {
        const request = REQUESTS[template](shape, profile, codes, chosen);
        let made: Readonly<Record<string, unknown>>;
        try {
          made = TERMS[template]({ circuit: name, offset: OFFSET, ...request } as never);
        } catch (error) {
          // Terms that no program may have, such as those that an all-missing period meets.
          if (!(error instanceof VitalproofError)) throw error;
          refused++;
          continue;
        }
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
        const label = JSON.stringify([request, codes], (_, value) =>
          typeof value === "bigint" ? Number(value) : value,
        );
        const expected = plainly(template, shape, claim.terms as never, codes);
        if (expected) held++;
        expect(await accepts(circuit, inputOf(claim)), `constraints: ${label}`).to.equal(expected);
        const named = Object.fromEntries(FLAGS[template].map((flag) => [flag, made[flag] === true]));
        expect(sdkDecides(template, profileName, claim.terms, named, codes), `checkTerms: ${label}`).to.equal(
          expected,
        );

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
        decided++;
      }
      expect(decided + refused).to.equal(WINDOWS);
      expect(decided, "most terms are such as a program may have").to.be.greaterThan(WINDOWS * 0.6);
      expect(held, "some must hold").to.be.greaterThan(decided / 6);
      expect(held, "some must not").to.be.lessThan((decided * 5) / 6);
    });
  }
});

let refusals = 0;

/**
 * Whether the constraints accept an input: a witness of the honest generator satisfies all of them, or the liar's twin
 * has none that does. The twin is slow, so it is asked about every fourth refusal.
 */
async function accepts(circuit: Circuit, input: CircuitInput): Promise<boolean> {
  const witness = await circuit.honest(input).catch(() => undefined);
  if (witness !== undefined) return circuit.system.satisfiedBy(witness);
  return refusals++ % 4 === 0 ? circuit.accepts(input) : false;
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
