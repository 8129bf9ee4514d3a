// SPDX-License-Identifier: GPL-3.0-or-later
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { getAddress, Wallet } from "ethers";
import { invalid } from "../invalid.ts";
import type { Identity } from "./identity.ts";

/** Which policy an account is for. Two policies that differ in any of these get unrelated accounts. */
export type PolicySlot = {
  chainId: bigint;
  /** Address of the claims contract. */
  claims: string;
  program: bigint;
  /** 0 for the person's first policy in this program, 1 for the next, … */
  index: number;
};

/**
 * The controller account of one policy, derived from the identity's wallet seed (HKDF-SHA-256, RFC 5869; 48 bytes reduced to a
 * secp256k1 key as in FIPS 186-5 A.2.1), so that a restored identity finds its accounts again. The chain links what
 * one account does; never use one for two policies, and mind that spending from several together links them too.
 *
 * Knowing one controller's key reveals no other controller; knowing the identity secret reveals none at all.
 */
export function controllerOf(identity: Identity, policy: PolicySlot): Wallet {
  const { chainId, program, index } = policy;
  if (chainId < 0n) throw invalid("chainId", chainId, "0 or more");
  if (program < 0n) throw invalid("program", program, "0 or more");
  if (!Number.isSafeInteger(index) || index < 0) throw invalid("index", index, "an integer of 0 or more");
  const info = ["vitalproof/controller/1", chainId, getAddress(policy.claims), program, index].join("|");
  const prk = extract(sha256, identity.walletSeed(), utf8ToBytes("vitalproof/controller/1"));
  const seed = expand(sha256, prk, utf8ToBytes(info), 48);
  return new Wallet(`0x${bytesToHex(secp256k1.utils.randomSecretKey(seed))}`);
}
