// SPDX-License-Identifier: GPL-3.0-or-later
import { attestationDigest, type isValidProof, type Proof, proofCalldata } from "@vitalproof/sdk";
import { Interface, recoverAddress } from "ethers";
import { attestationsIn, claimProofsIn } from "./calldata.ts";
import type { ChainData, TransactionInfo } from "./chainData.ts";
import type { ClaimState, PolicyState } from "./claims/types.ts";
import type { Progress } from "./collect.ts";
import type { Findings } from "./findings.ts";
import type { KnownKeys } from "./keys.ts";

export type ProofContext = {
  readonly data: ChainData;
  readonly chainId: bigint;
  readonly claims: string;
  readonly program: bigint;
  /** The program's. */
  readonly offerHash: string;
  readonly abi: Interface;
  readonly keys: KnownKeys;
  readonly transactions: ReadonlyMap<string, TransactionInfo>;
  /** Whether a day's root was written in this block: then views at the block may show a later root than the claim saw. */
  readonly rootWrittenIn: (day: number, block: number) => boolean;
  readonly findings: Findings;
  readonly progress: Progress;
  readonly verify: typeof isValidProof;
};

const VERIFIER_ABI = [
  "function verifyProof(uint256[2] a, uint256[2][2] b, uint256[2] c, uint256[4] input) view returns (bool)",
];
const ERC1271_ABI = ["function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)"];
const ERC1271_VALID = "0x1626ba7e";

/** Takes every claim's proof out of the calldata and verifies it here, against the inputs rebuilt from the events. */
export async function checkProofs(context: ProofContext, claims: readonly ClaimState[]): Promise<void> {
  for (const [i, claim] of claims.entries()) {
    context.progress(`proofs, ${i} of ${claims.length}`);
    await checkProof(context, claim);
  }
}

async function checkProof(context: ProofContext, claim: ClaimState): Promise<void> {
  const { findings, keys, abi, transactions } = context;
  const { policy, period, consent } = claim;
  const place = {
    program: context.program,
    policy,
    period,
    transaction: claim.transaction,
    block: claim.block,
  };
  const what = `The claim for period ${period} of policy ${policy}`;
  await checkInputsView(context, claim);
  const input = transactions.get(claim.transaction)?.input ?? "0x";
  const { circuit, rootInEvent: root } = claim;
  const proofs = claimProofsIn(abi, input, { policy, period, consent, circuit, root });
  if (proofs.length === 0) {
    claim.proof = "missing";
    findings.add("CLAIM_PROOF_MISSING", `${what} has no proof in its transaction's calldata.`, place);
    return;
  }
  const known = claim.verificationKeyHash === undefined ? undefined : keys.get(claim.verificationKeyHash);
  if (known === undefined) {
    claim.proof = "key-unknown";
    findings.add(
      "CLAIM_KEY_UNKNOWN",
      `${what} was proven under the key ${claim.verificationKeyHash ?? "of no circuit"}, which is not among this repository's.`,
      place,
    );
    return;
  }
  const valid = proofs.find((proof) => context.verify(known.key, claim.inputs, proof));
  claim.proof = valid === undefined ? "invalid" : "verified";
  if (valid === undefined) {
    findings.add(
      "CLAIM_PROOF_INVALID",
      `${what} has a proof that does not verify for its holder, root, terms and scope under ${known.circuit}.`,
      place,
    );
  }
  await checkVerifier(context, claim, valid ?? proofs[0]!, valid !== undefined);
}

/** What the deployed verifier says of the same proof and inputs. */
async function checkVerifier(
  { data, findings, program }: ProofContext,
  claim: ClaimState,
  proof: Proof,
  expected: boolean,
): Promise<void> {
  const abi = new Interface(VERIFIER_ABI);
  const { a, b, c } = proofCalldata(proof);
  const place = { program, policy: claim.policy, period: claim.period, transaction: claim.transaction };
  const answer = await data
    .call(claim.verifier!, abi.encodeFunctionData("verifyProof", [a, b, c, [...claim.inputs]]), claim.block)
    .then(
      (result) => /^0x0{63}1$/.test(result),
      () => undefined,
    );
  if (answer === expected) return;
  if (answer === undefined) {
    findings.add(
      "DATA_VIEW_UNAVAILABLE",
      "The node no longer has the state of some claims' blocks, so what the contracts said then was not compared.",
    );
    return;
  }
  findings.add(
    "CLAIM_VERIFIER_DISAGREES",
    `The verifier ${claim.verifier} says ${answer} to the proof of period ${claim.period} of policy ${claim.policy}; verified here it is ${expected}.`,
    place,
  );
}

async function checkInputsView(context: ProofContext, claim: ClaimState): Promise<void> {
  const { data, abi, claims, findings } = context;
  const call = abi.encodeFunctionData("claimInputs", [claim.policy, claim.period]);
  const result = await data.call(claims, call, claim.block).catch(() => undefined);
  if (result === undefined) {
    findings.add(
      "DATA_VIEW_UNAVAILABLE",
      "The node no longer has the state of some claims' blocks, so what the contracts said then was not compared.",
    );
    return;
  }
  const names = ["holder", "anchorRoot", "terms", "scope"];
  const values = abi.decodeFunctionResult("claimInputs", result).toArray() as bigint[];
  names.forEach((name, i) => {
    if (values[i] === claim.inputs[i]) return;
    if (name === "anchorRoot" && context.rootWrittenIn(claim.anchorDay, claim.block)) return;
    findings.add(
      "CLAIM_INPUTS_DISAGREE",
      `For period ${claim.period} of policy ${claim.policy} the contract gives the ${name} ${values[i]}; rebuilt it is ${claim.inputs[i]}.`,
      {
        program: context.program,
        policy: claim.policy,
        period: claim.period,
        transaction: claim.transaction,
        block: claim.block,
      },
    );
  });
}

/** Compares every policy with the attestation in the calldata that issued it, and the signature with the attester. */
export async function checkAttestations(
  context: ProofContext,
  policies: readonly PolicyState[],
): Promise<void> {
  for (const [i, policy] of policies.entries()) {
    context.progress(`policies, ${i} of ${policies.length}`);
    await checkAttestation(context, policy);
  }
}

async function checkAttestation(context: ProofContext, policy: PolicyState): Promise<void> {
  const { findings, abi, chainId, claims, program, transactions } = context;
  const place = { program, policy: policy.id, transaction: policy.transaction };
  const found = attestationsIn(abi, transactions.get(policy.transaction)?.input ?? "0x");
  if (found.length === 0) {
    findings.add(
      "POLICY_ATTESTATION_MISSING",
      `Policy ${policy.id} has no attestation in its transaction's calldata; what its attester signed was not checked.`,
      place,
    );
    return;
  }
  const domain = { chainId, claims };
  const match = found.find(
    ({ attestation }) => attestationDigest(domain, attestation) === policy.attestation,
  );
  if (match === undefined) {
    findings.add(
      "POLICY_ATTESTATION_MISMATCH",
      `Policy ${policy.id} says it rests on attestation ${policy.attestation}; its calldata holds another.`,
      place,
    );
    return;
  }
  const { attestation, signature } = match;
  const pairs: [string, unknown, unknown][] = [
    ["program", attestation.program, policy.program],
    ["offer", attestation.offerHash.toLowerCase(), context.offerHash],
    ["holder", attestation.holder, policy.holder],
    ["controller", attestation.controller.toLowerCase(), policy.controller],
    ["payee", attestation.payee.toLowerCase(), policy.payeeIssued],
    ["first epoch", attestation.firstEpoch, policy.firstEpoch],
    ["number of periods", attestation.periods, policy.periodsIssued],
  ];
  for (const [name, signed, issued] of pairs) {
    if (signed === issued) continue;
    findings.add(
      "POLICY_ATTESTATION_MISMATCH",
      `Policy ${policy.id} was issued with the ${name} ${issued}; attested is ${signed}.`,
      place,
    );
  }
  if (attestation.expiry < BigInt(policy.issuedAt)) {
    findings.add(
      "POLICY_ATTESTATION_EXPIRED",
      `Policy ${policy.id} was issued at ${policy.issuedAt} on an attestation that expired at ${attestation.expiry}.`,
      place,
    );
  }
  const signed = await isSignedBy(context, policy, signature);
  if (signed === "no") {
    findings.add(
      "POLICY_SIGNATURE_INVALID",
      `The attestation of policy ${policy.id} is not signed by ${policy.attester}, its group's attester then.`,
      place,
    );
  } else if (signed === "unknown") {
    findings.add(
      "POLICY_SIGNATURE_UNCHECKED",
      `The attester of policy ${policy.id}, ${policy.attester}, is a contract that does not repeat its answer to the signature.`,
      place,
    );
  }
}

/** By an account's key, or by a contract (ERC-1271) as it answers on the state after that block. */
async function isSignedBy(
  context: ProofContext,
  policy: PolicyState,
  signature: string,
): Promise<"yes" | "no" | "unknown"> {
  try {
    if (recoverAddress(policy.attestation, signature).toLowerCase() === policy.attester) return "yes";
  } catch {
    // Not an account's signature; a contract may have another form.
  }
  const block = context.transactions.get(policy.transaction)?.blockNumber;
  if (block === undefined) return "unknown";
  const code = await context.data.code(policy.attester, block).catch(() => undefined);
  if (code === "0x") return "no";
  const abi = new Interface(ERC1271_ABI);
  const call = abi.encodeFunctionData("isValidSignature", [policy.attestation, signature]);
  const answer = await context.data.call(policy.attester, call, block).catch(() => "0x");
  // What it said inside the transaction, to the claims contract, may have been something else.
  return answer.length === 66 && answer.startsWith(ERC1271_VALID) ? "yes" : "unknown";
}
