// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import {
  anchorTree,
  type CircuitName,
  checkTerms,
  claimWitness,
  countRuns,
  type EpisodeTerms,
  episodeTerms,
  explainTerms,
  headOf,
  impactTerms,
  leafOf,
  type Mark,
  packContext,
  packTerms,
  profileOf,
  regularityTerms,
  subjectOf,
  type Terms,
} from "../src/index.ts";
import { codeThrown } from "./support.ts";
import { anyTerms, byTrying, episode, impact, n, regularity, SLOTS, split } from "./templateTerms.ts";

describe("explain of episode, regularity and impact", () => {
  it("says what is asked and what a missing reading does", () => {
    const lines = (terms: Terms): string => explainTerms(terms).join("\n");
    const alert = { circuit: "spo2-hour-episodes", band: { below: 90 } } as const;
    const least = lines(episodeTerms({ ...alert, minRun: { longerThan: 300 }, runs: { atLeast: 1 } }));
    expect(least).to.contain("There is at least 1 run of at least 301 readings (301 s) at or below 89 %.");
    expect(least).to.contain("A missing reading ends what is not long enough yet");
    const none = lines(episodeTerms({ ...alert, minRun: { longerThan: 300 }, runs: { atMost: 0 } }));
    expect(none).to.contain("There is no run of at least 301 readings (301 s) at or below 89 %.");
    expect(none).to.contain("counts as inside the band until the length is reached, and then as outside.");
    const usage = lines(
      regularityTerms({ circuit: "device-usage-30d", level: { sum: 240 }, epochs: { atLeast: 21 } }),
    );
    expect(usage).to.contain(
      "In at least 21 of the 30 epochs the readings add up to at least 240 min; a missing reading adds nothing.",
    );
    const fall = lines(impactTerms({ circuit: "fall-window", magnitude: "2.5", count: { atLeast: 1 } }));
    expect(fall).to.contain("600 samples on 3 axes of 0.05 s in 1 epoch of 30 s");
    expect(fall).to.contain("at least 15625 squared steps of 0.02 [g] (a magnitude of 2.50 [g])");
    expect(fall).to.not.contain("True floor");
  });

  it("T5: no filling of what terms of valid readings hide is beyond the true floor that they print", () => {
    const anyCodes = fc.array(fc.nat(n), { minLength: SLOTS, maxLength: SLOTS });
    let seen = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        anyCodes,
        fc.array(fc.integer({ min: 1, max: n }), { minLength: SLOTS, maxLength: SLOTS }),
        (minRun, codes, filling) => {
          const valid = codes.filter((code) => code > 0).length;
          fc.pre(valid > 0);
          const coverageMin = Math.max(1, Math.floor((valid * 10_000) / SLOTS));
          const marks = (of: number[]): Mark[] =>
            of.map((code) => (code === 0 ? "missing" : code >= 4 && code <= 9 ? "inside" : "outside"));
          const runs = countRuns(marks(codes), minRun, "of-valid");
          fc.pre(runs > 0);
          const terms: EpisodeTerms = {
            ...episode,
            ...{ ofValid: true, coverageMin, minRun, runsMin: runs, runsMax: runs },
          };
          expect(checkTerms(terms, split(codes)).holds).to.equal(true);
          const text = explainTerms(terms).join("\n");
          const [, fewest] = /as few as (\d+) run/.exec(text)!;
          const [, most] = /as many as (\d+) run/.exec(text)!;
          const whole = codes.map((code, slot) => (code === 0 ? filling[slot]! : code));
          const { least, most: top } = byTrying(
            marks(whole)
              .map((mark) => (mark === "inside" ? "1" : "0"))
              .join(""),
            minRun,
          );
          expect(least).to.be.at.least(Number(fewest));
          expect(top).to.be.at.most(Number(most));
          seen += 1;
        },
      ),
      { numRuns: 1_000 },
    );
    expect(seen).to.be.greaterThan(900);
  });

  it("every combination of bounds gives whole sentences", () => {
    fc.assert(
      fc.property(anyTerms, (terms) => {
        for (const line of explainTerms(terms)) expect(line).to.match(/^[A-Z-].*[.;,]$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe("witnesses of every template", () => {
  const secret = 123_456_789n;

  function request(circuit: CircuitName, terms: Terms, codes: number[][]) {
    const profile = profileOf(terms.profile);
    let head = 99n;
    let context = 0n;
    const epochs = codes.map((each, i) => ({ epoch: terms.epoch + i, salt: BigInt(i + 1), codes: each }));
    for (const { epoch, salt, codes } of epochs) {
      context = packContext({ profile: profile.id, offset: terms.offset, epoch });
      head = headOf(profile, { previous: head, context, salt, codes });
    }
    const leaf = leafOf(subjectOf(secret), context, head);
    const path = anchorTree([leaf, 5n]).path(leaf);
    return { circuit, terms, scope: 3n, previousHead: 99n, epochs, path };
  }

  it("checks the circuit in the clear and hands over what the circuit takes", () => {
    const steady = split(new Array<number>(SLOTS).fill(5));
    const moving = split(Array.from({ length: 30 }, (_, i) => (i % 3 === 2 ? 9 : 10))); // 9 + 9 + 4
    const cases: [CircuitName, Terms, number[][], Terms][] = [
      ["episode-test", episode, steady, { ...episode, low: 6 }],
      ["regularity-test", regularity, steady, { ...regularity, low: 6 }],
      ["impact-test", impact, moving, { ...impact, threshold: 25 }],
    ];
    for (const [circuit, terms, codes, failing] of cases) {
      const witness = claimWitness(secret, request(circuit, terms, codes));
      expect(witness.circuit).to.equal(circuit);
      expect(witness.publicInputs[2]).to.equal(packTerms(terms));
      expect(witness.circuitInput().codes).to.deep.equal(codes);
      expect(
        codeThrown(() => claimWitness(secret, request(circuit, failing, codes))),
        circuit,
      ).to.equal("STATEMENT_NOT_MET");
      const other = circuit === "episode-test" ? "regularity-test" : "episode-test";
      expect(codeThrown(() => claimWitness(secret, request(other, terms, codes)))).to.equal(
        "WITNESS_MISMATCH",
      );
    }
  });
});
