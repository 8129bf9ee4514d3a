// SPDX-License-Identifier: GPL-3.0-or-later
import {
  CIRCUIT_REGISTRY_ABI,
  CLAIMS_PAYOUT_ABI,
  CUSTODY_ABI,
  DAY,
  PAUSE_REGISTRY_ABI,
  SCOPE_REGISTRY_ABI,
} from "@vitalproof/sdk";
import { Interface } from "ethers";
import type { TimedLog } from "../../src/chain/history.ts";

const abi = new Interface([
  ...CLAIMS_PAYOUT_ABI,
  ...CUSTODY_ABI,
  ...PAUSE_REGISTRY_ABI,
  ...CIRCUIT_REGISTRY_ABI,
  ...SCOPE_REGISTRY_ABI,
]);
export const INSURER = `0x${"11".repeat(20)}`;
export const PATIENT = `0x${"22".repeat(20)}`;
export const TOKEN = `0x${"33".repeat(20)}`;
export const ZERO = `0x${"00".repeat(20)}`;
export const HASH = `0x${"44".repeat(32)}`;

/** An event of one of the contracts, as its ABI has it. */
export type Event = [name: string, ...args: unknown[]];

/** Topics and data of an event. */
export function encoded([name, ...args]: Event): { topics: string[]; data: string } {
  const { topics, data } = abi.encodeEventLog(name, args);
  return { topics: topics as string[], data };
}

/** Events as logs, one a block, twelve hours apart. */
export function story(...events: Event[]): TimedLog[] {
  return events.map((event, i) => ({
    blockNumber: i,
    blockHash: `0x${i}`,
    transactionHash: `0x${i}`,
    index: 0,
    ...encoded(event),
    timestamp: (i * DAY) / 2,
  }));
}

/** Program 1: 25 units for each period, no review. */
export const OFFER: readonly unknown[] = [HASH, 1, 2, 5, TOKEN, 25, ZERO, 30 * DAY, 0, 0];

/** Program 1 with 500 units in escrow 4, and policy 1 over seven periods. */
export const begin: Event[] = [
  ["ScopeCreated", 1, INSURER, 1, 9],
  ["ProgramCreated", 1, INSURER, 1, 1, 4, OFFER],
  ["EscrowFunded", 4, INSURER, 500],
  ["PolicyIssued", 1, 1, PATIENT, 77, ZERO, 20_000, 7, HASH],
];
