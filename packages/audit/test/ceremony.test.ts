// SPDX-License-Identifier: GPL-3.0-or-later
import type { VerificationKey } from "@vitalproof/sdk";
import { expect } from "chai";
import { id } from "ethers";
import { Findings } from "../src/findings.ts";
import { knownKey } from "../src/keys.ts";
import { checkCeremony } from "../src/views/circuits.ts";

const HASH = id("a key");
const TRANSCRIPT = id("the transcript of a ceremony");

/** What is found where the manifest of a key and the registry's record of its circuit say these. */
function foundFor(key: object, ceremony: string | undefined): string[] {
  const findings = new Findings(1n);
  const keys = new Map([[HASH, knownKey("glucose-day", {} as VerificationKey, { key })]]);
  const record = { id: id("circuit"), name: "glucose-day", verificationKeyHash: HASH, ceremony };
  checkCeremony({ findings, keys }, record);
  return findings.all().map(({ code }) => code);
}

describe("T16: the ceremony of a registered key", () => {
  const made = { kind: "production", ceremony: { name: "first", transcript: TRANSCRIPT.slice(2) } };

  it("is the one of the manifest", () => expect(foundFor(made, TRANSCRIPT)).to.deep.equal([]));

  it("is not another, nor none", () => {
    expect(foundFor(made, id("another"))).to.deep.equal(["CEREMONY_DISAGREES"]);
    expect(foundFor(made, undefined)).to.deep.equal(["CEREMONY_DISAGREES"]);
    expect(foundFor({ kind: "production" }, TRANSCRIPT)).to.deep.equal(["CEREMONY_DISAGREES"]);
  });

  it("is not looked for where the key is a development key: that is a finding of its own", () => {
    expect(foundFor({ kind: "development" }, undefined)).to.deep.equal([]);
  });
});
