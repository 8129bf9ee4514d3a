// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY, TERMS_HEADER } from "@vitalproof/sdk";
import { AbiCoder, keccak256, type Result } from "ethers";

/** `ProgramOffer` of IClaimsPayout, its members in order. */
const OFFER =
  "tuple(bytes32 circuit, uint64 scope, uint8 assurance, uint256 terms, address token, uint128 benefit, address arbiter, uint32 claimWindow, uint32 reviewTime, uint32 arbiterTime)";

/** What attestations name an offer by: the hash of its ABI encoding. */
export function offerHashOf(offer: Result): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode([OFFER], [offer.toObject()]));
}

/** `keccak256(abi.encode("vitalproof/purpose/claim/1", claims contract))`. */
export function claimPurposeOf(claims: string): string {
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(["string", "address"], ["vitalproof/purpose/claim/1", claims]),
  );
}

/** The day in which a stretch of time that ends before `end` has its last second. */
export function lastDayOf(end: number): number {
  return Math.floor((end - 1) / DAY);
}

/** A field of the terms' header, which all templates share. */
export function termsField(terms: bigint, name: (typeof TERMS_HEADER)[number]["name"]): number {
  const field = TERMS_HEADER.find((candidate) => candidate.name === name)!;
  return Number((terms >> BigInt(field.shift)) & ((1n << BigInt(field.bits)) - 1n));
}

/** A program's terms with a period's first epoch put in; any template's. */
export function withFirstEpoch(terms: bigint, epoch: number): bigint {
  const field = TERMS_HEADER.find(({ name }) => name === "epoch")!;
  return terms | (BigInt(epoch) << BigInt(field.shift));
}
