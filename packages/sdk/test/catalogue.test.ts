// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import {
  catalogue,
  catalogueEntry,
  checkTerms,
  codeOf,
  evaluate,
  exampleCodes,
  explainTerms,
  formOf,
  packTerms,
  profileOf,
  type Question,
  questionOf,
  termsForRequest,
  termsOf,
  termsOfAll,
} from "../src/index.ts";
import { exampleReadings } from "./evaluations.ts";
import { codeThrown } from "./support.ts";

const entries = catalogue().filter((entry): entry is Question => entry.kind === "question");

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
