// SPDX-License-Identifier: GPL-3.0-or-later
//
// A page of 256 consents: a tree of two levels with 16 children, circuits/lib/page.circom.
import { AbiCoder, keccak256 } from "ethers";
import { poseidon16 } from "poseidon-lite/poseidon16";
import { assertField, FIELD } from "../field.ts";
import { assertInteger, invalid } from "../invalid.ts";
import { PAGE_SLOTS } from "./slots.ts";

export { isLive, PAGE_SLOTS } from "./slots.ts";

/** Which page of which contract. */
export type PageAddress = {
  readonly chainId: bigint;
  /** Address of the HealthLedger. */
  readonly ledger: string;
  readonly page: bigint;
};

export function isSamePage(one: PageAddress, other: PageAddress): boolean {
  return (
    one.chainId === other.chainId &&
    one.page === other.page &&
    one.ledger.toLowerCase() === other.ledger.toLowerCase()
  );
}

export type PagePath = {
  readonly root: bigint;
  /** Children of the leaf's node, and of the root. */
  readonly children: readonly [readonly bigint[], readonly bigint[]];
};

/** @param leaves of the slots from 0 on; slots beyond them are empty */
export function pageRootOf(leaves: readonly bigint[]): bigint {
  return poseidon16([...middleOf(allOf(leaves))]);
}

/** The path of one slot. */
export function pagePathOf(leaves: readonly bigint[], slot: number): PagePath {
  assertInteger("slot", slot, 0, PAGE_SLOTS - 1);
  const all = allOf(leaves);
  const middle = middleOf(all);
  const first = slot - (slot % 16);
  return { root: poseidon16([...middle]), children: [all.slice(first, first + 16), middle] };
}

function allOf(leaves: readonly bigint[]): bigint[] {
  if (leaves.length > PAGE_SLOTS) throw invalid("number of leaves", leaves.length, `at most ${PAGE_SLOTS}`);
  for (const leaf of leaves) assertField("leaf", leaf);
  return [...leaves, ...new Array<bigint>(PAGE_SLOTS - leaves.length).fill(0n)];
}

function middleOf(all: readonly bigint[]): bigint[] {
  return Array.from({ length: 16 }, (_, i) => poseidon16(all.slice(16 * i, 16 * i + 16)));
}

/** The contract's word of live bits in two halves of 128 bits, the lower one first. */
export function liveWordsOf(live: bigint): [bigint, bigint] {
  if (live < 0n || live >> 256n !== 0n) throw invalid("live bits", live, "a word of 256 bits");
  return [live & ((1n << 128n) - 1n), live >> 128n];
}

/** What comes before an access batch's digest in its hash: 32 bytes in hex. */
export function accessDomainOf(address: PageAddress): string {
  return hashOf("vitalproof/accesses/1", address);
}

/** What comes before a consent batch's digest in its hash: 32 bytes in hex. */
export function consentDomainOf(address: PageAddress): string {
  return hashOf("vitalproof/consents/1", address);
}

/** Domain that a grant is signed for: a field element. */
export function grantDomainOf(address: PageAddress): bigint {
  return BigInt(hashOf("vitalproof/grant/1", address)) % FIELD;
}

/** `action` of a proof that revokes by force. */
export function revokeActionOf(address: PageAddress): bigint {
  return BigInt(hashOf("vitalproof/revoke/1", address)) % FIELD;
}

function hashOf(name: string, { chainId, ledger, page }: PageAddress): string {
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ["string", "uint256", "address", "uint256"],
      [name, chainId, ledger, page],
    ),
  );
}
