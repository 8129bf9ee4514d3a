// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { amountOf, faultOf, progressOf } from "../../src/patient/words.ts";

describe("patient: words", () => {
  it("writes amounts in the token's unit", () => {
    const token = { symbol: "tUSDC", decimals: 6 };
    expect(amountOf(25_000_000n, token)).to.equal("25 tUSDC");
    expect(amountOf(1n, token)).to.equal("0.000001 tUSDC");
    expect(amountOf(1_500_000n, token)).to.equal("1.5 tUSDC");
    expect(amountOf(7n, { symbol: "X", decimals: 0 })).to.equal("7 X");
    expect(amountOf(7n, undefined)).to.equal("7 smallest units");
  });

  it("says where a proof stands, and how far its download is", () => {
    expect(progressOf({ phase: "download", bytes: 2 ** 20, of: 2 ** 22 })).to.deep.equal({
      text: "Loading the proving key: 1.0 of 4.0 MiB",
      percent: 25,
    });
    expect(progressOf({ phase: "download", bytes: 0, of: undefined }).percent).to.equal(undefined);
    expect(progressOf({ phase: "proof", elapsedMs: 1 }).text).to.equal("Making the proof");
    expect(progressOf(undefined).text).to.contain("Checking");
  });

  it("T33: shows errors of others without their words", () => {
    expect(faultOf(new Error("salt 123456")).says).not.to.contain("123456");
    const known = faultOf(new VitalproofError("ABORTED", "Stopped.", { hint: "Again." }));
    expect(known).to.deep.equal({ says: "Stopped.", hint: "Again.", code: "ABORTED" });
  });
});
