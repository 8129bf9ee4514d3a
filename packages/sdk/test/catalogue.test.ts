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
  Log,
  memoryStore,
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

describe("evaluation without a proof", () => {
  const START = 1_699_920_000;
  const glucose = (values: readonly (number | string)[], step = 300): Reading[] =>
    values.map((value, i) => ({ time: START + i * step, value, unit: "mg/dL" }));
  const day = (value: (slot: number) => number | string): Reading[] =>
    glucose(Array.from({ length: 288 }, (_, i) => value(i)));
  const of = (name: string, readings: Reading[], extra: Partial<EvaluateOptions> = {}): Evaluation =>
    evaluate(readings, { entry: questionOf(name), ...extra });
  const bound = (evaluation: Evaluation, name: string) =>
    evaluation.bounds.find((each) => each.bound === name)!;

  it("decides over what sealing would keep, and says what it would not", () => {
    const full = of(
      "time-in-range",
      day((i) => (i < 201 ? 180 : 181)),
    );
    expect(full).to.include({ valid: 288, inBand: 201, missing: 0, holds: false, epochs: 1, epochsRead: 1 });
    expect(
      of(
        "time-in-range",
        day((i) => (i < 202 ? 70 : 69)),
      ).holds,
    ).to.equal(true);
    // Values between two steps are refused, copies count once, and a slot keeps one reading.
    const between = of(
      "time-in-range",
      day((i) => (i < 90 ? "179.9999999" : 100)),
    );
    expect(between).to.include({ valid: 198, missing: 90, holds: false });
    expect(between.sealing).to.deep.include({ given: 288, refused: { "not-representable": 90 } });
    const twice = of("time-in-range", [...day(() => 100), ...day(() => 100)]);
    expect(twice).to.include({ valid: 288, holds: true });
    expect(twice.sealing.duplicates).to.equal(288);
    // Dense readings over half a day are half a day.
    const dense = of(
      "time-in-range",
      glucose(
        Array.from({ length: 720 }, () => 100),
        60,
      ),
      {
        profile: "glucose-mg-dl-5min",
      },
    );
    expect(dense).to.include({ valid: 145, holds: false });
    expect(dense.sealing.dropped).to.equal(575);
  });

  it("LOW and HIGH are beyond the scale", () => {
    const values = ["Low", 100, "HIGH", 100];
    const ends = of(
      "time-in-range",
      day((i) => values[i % 4]!),
    );
    expect(ends).to.include({ inBand: 144, share: 0.5, holds: false });
    expect(ends.mean).to.equal((39 + 100 + 401 + 100) / 4);
    expect(bound(ends, "shareMin")).to.include({ needed: 202, got: 144, by: 58, holds: false });
  });

  it("counts missing slots against the claimant, or leaves them out, and says both", () => {
    const readings = day(() => 100).filter((_, i) => i % 8 !== 2 && i % 8 !== 4 && i % 8 !== 5);
    const worst = of("time-in-range", readings);
    expect(worst).to.include({
      semantics: "worst-case",
      valid: 180,
      missing: 108,
      slots: 288,
      share: 1,
      holds: false,
    });
    expect(worst.coverage).to.equal(5 / 8);
    expect(worst.failing).to.deep.equal(["shareMin"]);
    expect(worst.underOther).to.include({ semantics: "of-valid", holds: true });
    const valid = of("time-in-range", readings, { semantics: "of-valid", coverage: 70 });
    expect(valid.failing).to.deep.equal(["coverageMin"]);
    expect(bound(valid, "coverageMin")).to.include({ needed: 202, got: 180, by: 22 });
    expect(valid.underOther.semantics).to.equal("worst-case");
    expect(codeThrown(() => of("time-in-range", readings, { semantics: "of-valid" }))).to.equal(
      "TERMS_INVALID",
    );
  });

  it("never holds below the question's window: what is not there is missing", () => {
    const two = glucose([100, 101]);
    const never = of("below-all-day", two);
    expect(never).to.include({ holds: false, valid: 2, slots: 288, epochs: 1 });
    const week = of(
      "time-in-range",
      day(() => 100),
      { window: "14 days" },
    );
    expect(week).to.include({ holds: false, epochs: 14, epochsRead: 1, semantics: "of-valid" });
    expect(week.failing).to.deep.equal(["coverageMin"]);
    expect(week.from).to.equal(START);
    expect(codeThrown(() => of("time-in-range", two, { window: "3 days" }))).to.equal("INVALID_ARGUMENT");
    // A count that a longer stretch would reach is asked of one window.
    const nights = Array.from({ length: 60 }, (_, night) =>
      night % 4 === 0
        ? [
            { time: 43_200 + START + night * 86_400, value: 180, unit: "min" },
            { time: 54_000 + START + night * 86_400, value: 180, unit: "min" },
          ]
        : [],
    ).flat();
    const usage = of("cpap-usage", nights, { days: 12 });
    expect(bound(usage, "epochsMin")).to.include({ holds: true, got: 15 });
    expect(usage.holds).to.equal(false);
    expect(usage.windows.every(({ holds }) => !holds)).to.equal(true);
  });

  it("decides each window of a longer stretch", () => {
    const three = [0, 1, 2].flatMap((d) =>
      day(() => (d === 1 ? 200 : 100)).map((reading) => ({ ...reading, time: reading.time + d * 86_400 })),
    );
    const whole = of("time-in-range", three, { atLeast: 60 });
    expect(whole).to.include({ holds: true, epochs: 3 });
    expect(whole.windows.map(({ holds }) => holds)).to.deep.equal([true, false, true]);
    expect(whole.windows[1]).to.deep.equal({
      from: START + 86_400,
      to: START + 172_800,
      holds: false,
      failing: ["shareMin"],
    });
    expect(of("time-in-range", three).holds).to.equal(false);
  });

  it("from and to cut the readings, and the epochs that they touch are decided", () => {
    const readings = glucose([100, 200, 100, 100]);
    const cut = of("time-in-range", readings, { from: START + 300, to: START + 900 });
    expect(cut).to.include({ valid: 2, inBand: 1, slots: 288 });
    const wide = of("time-in-range", readings, { from: START - 600, to: START + 86_401 });
    expect(wide).to.include({ valid: 4, epochs: 3, slots: 3 * 288, from: START - 86_400 });
    expect(codeThrown(() => of("time-in-range", readings, { from: START + 5_000 }))).to.equal(
      "INVALID_ARGUMENT",
    );
    expect(codeThrown(() => of("time-in-range", readings, { from: 9, to: 9 }))).to.equal("INVALID_ARGUMENT");
    const long = [...readings, { time: START + 4e9, value: 100, unit: "mg/dL" }];
    expect(codeThrown(() => of("time-in-range", long))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => of("time-in-range", readings, { from: 3_000, to: 6_000 }))).to.equal(
      "INVALID_ARGUMENT",
    );
    expect(codeThrown(() => of("time-in-range", []))).to.equal("INVALID_ARGUMENT");
  });

  it("takes the unit's own levels and refuses other units and mixtures", () => {
    const mmol = ["3.9", "10.0", "10.1", "3.8"].map((value, i) => ({
      time: i * 300,
      value,
      unit: "mmol/L",
    }));
    expect(of("time-in-range", mmol)).to.include({ unit: "mmol/L", inBand: 2 });
    const wrong = glucose([100]).map((reading) => ({ ...reading, unit: "/min" }));
    expect(codeThrown(() => of("time-in-range", wrong))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => of("time-in-range", [...mmol, ...glucose([100])]))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => of("time-in-range", glucose(["high-ish"])))).to.equal("INVALID_ARGUMENT");
    expect(of("remote-monitoring-days", glucose([100]), { days: 1 })).to.include({
      holds: true,
      unit: "mg/dL",
    });
    // Days are days: a grid whose epochs are hours does not count them.
    const oxygen = [{ time: START, value: 95, unit: "%" }];
    expect(codeThrown(() => of("remote-monitoring-days", oxygen, { days: 1 }))).to.equal("INVALID_ARGUMENT");
  });

  it("the grid is the one nearest to the readings, unless named", () => {
    expect(of("time-in-range", glucose([1, 2, 3], 900)).profile).to.equal("glucose-mg-dl-15min");
    expect(of("time-in-range", glucose([1, 2, 3], 310)).profile).to.equal("glucose-mg-dl-5min");
    const named = of("time-in-range", glucose([100, 100, 100], 900), { profile: "glucose-mg-dl-5min" });
    expect(named).to.include({ profile: "glucose-mg-dl-5min", slots: 288, missing: 285 });
  });

  it("decides means in the unit, strictly where asked, and says by how much", () => {
    const heart = (value: (second: number) => number): Reading[] =>
      Array.from({ length: 3_600 }, (_, i) => ({ time: START + i, value: value(i), unit: "/min" }));
    const at = of(
      "average-above",
      heart((i) => (i % 2 === 0 ? 99 : 101)),
    );
    expect(at).to.include({ holds: false, mean: 100 });
    expect(bound(at, "meanMin")).to.include({
      neededAs: "100.00 /min",
      gotAs: "100.00 /min",
      by: 1,
      holds: false,
    });
    expect(
      of(
        "average-above",
        heart((i) => (i === 0 ? 101 : 100)),
      ).holds,
    ).to.equal(true);
    expect(
      bound(
        of(
          "average-below",
          heart(() => 102),
        ),
        "meanMax",
      ),
    ).to.include({
      gotAs: "102.00 /min",
      byAs: "2.00 /min",
      holds: false,
    });
  });

  it("runs, days and impacts are counted as the circuits count them", () => {
    const oxygen = (low: number, gap = -1): Reading[] =>
      Array.from({ length: 3_600 }, (_, i) => ({
        time: START + i,
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
    // A value beyond what saturation can be is refused, so that nothing is left to decide about.
    const beyond = oxygen(0).map((reading) => ({ ...reading, value: 116 }));
    expect(codeThrown(() => of("stable-oxygen", beyond))).to.equal("INVALID_ARGUMENT");

    const acceleration = (samples: (string | number)[][]): Reading[] =>
      samples.map((value, i) => ({ time: START + i * 0.05, value, unit: "[g]" }));
    const jolts = acceleration([
      [0, 0, 1],
      ["1.5", 0, 2],
      ["1.48", 0, 2],
      [-2, "1.5", 0],
    ]);
    expect(of("falls", jolts)).to.deep.include({
      counted: { least: 2, most: 598 },
      valid: 4,
      inBand: 2,
      mean: null,
    });
    expect(of("falls", jolts, { atLeast: 3 }).failing).to.deep.equal(["countMin"]);
  });

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
          const evaluation = of(name, readings, { profile: profile.name, from: START, to: START + 86_400 });
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
