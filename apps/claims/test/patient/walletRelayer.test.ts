// SPDX-License-Identifier: GPL-3.0-or-later
import { CLAIMS_PAYOUT_ABI, CONSENT_REGISTRY_ABI } from "@vitalproof/sdk";
import { expect } from "chai";
import { Interface, ZeroAddress } from "ethers";
import { payeeOf } from "../../src/patient/payee.ts";
import { walletRelayer } from "../../src/patient/walletRelayer.ts";
import type { Plan } from "../../src/plans/plan.ts";
import { codeOf, PROOF } from "./helpers.ts";

const address = (n: number) => `0x${n.toString(16).padStart(40, "0")}`;
const contracts = {
  claims: address(0x11),
  anchors: address(0x12),
  consents: address(0x13),
  circuits: address(0x14),
  scopes: address(0x15),
  pauses: address(0x16),
  custody: address(0x17),
};
const bytes32 = (byte: string) => `0x${byte.repeat(32)}`;
const MINED = { hash: bytes32("99"), blockNumber: 12, gasUsed: 1n };

/** A dialog in which every plan is signed, or none. */
function dialog(signs: boolean) {
  const plans: Plan[] = [];
  const relayer = walletRelayer({ contracts }, (plan) => {
    plans.push(plan);
    plan.ended?.(signs ? [MINED] : undefined);
  });
  return { plans, relayer };
}

describe("patient: one's own wallet as relayer", () => {
  const consent = {
    patient: address(0xb1),
    grantee: address(0xb2),
    purpose: bytes32("01"),
    program: 3n,
    from: 1,
    until: 2,
    receiptHash: bytes32("02"),
    nonce: 9n,
  };
  const signature = `0x${"ab".repeat(65)}`;
  const item = {
    policy: 7n,
    period: 2,
    consentId: bytes32("03"),
    circuit: bytes32("04"),
    anchorRoot: 5n,
    proof: PROOF,
  };

  it("sends what the policy's account signed, as it is, and says that paying is seen", async () => {
    const { plans, relayer } = dialog(true);
    const revocation = { patient: consent.patient, consentId: bytes32("03"), deadline: 5n, signature };
    expect(await relayer.consent({ consent, deadline: 5n, signature })).to.deep.equal({
      transaction: MINED.hash,
    });
    await relayer.revoke(revocation);
    expect(await relayer.claim(item)).to.deep.equal({
      outcome: "settled",
      transaction: MINED.hash,
      blockNumber: 12,
    });
    expect(await relayer.pay(7n)).to.deep.equal({ transaction: MINED.hash });
    const calls = plans.map((plan) => {
      expect(plan.says.join(" ")).to.contain("which account of yours paid");
      expect(plan.steps).to.have.lengthOf(1);
      const { to, data } = plan.steps[0]!.call();
      const abi = new Interface(to === contracts.claims ? CLAIMS_PAYOUT_ABI : CONSENT_REGISTRY_ABI);
      const { name, args } = abi.parseTransaction({ data })!;
      return { to, name, args: args.toArray(true) };
    });
    expect(calls.map(({ to, name }) => [to, name])).to.deep.equal([
      [contracts.consents, "grantWithSignature"],
      [contracts.consents, "revokeWithSignature"],
      [contracts.claims, "submitClaim"],
      [contracts.claims, "pay"],
    ]);
    expect(calls[0]!.args.slice(1)).to.deep.equal([5n, signature]);
    expect(calls[1]!.args.slice(1)).to.deep.equal([bytes32("03"), 5n, signature]);
    expect(calls[2]!.args.slice(0, 3)).to.deep.equal([7n, 2n, bytes32("03")]);
    expect(calls[3]!.args).to.deep.equal([7n]);
  });

  it("says so when the dialog is closed before anything is final", async () => {
    const { relayer } = dialog(false);
    expect(await codeOf(relayer.pay(7n))).to.equal("ABORTED");
    expect(await codeOf(relayer.claim(item))).to.equal("ABORTED");
  });
});

describe("patient: the account to be paid", () => {
  const checksummed = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";

  it("is the policy's own when nothing is entered", () => {
    for (const text of ["", "  "]) expect(payeeOf(text, [])).to.equal(ZeroAddress);
  });

  it("takes an address in one case or with its checksum, and white space around it", () => {
    for (const text of [checksummed, checksummed.toLowerCase(), ` ${checksummed}\n`])
      expect(payeeOf(text, [])).to.equal(checksummed);
  });

  it("refuses what is not an address, a wrong character, and where money would be lost", async () => {
    const wrong = checksummed.replace("90F", "90f");
    for (const text of ["0x12", "me", wrong, checksummed.slice(2), ZeroAddress, address(0x11)])
      expect(await codeOf(() => payeeOf(text, [address(0x11)])), text).to.equal("INVALID_ARGUMENT");
  });
});
