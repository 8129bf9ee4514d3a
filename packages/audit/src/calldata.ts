// SPDX-License-Identifier: GPL-3.0-or-later
import type { HolderAttestation, Proof } from "@vitalproof/sdk";
import type { Matter } from "@vitalproof/sdk/ledger";
import type { Interface } from "ethers";

const word = (value: bigint): string => value.toString(16).padStart(64, "0");

/**
 * Proofs that a transaction hands to `submitClaim`, or as an item to `submitClaims`, for exactly this policy, period and
 * consent (in a batch also circuit and root). The call is looked for anywhere in the calldata, so that a claim relayed
 * through another contract (an account, a batch of calls) is found as well.
 */
export function claimProofsIn(
  abi: Interface,
  input: string,
  claim: { policy: bigint; period: number; consent: string; circuit: string; root: bigint },
): Proof[] {
  const selector = (name: string) => abi.getFunction(name)!.selector.slice(2);
  const matter = word(claim.policy) + word(BigInt(claim.period)) + claim.consent.slice(2).toLowerCase();
  const alone = proofsAfter(input, selector("submitClaim") + matter);
  if (everyPlace(input, selector("submitClaims")).length === 0) return alone;
  return [...alone, ...proofsAfter(input, matter + claim.circuit.slice(2).toLowerCase() + word(claim.root))];
}

/**
 * Proofs that a transaction hands to the health ledger's `bind` for exactly this slot, these rights and this matter, each with
 * the circuit that the call names. Looked for anywhere in the calldata, as claims are.
 */
export function bindProofsIn(
  abi: Interface,
  input: string,
  { page, slot, rights, matter }: { page: bigint; slot: number; rights: bigint; matter: Matter },
): { circuit: string; proof: Proof }[] {
  const head = abi.getFunction("bind")!.selector.slice(2) + word(page);
  const rest = [
    word(BigInt(slot)),
    word(rights),
    word(BigInt(matter.patient)),
    word(BigInt(matter.grantee)),
    matter.purpose.slice(2).toLowerCase(),
    word(matter.program),
  ].join("");
  return everyPlace(input, head).flatMap((at) => {
    const circuitAt = at + head.length;
    const restAt = circuitAt + 64;
    if (!input.startsWith(rest, restAt)) return [];
    const circuit = `0x${input.slice(circuitAt, restAt)}`;
    return proofAt(input, restAt + rest.length).map((proof) => ({ circuit, proof }));
  });
}

function proofsAfter(input: string, head: string): Proof[] {
  return everyPlace(input, head).flatMap((at) => proofAt(input, at + head.length));
}

/** None where the calldata ends before. */
function proofAt(input: string, at: number): Proof[] {
  const body = input.slice(at, at + 8 * 64);
  if (body.length < 8 * 64) return [];
  const [ax, ay, bx1, bx0, by1, by0, cx, cy] = Array.from({ length: 8 }, (_, i) =>
    BigInt(`0x${body.slice(i * 64, (i + 1) * 64)}`),
  ) as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
  // The contract takes the halves of G2 coordinates the other way round.
  return [
    {
      a: [ax, ay],
      b: [
        [bx0, bx1],
        [by0, by1],
      ],
      c: [cx, cy],
    } satisfies Proof,
  ];
}

/** Attestations with their signatures that a transaction hands to `issuePolicy`. */
export function attestationsIn(
  abi: Interface,
  input: string,
): { attestation: HolderAttestation; signature: string }[] {
  const selector = abi.getFunction("issuePolicy")!.selector.slice(2);
  return everyPlace(input, selector).flatMap((at) => {
    try {
      const [struct, signature] = abi.decodeFunctionData("issuePolicy", `0x${input.slice(at)}`);
      return [
        {
          attestation: {
            program: struct.program as bigint,
            offerHash: String(struct.offerHash),
            holder: struct.holder as bigint,
            controller: String(struct.controller),
            payee: String(struct.payee),
            firstEpoch: Number(struct.firstEpoch),
            periods: Number(struct.periods),
            nonce: struct.nonce as bigint,
            expiry: struct.expiry as bigint,
          },
          signature: String(signature),
        },
      ];
    } catch {
      return [];
    }
  });
}

/** Places of whole bytes only. */
function everyPlace(input: string, part: string): number[] {
  const places: number[] = [];
  for (let at = input.indexOf(part); at !== -1; at = input.indexOf(part, at + 1)) {
    if (at % 2 === 0) places.push(at);
  }
  return places;
}
