// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import {
  formatAmount,
  formatNumber,
  formatRoughly,
  isoTime,
  parseAmount,
  plainNumber,
} from "../src/words/amounts.ts";

const USDC = { symbol: "tUSDC", decimals: 6 };

describe("amounts", () => {
  it("are read exactly", () => {
    expect(parseAmount("25.5", USDC)).to.equal(25_500_000n);
    expect(parseAmount(" 0.000001 ", USDC)).to.equal(1n);
    expect(parseAmount("3.10000000", USDC)).to.equal(3_100_000n);
    expect(parseAmount("7", { symbol: "X", decimals: 0 })).to.equal(7n);
  });

  for (const text of ["", "0", "0.0", "-1", "1,5", "1e3", "0x10", "1.0000001", ".5", "1.", "1 000"]) {
    it(`refuses ${JSON.stringify(text)}, repeating it or saying that it is 0`, () => {
      expect(() => parseAmount(text, USDC)).to.throw(/is no amount of tUSDC|The amount is 0/);
    });
  }

  it("are written with groups and two decimals at least", () => {
    expect(formatNumber(1_250_000_000n, 6)).to.equal("1,250.00");
    expect(formatNumber(1n, 6)).to.equal("0.000001");
    expect(formatNumber(-1_234_567_890n, 6)).to.equal("-1,234.56789");
    expect(formatNumber(1_234_567n, 0)).to.equal("1,234,567");
    expect(formatAmount(25_000_000n, USDC)).to.equal("25.00 tUSDC");
  });

  it("are written roughly for fees, never with an exponent", () => {
    const eth = { symbol: "ETH", decimals: 18 };
    expect(formatRoughly(115_754_439_027_343n, eth)).to.equal("0.000116 ETH");
    expect(formatRoughly(1_000_000n, eth)).to.equal("0.000000000001 ETH");
    expect(formatRoughly(12_345n * 10n ** 18n, eth)).to.equal("12,300 ETH");
    expect(formatRoughly(0n, eth)).to.equal("0 ETH");
  });

  it("are written for programs without groups, and times as ISO 8601", () => {
    expect(plainNumber(1_250_000_000n, 6)).to.equal("1250.00");
    expect(isoTime(1_772_323_200)).to.equal("2026-03-01T00:00:00.000Z");
  });

  it("come back from what is written, for any amount and decimals", () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 2n ** 96n), fc.integer({ min: 0, max: 24 }), (value, decimals) => {
        const unit = { symbol: "T", decimals };
        expect(parseAmount(formatNumber(value, decimals).replaceAll(",", ""), unit)).to.equal(value);
      }),
    );
  });
});
