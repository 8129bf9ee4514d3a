// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { formatAmount, formatNumber, parseAmount, plainNumber } from "../src/amounts.ts";

const USDC = { decimals: 6, symbol: "tUSDC" };
const DECIMALS = fc.integer({ min: 0, max: 24 });

describe("amounts of tokens", () => {
  it("are read exactly, for any number of decimals", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 128n }), DECIMALS, (value, decimals) => {
        const digits = value.toString().padStart(decimals + 1, "0");
        const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
        expect(parseAmount(text, { decimals, symbol: "" })).to.equal(value);
      }),
    );
    expect(parseAmount("25.500000000", USDC)).to.equal(25_500_000n);
    expect(parseAmount("0.000001", USDC)).to.equal(1n);
    expect(parseAmount("7", { symbol: "X", decimals: 0 })).to.equal(7n);
    expect(parseAmount("7.00", { symbol: "X", decimals: 0 })).to.equal(7n);
  });

  for (const text of [
    ...["", "0", "0.0", "-1", "+1", "1,5", "1e3", "0x10", "0.0000001", "1.0000001", ".5", "1.", "1 000"],
    ...[" 1", "1 ", "NaN", "1.2.3", "1".repeat(61)],
  ]) {
    it(`refuses ${JSON.stringify(text)}, repeating it or saying that it is 0, with the caller's code`, () => {
      expect(() => parseAmount(text, USDC))
        .to.throw(/is not an amount of tUSDC|The amount is 0/)
        .with.property("code", "INVALID_ARGUMENT");
      expect(() => parseAmount(text, USDC, "USAGE"))
        .to.throw()
        .with.property("code", "USAGE");
    });
  }

  it("are written with groups and two decimals at least", () => {
    expect(formatNumber(1_250_000_000n, 6)).to.equal("1,250.00");
    expect(formatNumber(1n, 6)).to.equal("0.000001");
    expect(formatNumber(-1_234_567_890n, 6)).to.equal("-1,234.56789");
    expect(formatNumber(1_234_567n, 0)).to.equal("1,234,567");
    expect(formatNumber(12n, 1)).to.equal("1.2");
    expect(formatAmount(25_000_000n, USDC)).to.equal("25.00 tUSDC");
    expect(formatAmount(25_000_000n, { ...USDC, symbol: "" })).to.equal("25.00");
  });

  it("are written for programs without groups", () => {
    expect(plainNumber(1_250_000_000n, 6)).to.equal("1250.00");
    expect(plainNumber(1_250n, 0)).to.equal("1250");
  });

  it("come back from what is written, for any amount and decimals", () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 2n ** 128n), DECIMALS, (value, decimals) => {
        const unit = { symbol: "T", decimals };
        expect(parseAmount(plainNumber(value, decimals), unit)).to.equal(value);
        expect(formatNumber(value, decimals).replaceAll(",", "")).to.equal(plainNumber(value, decimals));
      }),
    );
  });
});
