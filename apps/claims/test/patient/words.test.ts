// SPDX-License-Identifier: GPL-3.0-or-later
import { explainTerms, termsOf, VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { keccak256, toUtf8Bytes } from "ethers";
import { consentReceipt } from "../../src/patient/consentReceipt.ts";
import { amountOf, faultOf, progressOf } from "../../src/patient/words.ts";

describe("patient: words and receipts", () => {
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

  it("makes a receipt whose hash is the consent's, never twice the same", () => {
    const terms = termsOf("time-in-range", { window: "1 day", unit: "mg/dL", offset: 0 });
    const facts = {
      patient: "0x00000000000000000000000000000000000000B1",
      grantee: "0x00000000000000000000000000000000000000B2",
      purpose: `0x${"11".repeat(32)}`,
      program: 3n,
      from: 1_700_000_000,
      until: 1_700_086_400,
      nonce: 9n,
      chainId: 31337n,
      claims: "0x00000000000000000000000000000000000000C1",
      terms,
    };
    const one = consentReceipt(facts);
    expect(one.receiptHash).to.equal(keccak256(toUtf8Bytes(one.text)));
    expect(consentReceipt(facts).receiptHash).not.to.equal(one.receiptHash);
    const read = JSON.parse(one.text);
    expect(read.contract).to.deep.equal({ chainId: "31337", claims: facts.claims, program: "3" });
    expect(read.purposes[0].terms).to.deep.equal(explainTerms(terms));
    expect([read.validFrom, read.validUntil]).to.deep.equal(["2023-11-14T22:13:20Z", "2023-11-15T22:13:20Z"]);
  });
});
