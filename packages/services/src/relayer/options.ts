// SPDX-License-Identifier: GPL-3.0-or-later
import type { ChainLimits, CircuitClient, ClaimsClient, ConsentClient } from "@vitalproof/sdk";
import type { NodeConnection, Sender } from "../chain/index.ts";
import type { Database } from "../store/index.ts";

/** For whom a relayer pays the gas. */
export interface RelayerPolicy {
  /** Programs by number; `all`, or `none` of them. Revocations are sent unless it is `none`. */
  readonly free: readonly bigint[] | "all" | "none";
  /** Requests of one policy or account in 24 hours that cost gas. */
  readonly requestsPerDay: number;
  /** Gas of one policy or account in 24 hours. */
  readonly gasPerDay: number;
  /** Claims that wait for a transaction, of everyone. */
  readonly waiting: number;
}

export const RELAYER_POLICY: RelayerPolicy = {
  free: "all",
  requestsPerDay: 200,
  gasPerDay: 50_000_000,
  waiting: 10_000,
};

export interface RelayerTimes {
  /** Seconds for which a claim waits for others to share a transaction with. */
  readonly gather: number;
  /** Seconds for which a claim that the node gives no answer about is kept. */
  readonly keep: number;
  /** Milliseconds for which an endpoint waits for an outcome; below the timeout of those who ask. */
  readonly wait: number;
  /** Milliseconds between two looks. */
  readonly poll: number;
}

export const RELAYER_TIMES: RelayerTimes = { gather: 5, keep: 86_400, wait: 25_000, poll: 250 };

export interface RelayerOptions {
  readonly database: Database;
  /** One for each account that pays; at least one. */
  readonly senders: readonly Sender[];
  /** What is asked of the chain before anything is sent. */
  readonly provider: NodeConnection;
  /** Clients that only read. */
  readonly claims: ClaimsClient;
  readonly consents: ConsentClient;
  readonly circuits: CircuitClient;
  /** Unix seconds. */
  readonly clock: () => number;
  readonly policy?: Partial<RelayerPolicy>;
  readonly times?: Partial<RelayerTimes>;
  /** Whether an endpoint answers once a transaction is mined, or once it is final. `mined` when left out. */
  readonly answerAt?: "mined" | "final";
  /** Of one transaction; those of the chain when left out. */
  readonly limits?: ChainLimits;
}
