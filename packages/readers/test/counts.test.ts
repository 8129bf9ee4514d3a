// SPDX-License-Identifier: GPL-3.0-or-later
import { PROFILES, profileOf } from "@vitalproof/sdk";
import { expect } from "chai";
import fc from "fast-check";
import { CONTRADICTING, likelyProfile, METRICS, metricOfLoinc, profilesFor, ucumOf } from "../src/index.ts";
import { Seen } from "../src/internal/seen.ts";
import { generic } from "./csvSupport.ts";

describe("duplicates and counts", () => {
  it("the same metric, time and value is handed on once; of two values at one time neither is", async () => {
    const text =
      "time,value\n1700000000,100\n1700000300,101\n1700000000,100\n1700000000,102\n1700000000,100\n";
    const { readings, report } = await generic(text);
    expect(readings.map(({ time, value }) => [time - 1_700_000_000, value])).to.deep.equal([[300, "101"]]);
    expect(report).to.include({ entries: 5, taken: 1, duplicates: 2, outOfOrder: 1 });
    expect(report.refused).to.deep.equal({ [CONTRADICTING]: 2 });
  });

  it("remembers exactly what a set of strings would", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -5, max: 900 }), fc.constantFrom("a", "b", "c")), {
          maxLength: 4_000,
        }),
        fc.constantFrom(1, 0.001, 300, 86_400),
        (pairs, step) => {
          const seen = new Seen();
          const set = new Set<string>();
          const values = new Map<number, Set<string>>();
          for (const [i, value] of pairs) {
            const key = `${i * step} ${value}`;
            expect(seen.add(i * step, "series", value)).to.equal(!set.has(key));
            set.add(key);
            values.set(i * step, (values.get(i * step) ?? new Set()).add(value));
          }
          for (const [time, told] of values) expect(seen.contradicts(time, "series")).to.equal(told.size > 1);
          const several = [...values.values()].filter(({ size }) => size > 1);
          expect(seen.contradictions()).to.equal(several.reduce((sum, { size }) => sum + size, 0));
          expect(seen.contradicts(0, "another series")).to.equal(false);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("entries are the sum of what became of them", async () => {
    const cell = fc.constantFrom("100", "100", "101", "LOW", "high", "", "NaN", "0", "-5");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), cell), { maxLength: 30 }),
        async (rows) => {
          const text = [
            "time,value",
            ...rows.map(([i, value]) => `${1_700_000_000 + 300 * i},${value}`),
            "",
          ].join("\n");
          const { readings, report } = await generic(text);
          const sum = (counts: Readonly<Record<string, number>>): number =>
            Object.values(counts).reduce((total, count) => total + count, 0);
          expect(report.taken).to.equal(readings.length);
          expect(report.entries).to.equal(
            report.taken + report.duplicates + sum(report.skipped) + sum(report.refused),
          );
          expect(report.entries).to.equal(rows.length);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("metrics", () => {
  it("LOINC codes and spellings of units; no unit of one system becomes one of the other", () => {
    expect(metricOfLoinc("8867-4")).to.equal("heart-rate");
    expect(metricOfLoinc("15074-8")).to.equal("glucose");
    expect(metricOfLoinc("59408-5")).to.equal("spo2");
    expect(metricOfLoinc("8310-5")).to.equal(undefined);
    expect(ucumOf("glucose", "mg/dl")).to.equal("mg/dL");
    expect(ucumOf("glucose", "mmol/l")).to.equal("mmol/L");
    expect(ucumOf("heart-rate", "bpm")).to.equal("/min");
    expect(ucumOf("acceleration", "g")).to.equal("[g]");
    expect(ucumOf("glucose", "g")).to.equal(undefined);
    expect(ucumOf("spo2", "mg/dL")).to.equal(undefined);
    const codes = Object.values(METRICS).flatMap(({ loinc }) => loinc);
    expect(new Set(codes).size).to.equal(codes.length);
  });

  it("every profile with a LOINC code belongs to a metric that knows its code and unit", () => {
    for (const { loinc, ucum, name } of Object.values(PROFILES)) {
      if (loinc === "") continue;
      const metric = metricOfLoinc(loinc);
      expect(metric, name).to.not.equal(undefined);
      expect(METRICS[metric!].ucum, name).to.include(ucum);
      expect(profilesFor(metric!, ucum).map((profile) => profile.name)).to.include(name);
    }
  });

  it("a profile is likely where its slots keep every reading", () => {
    expect(likelyProfile("glucose", "mg/dL", 300)).to.deep.equal(profileOf("glucose-mg-dl-5min"));
    expect(likelyProfile("glucose", "mg/dL", 299)!.name).to.equal("glucose-mg-dl-5min");
    expect(likelyProfile("glucose", "mg/dL", 900)!.name).to.equal("glucose-mg-dl-15min");
    expect(likelyProfile("glucose", "mmol/L", 300)!.name).to.equal("glucose-mmol-l-5min");
    expect(likelyProfile("heart-rate", "/min", 1)!.name).to.equal("heart-rate-1s");
    expect(likelyProfile("heart-rate", "/min", 60)!.name).to.equal("heart-rate-1min");
    expect(likelyProfile("acceleration", "[g]", 0.049)!.name).to.equal("acceleration-20hz");
    expect(likelyProfile("doses", "1", 43_200)!.name).to.equal("doses-12h");
    expect(likelyProfile("af-flag", "1", 60)!.name).to.equal("af-flag-1min");
    expect(likelyProfile("glucose", "mg/dL", 180)?.interval ?? 0).to.be.at.most(225);
    expect(likelyProfile("glucose", "kg", 300)).to.equal(undefined);
  });
});
