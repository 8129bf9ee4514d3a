// SPDX-License-Identifier: GPL-3.0-or-later
import { attestationDigest, CLAIMS_PAYOUT_ABI, type HolderAttestation } from "@vitalproof/sdk";
import { expect } from "chai";
import { Interface, Signature, SigningKey, Wallet, ZeroHash } from "ethers";
import type { PolicyState } from "../src/claims/types.ts";
import { Findings } from "../src/findings.ts";
import { checkAttestations, type ProofContext } from "../src/proofs.ts";

const CHAIN = 31337n;
const CLAIMS = `0x${"c1".repeat(20)}`;
const TRANSACTION = `0x${"07".repeat(32)}`;
const ISSUED_AT = 1_900_000_000;
const abi = new Interface(CLAIMS_PAYOUT_ABI);
const key = new SigningKey(`0x${"11".repeat(32)}`);
const attester = new Wallet(key).address.toLowerCase();

const attestation: HolderAttestation = {
  program: 1n,
  offerHash: `0x${"0f".repeat(32)}`,
  holder: 7n,
  controller: `0x${"a1".repeat(20)}`,
  payee: `0x${"a2".repeat(20)}`,
  firstEpoch: 20_000,
  periods: 30,
  nonce: 9n,
  expiry: BigInt(ISSUED_AT),
};

/** What the auditor finds about one policy that was issued on this attestation. */
async function foundFor(
  changes: Partial<HolderAttestation> = {},
  from: { attester?: string; code?: string; answer?: string } = {},
): Promise<string[]> {
  const signed = { ...attestation, ...changes };
  const digest = attestationDigest({ chainId: CHAIN, claims: CLAIMS }, signed);
  const input = abi.encodeFunctionData("issuePolicy", [signed, Signature.from(key.sign(digest)).serialized]);
  const findings = new Findings(1n);
  const context = {
    findings,
    abi,
    chainId: CHAIN,
    claims: CLAIMS,
    program: 1n,
    offerHash: attestation.offerHash,
    transactions: new Map([[TRANSACTION, { input, blockNumber: 5 }]]),
    progress: () => {},
    data: {
      code: async () => from.code ?? "0x",
      call: async () => from.answer ?? "0x",
    },
  } as unknown as ProofContext;
  const policy = {
    id: 3n,
    program: 1n,
    holder: attestation.holder,
    controller: attestation.controller,
    payeeIssued: attestation.payee,
    firstEpoch: attestation.firstEpoch,
    periodsIssued: attestation.periods,
    issuedAt: ISSUED_AT,
    transaction: TRANSACTION,
    attestation: digest,
    attester: from.attester ?? attester,
  } as PolicyState;
  await checkAttestations(context, [policy]);

  return findings.all().map(({ code }) => code);
}

describe("audit: attestations", () => {
  it("one that is good in the policy's second is good", async () => {
    expect(await foundFor()).to.deep.equal([]);
  });

  it("one that expired a second before is not", async () => {
    expect(await foundFor({ expiry: BigInt(ISSUED_AT) - 1n })).to.deep.equal(["POLICY_ATTESTATION_EXPIRED"]);
  });

  it("names what the policy was issued with, and not another holder or offer", async () => {
    expect(await foundFor({ holder: 8n })).to.deep.equal(["POLICY_ATTESTATION_MISMATCH"]);
    expect(await foundFor({ offerHash: ZeroHash })).to.include("POLICY_ATTESTATION_MISMATCH");
  });

  it("a signature by another account is invalid", async () => {
    expect(await foundFor({}, { attester: `0x${"bb".repeat(20)}` })).to.deep.equal([
      "POLICY_SIGNATURE_INVALID",
    ]);
  });

  it("an attester that is a contract repeats its answer, or nobody can check it", async () => {
    const contract = { attester: `0x${"bb".repeat(20)}`, code: "0x6001" };
    const yes = `0x1626ba7e${"0".repeat(56)}`;
    expect(await foundFor({}, { ...contract, answer: yes })).to.deep.equal([]);
    expect(await foundFor({}, { ...contract, answer: `0x${"0".repeat(64)}` })).to.deep.equal([
      "POLICY_SIGNATURE_UNCHECKED",
    ]);
  });
});
