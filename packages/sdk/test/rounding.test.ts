// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { profileOf, type Reading, roundToSteps } from "../src/index.ts";

const glucose = profileOf("glucose-mg-dl-5min");

describe("rounding readings to the profile's steps", () => {
  const one = (value: Reading["value"], unit = "mg/dL") => {
    const { readings, rounded } = roundToSteps(glucose, [{ time: 1, value, unit }]);
    return [readings[0]!.value, rounded];
  };

  it("is half up on the decimals, and counts what it changed", () => {
    const cases: [Reading["value"], Reading["value"], number][] = [
      ["70", "70", 0],
      [70, 70, 0],
      ["70.0", "70.0", 0],
      ["69.5", "70", 1],
      ["69.4999999999", "69", 1],
      [180.5, "181", 1],
      ["180.49", "180", 1],
      ["39.5", "40", 1],
      ["39.4", "39", 1],
      ["400.5", "401", 1],
      ["0.5", "1", 1],
      [1e-12, "0", 1],
      // 1.005 in binary is below 1.005; the decimal decides.
      ["100.500000000000001", "101", 1],
    ];
    for (const [given, wanted, rounded] of cases) {
      expect(one(given), String(given)).to.deep.equal([wanted, rounded]);
    }
  });

  it("leaves alone what is no plain number in the profile's unit", () => {
    for (const value of ["LOW", "High", "-0.4", "-0.000000000001", -1e-12, "1e2", "", "7O.5"])
      expect(one(value)).to.deep.equal([value, 0]);
    expect(one("5.55", "mmol/L")).to.deep.equal(["5.55", 0]);
    expect(one(["69.5", "70", "LOW"])).to.deep.equal([["70", "70", "LOW"], 1]);
  });
});
