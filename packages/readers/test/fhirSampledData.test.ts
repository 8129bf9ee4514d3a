// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { fhir } from "../src/formats/fhir.ts";
import { AT, quantity, samples } from "./fhirSupport.ts";
import { readWith, seconds } from "./jsonSupport.ts";

describe("FHIR R4 SampledData", () => {
  it("reads SampledData: exact values, errors, ends of the scale, steps", async () => {
    const { readings, report } = await readWith(
      fhir,
      samples("100 E 0.1e3 L U 101.50", { lowerLimit: 40, upperLimit: 400 }),
    );
    const start = seconds(AT);
    expect(readings.map(({ value, time }) => [value, time - start])).to.deep.equal([
      ["100", 0],
      ["100", 600],
      ["LOW", 900],
      ["HIGH", 1200],
      ["101.50", 1500],
    ]);
    expect(report).to.deep.include({ entries: 6, low: 1, high: 1, skipped: { "sample in error": 1 } });
    const inside = await readWith(fhir, samples("L U 90", { lowerLimit: 54 }));
    expect(inside.report.refused).to.deep.equal({ "less or greater than a value inside the scale": 2 });
    const factored = samples("3 -2 0", { origin: quantity(6, "mmol/L"), factor: 0.1 }, "105272-9", "mmol/L");
    expect((await readWith(fhir, factored)).readings.map(({ value }) => value)).to.deep.equal([
      "6.3",
      "5.8",
      "6.0",
    ]);
    // 400 in the unit, but 4,000 raw: the two readings of the standard disagree unless both are beyond the end.
    const raw = await readWith(fhir, samples("U", { factor: 0.1, upperLimit: 400 }));
    expect(raw.report.refused).to.deep.equal({ "less or greater than a value inside the scale": 1 });
  });

  it("refuses SampledData whose period, factor, dimensions, unit or data are not valid", async () => {
    const bad: [object, string][] = [
      [{ period: 0 }, "sampled data without origin, period or factor"],
      [{ period: undefined }, "sampled data without origin, period or factor"],
      [{ factor: "x" }, "sampled data without origin, period or factor"],
      [{ dimensions: 3 }, "sampled data of several dimensions"],
      [{ dimensions: undefined }, "sampled data of several dimensions"],
      [{ origin: undefined }, "unit without UCUM code"],
      [{ origin: quantity(0, "mmol/L") }, "unit does not fit the LOINC code"],
      [{ data: "abc" }, "value is not a number"],
    ];
    for (const [more, reason] of bad) {
      expect((await readWith(fhir, samples("100", more))).report.refused, reason).to.deep.equal({
        [reason]: 1,
      });
    }
  });

  it("SampledData is origin + factor × number, exactly", async () => {
    const decimal = fc
      .tuple(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 0, max: 3 }))
      .map(([n, places]) => ({ n: BigInt(n), places, text: (n / 10 ** places).toFixed(places) }));
    await fc.assert(
      fc.asyncProperty(decimal, decimal, decimal, async (origin, factor, number) => {
        const text = JSON.stringify(samples(number.text)).replace(
          /"origin":\{"value":0/,
          `"factor":${factor.text},"origin":{"value":${origin.text}`,
        );
        const { readings, report } = await readWith(fhir, text);
        // Everything in units of 10^-6.
        const expected =
          origin.n * 10n ** BigInt(6 - origin.places) +
          factor.n * number.n * 10n ** BigInt(6 - factor.places - number.places);
        if (expected === 0n) expect(report.skipped).to.deep.equal({ "sentinel zero": 1 });
        else {
          const [whole, fraction = ""] = String(readings[0]!.value).split(".");
          expect(BigInt(whole! + fraction.padEnd(6, "0"))).to.equal(expected);
        }
      }),
    );
  });
});
