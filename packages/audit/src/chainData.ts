// SPDX-License-Identifier: GPL-3.0-or-later

/** The part of a block header that the audit reads. */
export type BlockInfo = {
  readonly number: number;
  readonly hash: string;
  /** Unix seconds. */
  readonly timestamp: number;
};

/** One log, hex strings in lower case. */
export type LogEntry = {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly transactionHash: string;
  /** Place in the block. */
  readonly logIndex: number;
};

/** A mined transaction with what its receipt says. */
export type TransactionInfo = {
  readonly hash: string;
  readonly blockNumber: number;
  readonly from: string;
  /** Undefined for a creation. */
  readonly to: string | undefined;
  /** Calldata, hex. */
  readonly input: string;
  readonly succeeded: boolean;
  readonly logs: readonly LogEntry[];
};

export type LogFilter = {
  readonly addresses: readonly string[];
  /** As in `eth_getLogs`: one entry per place, null for any. */
  readonly topics?: readonly (string | readonly string[] | null)[];
  readonly fromBlock: number;
  readonly toBlock: number;
};

/**
 * All that the audit knows of a chain. It is the auditor's one source, and it may lie: everything else in this folder
 * is about noticing when it does.
 *
 * A VitalproofError of any method says that the source is away or has no such block, and ends the audit.
 */
export interface ChainData {
  chainId(): Promise<bigint>;
  block(block: number | "latest"): Promise<BlockInfo>;
  /** In the order of the chain. */
  logs(filter: LogFilter): Promise<readonly LogEntry[]>;
  /** Undefined for a hash that the source does not know. */
  transaction(hash: string): Promise<TransactionInfo | undefined>;
  /** Result of a read-only call on the state after `block`; throws when the call reverts or the state is gone. */
  call(to: string, data: string, block: number): Promise<string>;
  /** Code at an address after `block`; "0x" for none. */
  code(address: string, block: number): Promise<string>;
}
