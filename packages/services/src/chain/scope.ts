// SPDX-License-Identifier: GPL-3.0-or-later
import type { Signer } from "ethers";
import type { Database, Queries } from "../store/index.ts";
import type { ChainSignedTable, ChainTransactionTable } from "../store/tables.ts";
import type { Block, Node } from "./node.ts";
import type { PriceLimits } from "./price.ts";
import type { AccountProblem } from "./state.ts";
import type { ChainAccount } from "./want.ts";

/** Signs in this process or on a device at hand: a step waits for it. A wallet of ethers is one. */
export type ChainSigner = Pick<Signer, "getAddress" | "signTransaction">;

export interface SenderLimits extends PriceLimits {
  /** Most gas of one transaction. */
  readonly gas: bigint;
  /** Most transactions that are sent and not mined; nodes hold 16 of one account for sure. */
  readonly inFlight: number;
  /** Seconds after which a transaction that is next and not mined is replaced at a higher price. */
  readonly stuck: number;
  /** Seconds after which a transaction that is not mined is sent again, since nodes forget. */
  readonly again: number;
  /** Seconds for which a contract's refusal may pass before it counts: what it waits for may be on its way. */
  readonly patience: number;
  /** How often nodes refuse a transaction for a reason that is not known, over `stuck` seconds, until it is given up. */
  readonly refusals: number;
  /** Blocks on top of a transaction's after which it is final, where the node has no `finalized` block. */
  readonly confirmations: number;
  /** Milliseconds for one answer of the node. */
  readonly timeout: number;
}

export const SENDER_LIMITS: SenderLimits = {
  maxFee: 200_000_000_000n,
  maxTip: 20_000_000_000n,
  // EIP-7825 caps every transaction.
  gas: 16_777_216n,
  inFlight: 16,
  stuck: 90,
  again: 30,
  patience: 60,
  refusals: 5,
  confirmations: 64,
  timeout: 10_000,
};

/** What the chain says at the beginning of a round. */
export interface View {
  readonly latest: Block;
  /** Highest block that no reorganisation removes. */
  readonly finalized: number;
  /** The account's next nonce, as far as blocks go. */
  readonly count: number;
}

/** What the parts of a round share. */
export interface Scope {
  readonly database: Database;
  readonly node: Node;
  readonly signer: ChainSigner;
  /** Lower case. */
  readonly account: ChainAccount;
  readonly limits: SenderLimits;
  /** Unix second of the round. */
  readonly now: number;
  readonly view: View;
  /** Says what keeps the account from sending. The first one of a round counts. */
  readonly trouble: (problem: AccountProblem) => void;
}

type Of = Pick<Scope, "account">;

/** Rows of the account in a state, in the order in which they are sent. */
export function rowsIn(
  queries: Queries,
  { account }: Of,
  state: ChainTransactionTable["state"],
): Promise<ChainTransactionTable[]> {
  return queries
    .selectFrom("chain_transaction")
    .selectAll()
    .where("chain_id", "=", String(account.chainId))
    .where("account", "=", account.address)
    .where("state", "=", state)
    .orderBy("nonce")
    .orderBy("wanted_at")
    .orderBy("purpose")
    .execute();
}

/** Everything that was signed for a nonce of the account. First the one that nodes should have: empty ones, then by price. */
export async function signedFor(
  queries: Queries,
  { account }: Of,
  nonce: number,
): Promise<ChainSignedTable[]> {
  const rows = await queries
    .selectFrom("chain_signed")
    .selectAll()
    .where("chain_id", "=", String(account.chainId))
    .where("account", "=", account.address)
    .where("nonce", "=", nonce)
    .execute();
  return rows.sort((a, b) => a.acts - b.acts || (BigInt(a.max_fee) < BigInt(b.max_fee) ? 1 : -1));
}

/** Lets no other process give nonces or replace transactions of the account until the step ends. */
export async function lockAccount({ locks }: Database, queries: Queries, { account }: Of): Promise<void> {
  const key = { chain_id: String(account.chainId), address: account.address };
  await queries
    .insertInto("chain_account")
    .values({ ...key, problem: null, head_nonce: null, head_since: null, gap_since: null, has_finalized: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  if (!locks) return;
  await queries
    .selectFrom("chain_account")
    .select("address")
    .where("chain_id", "=", key.chain_id)
    .where("address", "=", key.address)
    .forUpdate()
    .execute();
}
