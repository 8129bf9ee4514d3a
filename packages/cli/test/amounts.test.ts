// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import fc from "fast-check";
import { parseAmount } from "../src/chain/token.ts";

describe("amounts of tokens", () => {
  const usd = { decimals: 6, symbol: "tUSDC" };

  it("are exact in both directions, for any number of decimals", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 2n ** 128n }),
        fc.integer({ min: 0, max: 24 }),
        (value, decimals) => {
          const digits = value.toString().padStart(decimals + 1, "0");
          const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
          expect(parseAmount(text, { decimals, symbol: "" })).to.equal(value);
        },
      ),
    );
    expect(parseAmount("25.500000000", usd)).to.equal(25_500_000n);
  });

  it("are refused with more decimals than there are, as nothing, and in any other form: USAGE", () => {
    for (const text of ["0.0000001", "0", "0.0", "", "-1", "1e3", "1,5", "0x10", " 1", "1.", ".5", "NaN"]) {
      expect(() => parseAmount(text, usd), text)
        .to.throw()
        .with.property("code", "USAGE");
    }
  });
});
