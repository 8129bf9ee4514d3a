// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import {
  amountTicks,
  countTicks,
  dayTicks,
  decadesBetween,
  durationTicks,
  placeBetween,
  ticksBetween,
} from "../src/axis.ts";

const DAY = 86_400;

describe("axes", () => {
  it("have amounts at round steps, exact, and 0 alone where there is nothing", () => {
    expect(amountTicks(1_234_567_000n)).to.deep.equal([
      0n,
      250_000_000n,
      500_000_000n,
      750_000_000n,
      1_000_000_000n,
      1_250_000_000n,
    ]);
    expect(amountTicks(0n)).to.deep.equal([0n]);
    expect(amountTicks(1n)).to.deep.equal([0n, 1n]);
    expect(amountTicks(7n)).to.deep.equal([0n, 2n, 4n, 6n, 8n]);
    for (let digits = 1; digits < 60; digits++) {
      for (const first of [1n, 2n, 3n, 5n, 7n, 9n]) {
        const top = first * 10n ** BigInt(digits) - 1n;
        const ticks = amountTicks(top);
        expect(ticks.length, String(top)).to.be.within(2, 6);
        expect(ticks.at(-1)! >= top && ticks.at(-2)! < top, String(top)).to.equal(true);
        expect(ticks[1], String(top)).to.satisfy((step: bigint) => /^(1|2|25|5)0*$/.test(String(step)));
      }
    }
  });

  it("have round numbers that enclose the values", () => {
    expect(ticksBetween(0, 0.9)).to.deep.equal([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticksBetween(61.2, 204.5)).to.deep.equal([50, 100, 150, 200, 250]);
    expect(ticksBetween(5, 5)).to.deep.equal([5, 6]);
    expect(countTicks(0)).to.deep.equal([0, 1]);
    expect(countTicks(3)).to.deep.equal([0, 1, 2, 3]);
    expect(countTicks(11)).to.deep.equal([0, 5, 10, 15]);
    expect(decadesBetween(3, 4_000)).to.deep.equal([1, 10, 100, 1_000, 10_000]);
  });

  it("have durations that people name", () => {
    expect(durationTicks(3600)).to.deep.equal([0, 1200, 2400, 3600]);
    expect(durationTicks(90_000)).to.deep.equal([0, 6, 12, 18, 24, 30].map((hours) => hours * 3600));
    expect(durationTicks(40 * DAY)).to.deep.equal([0, 10, 20, 30, 40].map((days) => days * DAY));
    expect(durationTicks(0)).to.deep.equal([0, 60]);
  });

  it("name each day once", () => {
    expect(dayTicks(10 * DAY + 5, 12 * DAY + 5)).to.deep.equal([11 * DAY, 12 * DAY]);
    expect(dayTicks(10 * DAY + 5, 10 * DAY + 6)).to.deep.equal([]);
    expect(dayTicks(0, 30 * DAY)).to.deep.equal([0, 8, 16, 24].map((day) => day * DAY));
  });

  it("place values between two pixels, also by decades, and a span of nothing at its beginning", () => {
    expect(placeBetween([0, 10], [100, 0])(2.5)).to.equal(75);
    expect(placeBetween([1, 100], [0, 200], { log: true })(10)).to.equal(100);
    expect(placeBetween([5, 5], [7, 9])(5)).to.equal(7);
  });
});
