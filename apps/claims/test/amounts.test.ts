// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { formatRoughly, isoTime } from "../src/words/amounts.ts";

describe("amounts", () => {
  it("are written roughly for fees, never with an exponent", () => {
    const eth = { symbol: "ETH", decimals: 18 };
    expect(formatRoughly(115_754_439_027_343n, eth)).to.equal("0.000116 ETH");
    expect(formatRoughly(1_000_000n, eth)).to.equal("0.000000000001 ETH");
    expect(formatRoughly(12_345n * 10n ** 18n, eth)).to.equal("12,300 ETH");
    expect(formatRoughly(0n, eth)).to.equal("0 ETH");
  });

  it("come with times as ISO 8601, for files that programs read", () => {
    expect(isoTime(1_772_323_200)).to.equal("2026-03-01T00:00:00.000Z");
  });
});
