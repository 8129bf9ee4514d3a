// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import {
  catalogue,
  catalogueEntry,
  checkTerms,
  codeOf,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  exampleCodes,
  explainTerms,
  type Form,
  formOf,
  packTerms,
  profileOf,
  type Question,
  questionOf,
  type Reading,
  termsForRequest,
  termsOf,
  termsOfAll,
  valueOfCode,
} from "../src/index.ts";
import { codeThrown } from "./support.ts";

const entries = catalogue().filter((entry): entry is Question => entry.kind === "question");

/** A form's example as readings at its slots' beginnings. */
function exampleReadings(form: Form, codes: readonly (readonly number[])[]): Reading[] {
  const profile = profileOf(form.profile);
  const start = 900 * form.offset + 1_000 * profile.epochSeconds;
  return codes.flatMap((epoch, e) =>
    Array.from({ length: profile.samples }, (_, i): Reading | undefined => {
      const sample = epoch.slice(i * profile.channels, (i + 1) * profile.channels);
      if (sample.includes(0)) return undefined;
      const values = sample.map((code) => valueOfCode(profile, code));
      return {
        time: start + (e * profile.samples + i) * profile.interval,
        value: profile.channels === 1 ? values[0]! : values,
        unit: profile.ucum,
      };
    }).filter((reading) => reading !== undefined),
  );
}

describe("catalogue", () => {
  it("has every question that offers name, each with sources, words and forms", () => {
    const names = catalogue().map(({ name }) => name);
    expect(names).to.include.members([
      "time-in-range",
      "time-below-range",
      "time-below-range-level-2",
      "below-all-day",
      "average-above",
      "average-below",
      "heart-rate-below",
      "resting-heart-rate",
      "desaturation",
      "stable-oxygen",
      "hypoglycaemia-events",
      "falls",
      "adherence",
      "cpap-usage",
      "remote-monitoring-days",
      "no-atrial-fibrillation",
      "alert",
      "trial-inclusion",
    ]);
    expect(new Set(names).size).to.equal(names.length);
    for (const entry of entries) {
      expect(entry.sources.length, entry.name).to.be.greaterThan(0);
      for (const { citation, at, says } of entry.sources) {
        expect(at, entry.name).to.match(/^https:\/\//);
        expect(citation.length * says.length, entry.name).to.be.greaterThan(0);
      }
      expect(entry.words, entry.name).to.match(/^[A-Z].*\.$/);
      expect(entry.forms.length, entry.name).to.be.greaterThan(0);
    }
  });

  for (const entry of entries) {
    for (const form of entry.forms) {
      const what = `${entry.name}, ${form.window}, ${form.profile}`;
      it(`${what}: the passing example passes and the failing one fails, on the circuit's codes and in the clear`, () => {
        for (const [example, holds] of [
          [form.passing, true],
          [form.failing, false],
        ] as const) {
          expect(example.words).to.match(/\.$/);
          const codes = exampleCodes(form, example);
          const profile = profileOf(form.profile);
          if (form.circuit !== undefined) {
            const terms = termsForRequest(form.circuit, form.request, form.offset);
            expect(terms.template).to.equal(entry.template);
            expect(packTerms(terms) > 0n).to.equal(true);
            expect(explainTerms(terms).length).to.be.greaterThan(2);
            const check = checkTerms(terms, codes);
            expect(check.holds, example.words).to.equal(holds);
            if (!holds) {
              const bounds = check.failing
                .map(({ bound }) => bound)
                .filter((bound) => bound !== "coverageMin");
              expect(bounds.length, example.words).to.be.greaterThan(0);
            }
          }
          const from = 900 * form.offset + 1_000 * profile.epochSeconds;
          const to = from + codes.length * profile.epochSeconds;
          const evaluation = evaluate(exampleReadings(form, codes), {
            entry,
            profile: form.profile,
            offset: form.offset,
            from,
            to,
            semantics: form.request.semantics ?? "worst-case",
            ...(form.request.coverage?.atLeast === undefined
              ? {}
              : { coverage: form.request.coverage.atLeast }),
          });
          expect(evaluation.holds, example.words).to.equal(holds);
          expect(evaluation.slots).to.equal(codes.length * profile.samples);
          expect(evaluation.epochs).to.equal(codes.length);
        }
      });
    }
  }

  it("each unit has its own levels, as the sources print them, and none is converted", () => {
    expect(termsOf("time-in-range")).to.include({ profile: "glucose-mg-dl-5min", low: 32, high: 142 });
    const mmol = profileOf("glucose-mmol-l-5min");
    expect(termsOf("time-in-range", { unit: "mmol/L" })).to.include({
      profile: mmol.name,
      low: codeOf(mmol, "3.9"),
      high: codeOf(mmol, "10.0"),
    });
    const consensus = termsOf("time-in-range", { window: "14 days" });
    expect(consensus).to.include({ epochs: 14, ofValid: true, shareMin: 7_000, coverageMin: 7_000 });
    expect(termsOf("time-below-range", { unit: "mmol/L" })).to.include({ high: codeOf(mmol, "3.8") });
    expect(termsOf("desaturation")).to.include({ minRun: 301, high: 89, runsMin: 1 });
    expect(termsOf("cpap-usage")).to.include({ offset: 48, level: 240, epochsMin: 21 });
    expect(termsOf("remote-monitoring-days")).to.include({ epochsMin: 16, level: 1, low: 1, high: 181 });
    expect(termsOf("falls")).to.include({ threshold: 15_625, countMin: 1, minRun: 0 });
    expect(termsOf("average-above")).to.include({ meanAbove: true, meanMin: 82 });
  });

  it("defaults give way to what is asked for", () => {
    expect(termsOf("time-in-range", { low: 63, high: 140, atLeast: "62.5", offset: 8 })).to.include({
      low: 25,
      high: 102,
      shareMin: 6_250,
      shareMax: 10_000,
      offset: 8,
    });
    expect(termsOf("time-in-range", { atMost: 50 })).to.include({ shareMin: 0, shareMax: 5_000 });
    expect(termsOf("hypoglycaemia-events", { below: 70, minRun: 1_800, atMost: 2 })).to.include({
      high: 31,
      minRun: 6,
      runsMax: 2,
    });
    expect(termsOf("average-below", { atMost: 90 })).to.include({ meanBelow: false, meanMax: 72 });
    expect(termsOf("adherence", { atLeast: 95, days: 28 })).to.include({ shareMin: 9_500, epochsMin: 28 });
    expect(termsOf("cpap-usage", { level: 360, atLeast: "25" })).to.include({ level: 360, epochsMin: 25 });
    expect(termsOf("falls", { level: "3", minRun: { slots: 2 }, atLeast: 2 })).to.include({
      threshold: 22_500,
      minRun: 2,
      countMin: 2,
    });
    expect(termsOf("stable-oxygen", { semantics: "of-valid", coverage: 90 })).to.include({
      ofValid: true,
      coverageMin: 9_000,
    });
    for (const [name, choice] of [
      ["time-in-range", { minRun: 5 }],
      ["time-in-range", { level: 5 }],
      ["time-in-range", { days: 5 }],
      ["falls", { low: 5 }],
      ["time-in-range", { unit: "g" }],
      ["time-in-range", { window: "1 year" }],
      ["hypoglycaemia-events", { unit: "mmol/L" }],
      ["alert", {}],
      ["desaturation", { atLeast: "one" }],
    ] as const) {
      expect(
        codeThrown(() => termsOf(name, choice)),
        `${name} ${JSON.stringify(choice)}`,
      ).to.equal("INVALID_ARGUMENT");
    }
  });

  it("an unknown name brings those that are near", () => {
    expect(codeThrown(() => catalogueEntry("weather"))).to.equal("UNKNOWN_QUESTION");
    for (const [given, meant] of [
      ["time-in-rang", "time-in-range"],
      ["tir-range", "time-in-range"],
      ["desturation", "desaturation"],
      ["cpap", "cpap-usage"],
      ["Adherance", "adherence"],
    ] as const) {
      try {
        catalogueEntry(given);
        expect.fail("found");
      } catch (error) {
        expect((error as { hint: string }).hint, given).to.contain(meant);
      }
    }
  });

  it("a set gives the terms of all its questions, of one and the same hour", () => {
    const terms = termsOfAll("trial-inclusion", { offset: 2 });
    expect(terms.map(({ profile }) => profile)).to.deep.equal(["af-flag-1min", "heart-rate-1s"]);
    for (const each of terms) {
      expect(each.offset).to.equal(2);
      expect(each.epochs * profileOf(each.profile).epochSeconds).to.equal(3_600);
    }
    expect(terms[1]).to.include({ meanBelow: true });
    expect(termsOfAll("trial-inclusion-fast")[1]).to.include({ meanAbove: true });
    expect(termsOfAll("alert").map(({ template }) => template)).to.deep.equal(["episode", "impact"]);
    for (const entry of catalogue()) {
      if (entry.kind === "set")
        for (const { name, window } of entry.members)
          expect(formOf(questionOf(name), { window })).to.be.an("object");
    }
  });
});

describe("evaluation in the clear", () => {
  const glucose = (values: readonly (number | string)[], step = 300): Reading[] =>
    values.map((value, i) => ({ time: 1_700_000_100 + i * step, value, unit: "mg/dL" }));
  const of = (name: string, readings: Reading[], extra: Partial<EvaluateOptions> = {}): Evaluation =>
    evaluate(readings, { entry: questionOf(name), ...extra });
  const bound = (evaluation: Evaluation, name: string) =>
    evaluation.bounds.find((each) => each.bound === name)!;

  it("compares decimals exactly, not as codes", () => {
    const edges = of("time-in-range", glucose(["70", "179.9999999", "180", "180.0000000001"]));
    expect(edges).to.include({ valid: 4, inBand: 3, missing: 0, share: 0.75, holds: true });
    expect(of("time-in-range", glucose(["69.99999", "70"])).inBand).to.equal(1);
    expect(of("time-in-range", glucose([69.99999, 180.00000000000003])).inBand).to.equal(0);
    expect(of("time-below-range", glucose(["69.9999", "70", 20])).inBand).to.equal(2);
    // Readings closer together than any grid count all the same.
    expect(of("time-in-range", glucose([70, 181, 180, 180], 1))).to.include({ valid: 4, share: 0.75 });
  });

  it("LOW and HIGH are beyond the scale", () => {
    const ends = of("time-in-range", glucose(["Low", 100, "HIGH", 100]));
    expect(ends).to.include({ inBand: 2, share: 0.5, holds: false });
    expect(ends.mean).to.equal((39 + 100 + 401 + 100) / 4);
    expect(bound(ends, "shareMin")).to.include({ needed: 3, got: 2, by: 1, holds: false });
  });

  it("counts missing slots against the claimant, or leaves them out, and says both", () => {
    const readings = glucose([100, 100, 100, 100, 100, 100, 100, 100]).filter(
      (_, i) => i !== 2 && i !== 4 && i !== 5,
    );
    const worst = of("time-in-range", readings);
    expect(worst).to.include({
      semantics: "worst-case",
      valid: 5,
      missing: 3,
      slots: 8,
      share: 1,
      holds: false,
    });
    expect(worst.coverage).to.equal(5 / 8);
    expect(worst.failing).to.deep.equal(["shareMin"]);
    expect(worst.underOther).to.include({ semantics: "of-valid", holds: true });
    const valid = of("time-in-range", readings, { semantics: "of-valid", coverage: 70 });
    expect(valid.failing).to.deep.equal(["coverageMin"]);
    expect(bound(valid, "coverageMin")).to.include({ needed: 6, got: 5, by: 1 });
    expect(valid.underOther.semantics).to.equal("worst-case");
  });

  it("from and to cut the readings and say what is missing around them", () => {
    const readings = glucose([100, 200, 100, 100]);
    const start = 1_700_000_100;
    const cut = of("time-in-range", readings, { from: start + 300, to: start + 900 });
    expect(cut).to.include({ valid: 2, inBand: 1, slots: 2, missing: 0 });
    const wide = of("time-in-range", readings, { from: start - 600, to: start + 1_800 });
    expect(wide).to.include({ valid: 4, slots: 8, missing: 4 });
    expect(codeThrown(() => of("time-in-range", readings, { from: start + 5_000 }))).to.equal(
      "INVALID_ARGUMENT",
    );
    expect(codeThrown(() => of("time-in-range", readings, { from: 9, to: 9 }))).to.equal("INVALID_ARGUMENT");
    const long = [...readings, { time: start + 4e9, value: 100, unit: "mg/dL" }];
    expect(codeThrown(() => of("time-in-range", long))).to.equal("INVALID_ARGUMENT");
    const nothing = of("time-in-range", readings, { from: 3_000, to: 6_000 });
    expect(nothing).to.include({ valid: 0, share: null, mean: null, holds: false });
    expect(codeThrown(() => of("time-in-range", []))).to.equal("INVALID_ARGUMENT");
  });

  it("takes the unit's own levels and refuses other units and mixtures", () => {
    const mmol = ["3.9", "10.0", "10.05", "3.8"].map((value, i) => ({
      time: i * 300,
      value,
      unit: "mmol/L",
    }));
    expect(of("time-in-range", mmol)).to.include({ unit: "mmol/L", inBand: 2 });
    const wrong = glucose([100]).map((reading) => ({ ...reading, unit: "/min" }));
    expect(codeThrown(() => of("time-in-range", wrong))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => of("time-in-range", [...mmol, ...glucose([100])]))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => of("time-in-range", glucose(["high-ish"])))).to.equal("READING_IMPOSSIBLE");
    expect(of("remote-monitoring-days", glucose([100]), { days: 1 })).to.include({
      holds: true,
      unit: "mg/dL",
    });
  });

  it("the grid is the one nearest to the readings, unless named", () => {
    expect(of("time-in-range", glucose([1, 2, 3], 900)).profile).to.equal("glucose-mg-dl-15min");
    expect(of("time-in-range", glucose([1, 2, 3], 310)).profile).to.equal("glucose-mg-dl-5min");
    const named = of("time-in-range", glucose([100, 100, 100], 900), { profile: "glucose-mg-dl-5min" });
    expect(named).to.include({ profile: "glucose-mg-dl-5min", slots: 7, missing: 4 });
  });

  it("decides means in the unit, strictly where asked, and says by how much", () => {
    const heart = (values: number[]): Reading[] =>
      values.map((value, i) => ({ time: 1_700_000_000 + i, value, unit: "/min" }));
    const at = of("average-above", heart([99, 101]));
    expect(at).to.include({ holds: false, mean: 100 });
    expect(bound(at, "meanMin")).to.include({ needed: 100, got: 100, by: 0, holds: false });
    expect(of("average-above", heart([99, 101, 101])).holds).to.equal(true);
    expect(bound(of("average-below", heart([103, 101])), "meanMax")).to.include({
      got: 102,
      by: 2,
      holds: false,
    });
  });

  it("runs, days and impacts are counted as the circuits count them", () => {
    const oxygen = (low: number, gap = -1): Reading[] =>
      Array.from({ length: 700 }, (_, i) => ({
        time: 1_700_000_000 + i,
        value: i >= 50 && i < 50 + low ? 89 : 95,
        unit: "%",
      })).filter((_, i) => i !== gap);
    expect(of("desaturation", oxygen(301)))
      .to.include({ holds: true })
      .and.to.deep.include({ runs: { least: 1, most: 1 } });
    expect(of("desaturation", oxygen(300)).holds).to.equal(false);
    const holed = of("desaturation", oxygen(302, 100));
    expect(holed).to.deep.include({ runs: { least: 0, most: 1 } });
    expect(holed.underOther.holds).to.equal(true);
    const stable = of("stable-oxygen", oxygen(300, 350));
    expect(stable).to.deep.include({ holds: false, runs: { least: 0, most: 1 } });
    expect(of("stable-oxygen", oxygen(300, 400)).holds).to.equal(true);

    const acceleration = (samples: (string | number)[][]): Reading[] =>
      samples.map((value, i) => ({ time: 1_700_000_000 + i * 0.05, value, unit: "[g]" }));
    const jolts = acceleration([
      [0, 0, 1],
      ["1.5", 0, 2],
      ["1.4999", 0, 2],
      [-2, "1.5", 0],
    ]);
    expect(of("falls", jolts)).to.deep.include({
      counted: { least: 2, most: 2 },
      valid: 4,
      inBand: 2,
      mean: null,
    });
    expect(of("falls", jolts, { atLeast: 3 }).failing).to.deep.equal(["countMin"]);
  });

  it("on readings that stand on the grid it decides as checkTerms does", () => {
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
          const evaluation = of(name, exampleReadings(form, [codes]), {
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
