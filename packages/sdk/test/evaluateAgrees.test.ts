// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { checkTerms, formOf, Log, memoryStore, profileOf, questionOf, termsOf } from "../src/index.ts";
import { evaluated, exampleReadings, START } from "./evaluations.ts";

describe("evaluation without a proof, against what a proof would say", () => {
  it("decides any readings as checkTerms does over a log that sealed them", async () => {
    const profile = profileOf("glucose-mg-dl-5min");
    const firstEpoch = START / 86_400;
    const reading = fc.record({
      time: fc.integer({ min: 0, max: 86_399 }).map((second) => START + second),
      value: fc.oneof(
        fc.integer({ min: 20, max: 420 }),
        fc.constantFrom<number | string>("LOW", "HIGH", "99.5", "-1", 180, 181, 70, 69),
      ),
      unit: fc.constant("mg/dL"),
    });
    const names = ["time-in-range", "average-glucose-below", "hypoglycaemia-events"] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.array(reading, { minLength: 150, maxLength: 400 }),
        fc.boolean(),
        async (name, random, regular) => {
          // Half of them regular with jitter, so that bounds are met too.
          const jitter = (at: number): number => START + 300 * at + (random[at % random.length]!.time % 290);
          const readings = regular
            ? Array.from({ length: 287 }, (_, at) => ({
                time: jitter(at),
                value: 100 + (at % 90),
                unit: "mg/dL",
              }))
            : random;
          const opening = {
            group: 1n,
            subject: 2n,
            profile: profile.name,
            offset: 0,
            firstEpoch,
            genesis: 3n,
          };
          const log = await Log.create(memoryStore(), "log", opening);
          await log.append(readings);
          await log.seal(START + 2 * 86_400);
          const codes = log.epochs.map((epoch) => epoch.codes);
          fc.pre(codes[0]!.some((code) => code > 0));
          const evaluation = evaluated(name, readings, {
            profile: profile.name,
            from: START,
            to: START + 86_400,
          });
          // A reading may have moved over midnight.
          const checks = codes.slice(0, evaluation.epochs).map((epoch) => checkTerms(termsOf(name), [epoch]));
          expect(evaluation.windows.map(({ holds }) => holds)).to.deep.equal(
            checks.map(({ holds }) => holds),
          );
          const sum = (of: "valid" | "inBand" | "missing") => checks.reduce((all, each) => all + each[of], 0);
          expect(evaluation).to.include({
            valid: sum("valid"),
            inBand: sum("inBand"),
            missing: sum("missing"),
          });
          if (checks.length === 1) expect(evaluation.holds).to.equal(checks[0]!.holds);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("on readings on the grid it decides as checkTerms does", () => {
    const profile = profileOf("glucose-mg-dl-5min");
    const code = fc.oneof(
      fc.integer({ min: 1, max: profile.codes }),
      fc.constant(0),
      fc.constantFrom(32, 142, 143),
    );
    const names = [
      "time-in-range",
      "time-below-range",
      "average-glucose-below",
      "hypoglycaemia-events",
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(code, { minLength: 288, maxLength: 288 }),
        fc.constantFrom("worst-case" as const, "of-valid" as const),
        fc.integer({ min: 1, max: 99 }),
        (name, codes, semantics, coverage) => {
          fc.pre(codes.some((each) => each > 0));
          const terms = termsOf(name, { semantics, coverage });
          const check = checkTerms(terms, [codes]);
          const form = formOf(questionOf(name));
          const from = 1_000 * 86_400;
          const evaluation = evaluated(name, exampleReadings(form, [codes]), {
            semantics,
            coverage,
            from,
            to: from + 86_400,
          });
          expect(evaluation.holds).to.equal(check.holds);
          expect(evaluation.underOther.holds).to.equal(
            checkTerms(terms, [codes], { semantics: semantics === "of-valid" ? "worst-case" : "of-valid" })
              .holds,
          );
          expect(evaluation).to.include({ valid: check.valid, inBand: check.inBand, missing: check.missing });
          if (check.template === "episode") expect(evaluation.runs).to.deep.equal(check.runs);
        },
      ),
      { numRuns: 200 },
    );
  });
});
