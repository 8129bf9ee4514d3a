// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { parseApplication } from "../src/data/attestation.ts";

const attestation = {
  program: "1",
  offerHash: `0x${"AB".repeat(32)}`,
  holder: "77",
  controller: `0x${"22".repeat(20)}`,
  payee: `0x${"00".repeat(20)}`,
  firstEpoch: 20_000,
  periods: "7",
  nonce: "5",
  expiry: "1772409600",
};
const text = (change: object = {}, signature: unknown = "0x1234") =>
  JSON.stringify({ attestation: { ...attestation, ...change }, signature });

describe("an application", () => {
  it("is read, numbers as text or not", () => {
    const { attestation: read, signature } = parseApplication(text());
    expect(read).to.deep.include({
      program: 1n,
      offerHash: `0x${"ab".repeat(32)}`,
      holder: 77n,
      firstEpoch: 20_000,
      periods: 7,
      expiry: 1772409600n,
    });
    expect(signature).to.equal("0x1234");
  });

  const wrong: [string, string, RegExp][] = [
    ["a text that is not JSON", "x", /not valid JSON/],
    ["a list", "[]", /the application is \[\]/],
    ["no attestation", '{"signature":"0x1234"}', /attestation is missing/],
    ["a negative number", text({ periods: -1 }), /attestation\.periods is -1/],
    ["an epoch beyond 32 bits", text({ firstEpoch: "4294967296" }), /attestation\.firstEpoch/],
    ["an offer that is not a hash", text({ offerHash: "0x12" }), /attestation\.offerHash is "0x12"/],
    ["a holder of 0", text({ holder: "0" }), /attestation\.holder/],
    ["a wrong controller", text({ controller: "0x12" }), /attestation\.controller is "0x12"/],
    ["no signature", text({}, "none"), /signature is "none"/],
  ];
  for (const [what, given, says] of wrong) {
    it(`names the member of ${what}`, () => expect(() => parseApplication(given)).to.throw(says));
  }
});
