// SPDX-License-Identifier: GPL-3.0-or-later
import type { Detail } from "@vitalproof/sdk";
import type { Interface } from "ethers";
import type { Queries } from "../store/index.ts";
import type { ChainTransactionTable } from "../store/tables.ts";
import type { ChainAccount } from "./want.ts";

/** A log of a mined transaction, as nodes give it. */
export interface ChainLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

export interface Mined {
  readonly hash: string;
  readonly blockNumber: number;
  readonly gasUsed: number;
}

/** What a contract reverted with. `name` and `values` where the caller's ABI has the error. */
export interface ChainError {
  /** Hex; empty where the node did not say. */
  readonly data: string;
  readonly name?: string;
  readonly values?: Readonly<Record<string, Detail>>;
}

/**
 * Why something was not done, for good: the contract would revert (`contract`), it needs more gas than is allowed (`gas`), nodes
 * refused it (`node`), or its `notAfter` is over (`too-late`).
 */
export type RefusedReason = "contract" | "gas" | "node" | "too-late";

/**
 * What became of something that is wanted. `mined` and `reverted` can be undone by a reorganisation; with
 * `isFinal`, and in `final`, nothing changes any more. In `sent`, `hash` is of what was signed last.
 */
export type TransactionState =
  | { readonly state: "wanted" }
  | { readonly state: "sent"; readonly hash: string; readonly nonce: number }
  | ({ readonly state: "mined"; readonly isFinal: false; readonly logs: readonly ChainLog[] } & Mined)
  | ({ readonly state: "final"; readonly isFinal: true; readonly logs: readonly ChainLog[] } & Mined)
  | ({ readonly state: "reverted"; readonly isFinal: boolean; readonly error: ChainError } & Mined)
  | {
      readonly state: "refused";
      readonly isFinal: boolean;
      readonly reason: RefusedReason;
      readonly error?: ChainError;
      readonly words?: string;
    };

/** @param abi of the contract, whose errors are decoded by it @returns undefined for a purpose that nobody wanted */
export async function stateOf(
  queries: Queries,
  purpose: string,
  abi?: Interface,
): Promise<TransactionState | undefined> {
  const row = await queries
    .selectFrom("chain_transaction")
    .selectAll()
    .where("purpose", "=", purpose)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (row.state === "sent") {
    const signed = await queries
      .selectFrom("chain_signed")
      .select(["hash", "nonce"])
      .where("purpose", "=", purpose)
      .where("nonce", "=", row.nonce!)
      .orderBy("signed_at", "desc")
      .executeTakeFirstOrThrow();
    return { state: "sent", ...signed };
  }
  return settledState(row, abi);
}

function settledState(row: ChainTransactionTable, abi: Interface | undefined): TransactionState {
  if (row.state === "wanted") return { state: "wanted" };
  const isFinal = row.state !== "mined";
  // A mined one with a reason: an empty transaction has taken the nonce.
  if (row.state === "refused" || row.reason !== null) {
    const reason = row.reason as RefusedReason;
    const error = reason === "contract" ? { error: errorOf(row.error ?? "", abi) } : {};
    return {
      state: "refused",
      isFinal,
      reason,
      ...error,
      ...(reason === "node" ? { words: row.error ?? "" } : {}),
    };
  }
  const mined = { hash: row.hash!, blockNumber: row.block_number!, gasUsed: row.gas_used! };
  if (row.succeeded === 0)
    return { state: "reverted", isFinal, ...mined, error: errorOf(row.error ?? "", abi) };
  const logs = JSON.parse(row.logs ?? "[]") as ChainLog[];
  return isFinal ? { state: "final", isFinal, ...mined, logs } : { state: "mined", isFinal, ...mined, logs };
}

function errorOf(data: string, abi: Interface | undefined): ChainError {
  const found = abi !== undefined && data.length >= 10 ? abi.parseError(data) : null;
  if (found === null) return { data };
  const values = found.fragment.inputs.map(({ name }, i) => [name || String(i), detailOf(found.args[i])]);
  return { data, name: found.name, values: Object.fromEntries(values) as Record<string, Detail> };
}

function detailOf(value: unknown): Detail {
  return typeof value === "bigint" || typeof value === "boolean" ? value : String(value);
}

/**
 * What keeps an account from sending. `dry`: its balance does not cover what is to be sent. `price-cap`: the chain asks
 * more than the configured cap. `nonce-taken`: somebody else used a nonce of this account, and the node does not show
 * for what. `wrong-chain`: the node is one of another chain. `unreachable`: the node does not answer.
 */
export interface AccountProblem {
  readonly kind: "dry" | "price-cap" | "nonce-taken" | "wrong-chain" | "unreachable";
  /** Decimal; what is needed, and what there is. */
  readonly needed?: string;
  readonly found?: string;
  readonly hint: string;
}

/** @returns undefined when nothing keeps the account from sending */
export async function problemOf(
  queries: Queries,
  { chainId, address }: ChainAccount,
): Promise<AccountProblem | undefined> {
  const row = await queries
    .selectFrom("chain_account")
    .select("problem")
    .where("chain_id", "=", String(chainId))
    .where("address", "=", address.toLowerCase())
    .executeTakeFirst();
  return row?.problem == null ? undefined : (JSON.parse(row.problem) as AccountProblem);
}
