// SPDX-License-Identifier: GPL-3.0-or-later
//
// Versions of a page that ended, and the chain of hashes over them that the contract keeps.
import { AbiCoder, dataSlice, keccak256 } from "ethers";

/** A version of a page that ended. Times are minutes since 1970-01-01 UTC. */
export type EndedVersion = {
  /** The history before it, 25 bytes in hex. */
  readonly before: string;
  readonly root: bigint;
  readonly live: bigint;
  readonly since: number;
  readonly until: number;
  /** Up to when accesses were logged while it lasted. */
  readonly logged: number;
};

/** Bytes of a history. */
const BYTES = 25;
const TYPES = ["bytes25", "uint256", "uint256", "uint32", "uint32", "uint32"];

/** The history of a page none of whose versions ended. */
export const NO_HISTORY = `0x${"00".repeat(BYTES)}`;

/** The history of a page whose last ended version this is, 25 bytes in hex: HealthLedger.sol has the same. */
export function historyAfter({ before, root, live, since, until, logged }: EndedVersion): string {
  const encoded = AbiCoder.defaultAbiCoder().encode(TYPES, [before, root, live, since, until, logged]);
  return dataSlice(keccak256(encoded), 0, BYTES);
}
