// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { keccak256, toUtf8Bytes } from "ethers";
import { consentReceipt, explainTerms, termsOf } from "../src/index.ts";
import { CONSENT_RECEIPT, parseDocument } from "../src/wire/index.ts";

describe("consent receipt", () => {
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

  it("has the hash of its text, and is never twice the same", () => {
    const one = consentReceipt(facts);
    expect(one.receiptHash).to.equal(keccak256(toUtf8Bytes(one.text)));
    expect(one.text).to.match(/\}\n$/);
    expect(consentReceipt(facts).receiptHash).not.to.equal(one.receiptHash);
    expect(parseDocument(CONSENT_RECEIPT, one.text, "consent.json").contract.program).to.equal(3n);
    const { salt, recordId, ...rest } = JSON.parse(one.text);
    expect(Object.keys(JSON.parse(one.text)).slice(0, 3)).to.deep.equal(["kind", "version", "schema"]);
    expect(salt).to.match(/^0x[0-9a-f]{64}$/);
    expect(recordId).to.match(/^0x[0-9a-f]{32}$/);
    expect(rest.contract).to.deep.equal({ chainId: "31337", claims: facts.claims, program: "3" });
    expect(rest.purposes[0].terms).to.deep.equal(explainTerms(terms));
    expect([rest.validFrom, rest.validUntil]).to.deep.equal(["2023-11-14T22:13:20Z", "2023-11-15T22:13:20Z"]);
  });

  it("says how it is taken back, and where if that is known", () => {
    const said = (options?: { withdrawal?: string }): string =>
      JSON.parse(consentReceipt(facts, options).text).withdrawal;
    expect(said()).to.equal("at any time, for what has not been claimed");
    expect(said({ withdrawal: "somewhere" })).to.equal(
      "at any time, for what has not been claimed: somewhere",
    );
  });
});
