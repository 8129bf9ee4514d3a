// SPDX-License-Identifier: GPL-3.0-or-later
import {
  ANCHOR_REGISTRY_ABI,
  CIRCUIT_REGISTRY_ABI,
  CLAIM_TERMS_ABI,
  CLAIMS_PAYOUT_ABI,
  CONSENT_REGISTRY_ABI,
  CUSTODY_ABI,
  PAUSE_REGISTRY_ABI,
  SCOPE_REGISTRY_ABI,
  VitalproofError,
} from "@vitalproof/sdk";
import { HEALTH_LEDGER_ABI } from "@vitalproof/sdk/ledger";
import { expect } from "chai";
import { type ErrorFragment, Interface } from "ethers";
import { dateTime } from "../src/words/format.ts";
import { sentenceOf } from "../src/words/sentences.ts";

const ABIS = [
  CLAIMS_PAYOUT_ABI,
  CLAIM_TERMS_ABI,
  CIRCUIT_REGISTRY_ABI,
  ANCHOR_REGISTRY_ABI,
  CONSENT_REGISTRY_ABI,
  CUSTODY_ABI,
  PAUSE_REGISTRY_ABI,
  SCOPE_REGISTRY_ABI,
  HEALTH_LEDGER_ABI,
];
const UNIT = { symbol: "tUSDC", decimals: 6 };

/** An argument of every type that errors have. */
function sample(type: string): unknown {
  if (type.startsWith("uint")) return 3;
  if (type === "address") return `0x${"12".repeat(20)}`;
  if (type === "bytes16") return `0x${"56".repeat(16)}`;
  if (type === "bytes25") return `0x${"78".repeat(25)}`;
  if (type === "bytes32") return `0x${"34".repeat(32)}`;
  if (type === "string") return "a text";
  throw new Error(`No sample of ${type}.`);
}

const all: { abi: Interface; error: ErrorFragment }[] = [];
for (const abi of ABIS) {
  const contract = new Interface(abi);
  contract.forEachError((error) => all.push({ abi: contract, error }));
}

describe("sentences for refusals", () => {
  for (const { abi, error } of all) {
    it(`${error.name}: a sentence with every brace filled, and a way out`, () => {
      const data = abi.encodeErrorResult(
        error,
        error.inputs.map(({ type }) => sample(type)),
      );
      const { says, hint } = sentenceOf({ code: "CALL_EXCEPTION", data }, UNIT);
      expect(says)
        .to.match(/[.:]( a text)?$/)
        .and.not.match(/[{}]|refused with/);
      expect(hint).to.match(/\.$/);
    });
  }

  it("write amounts in the token and times as dates", () => {
    const claims = new Interface(CLAIMS_PAYOUT_ABI);
    const custody = new Interface(CUSTODY_ABI);
    const free = custody.encodeErrorResult("Custody_InsufficientFree", [1, 5_000_000, 25_000_000]);
    expect(sentenceOf({ data: free }, UNIT).says).to.equal(
      "Escrow 1 has 5.00 tUSDC free; 25.00 tUSDC are needed.",
    );
    const circuits = new Interface(CIRCUIT_REGISTRY_ABI);
    const expired = circuits.encodeErrorResult("CircuitRegistry_ProposalExpired", [
      `0x${"34".repeat(32)}`,
      1_772_409_600,
    ]);
    expect(sentenceOf({ data: expired }).says).to.contain(dateTime(Date.parse("2026-03-02T00:00Z") / 1000));
    const paused = claims.encodeErrorResult("ClaimsPayout_IsPaused", [1_772_409_600]);
    expect(sentenceOf({ data: paused }).says).to.equal(
      `The contract is paused until ${dateTime(Date.parse("2026-03-02T00:00Z") / 1000)}.`,
    );
  });

  it("take the SDK's errors, refusals in the wallet and a lack of gas money", () => {
    const reverted = new VitalproofError("CONTRACT_REVERTED", "fund was refused.", {
      details: { action: "fund", error: "ClaimsPayout_UnknownProgram", programId: 7n },
    });
    expect(sentenceOf(reverted).says).to.equal("There is no program 7.");
    const refused = new VitalproofError("CONTRACT_CALL_FAILED", "fund failed.", {
      cause: { code: "ACTION_REJECTED" },
    });
    expect(sentenceOf(refused).says).to.match(/You refused it in the wallet/);
    const poor = new VitalproofError("CONTRACT_CALL_FAILED", "fund failed.", {
      cause: Object.assign(new Error("x"), { code: "INSUFFICIENT_FUNDS" }),
    });
    expect(sentenceOf(poor).says).to.match(/cannot pay for the transaction's gas/);
    expect(sentenceOf(new TypeError("Failed to fetch")).says).to.equal("The node cannot be reached.");
  });
});
