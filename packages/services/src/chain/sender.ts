// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { Database } from "../store/index.ts";
import type { ChainAccountTable } from "../store/tables.ts";
import { broadcast } from "./broadcast.ts";
import { finalizedOf } from "./finality.ts";
import { fillGaps, giveNonces } from "./give.ts";
import { Node, type NodeConnection, NodeFailure, unreachable } from "./node.ts";
import { replaceStuck } from "./replace.ts";
import {
  type ChainSigner,
  lockAccount,
  type Scope,
  SENDER_LIMITS,
  type SenderLimits,
  type View,
} from "./scope.ts";
import { type AccountProblem, problemOf } from "./state.ts";
import type { ChainAccount } from "./want.ts";
import { watch } from "./watch.ts";

export interface SenderOptions {
  readonly database: Database;
  readonly signer: ChainSigner;
  readonly chainId: bigint;
  readonly provider: NodeConnection;
  /** Those that differ from `SENDER_LIMITS`. */
  readonly limits?: Partial<SenderLimits>;
  /** Unix seconds. */
  readonly clock: () => number;
}

/** What one round did. */
export interface Round {
  /** Given a nonce and signed; signed again. */
  readonly signed: number;
  readonly replaced: number;
  /** Taken by the node. */
  readonly sent: number;
  readonly mined: number;
  readonly final: number;
  /** Undone by a reorganisation. */
  readonly undone: number;
  /** What keeps the account from sending; undefined when nothing does. */
  readonly problem: AccountProblem | undefined;
}

const NOTHING = { signed: 0, replaced: 0, sent: 0, mined: 0, final: 0, undone: 0 };

/**
 * Sends what is wanted from one account, whatever happens in between. Everything that it knows is in the store: it may
 * be killed at any point, and several may work on one account.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #limits: SenderLimits;
  readonly #node: Node;
  #account: ChainAccount | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#limits = { ...SENDER_LIMITS, ...options.limits };
    this.#node = new Node(options.provider, this.#limits.timeout);
  }

  /** The account that it sends from. */
  async account(): Promise<ChainAccount> {
    this.#account ??= {
      chainId: this.#options.chainId,
      address: (await this.#options.signer.getAddress()).toLowerCase(),
    };
    return this.#account;
  }

  /**
   * One round: what blocks say, nonces for what is wanted, higher prices for what is stuck, and sending. A node that fails
   * ends the round; the next one goes on.
   * @throws STORE_FAILED, and INVALID_ARGUMENT for a signer of another account
   */
  async advance(): Promise<Round> {
    const account = await this.account();
    let problem: AccountProblem | undefined;
    const done = { ...NOTHING };
    const trouble = (found: AccountProblem): void => {
      problem ??= found;
    };
    try {
      const view = await this.#look(account, trouble);
      if (view !== undefined) await this.#round({ ...this.#scope(account, trouble), view }, done);
    } catch (error) {
      if (isOurs(error)) throw error;
      problem = { kind: "unreachable", hint: unreachable("").hint ?? "" };
    }
    await this.#note(account, problem);
    return { ...done, problem };
  }

  async #round(scope: Scope, done: typeof NOTHING): Promise<void> {
    Object.assign(done, await watch(scope));
    done.signed = await giveNonces(scope);
    await fillGaps(scope);
    done.replaced = await replaceStuck(scope);
    done.sent = await broadcast(scope);
  }

  #scope(account: ChainAccount, trouble: Scope["trouble"]): Omit<Scope, "view"> {
    const { database, signer, clock } = this.#options;
    return { database, signer, account, trouble, node: this.#node, limits: this.#limits, now: clock() };
  }

  /** @returns undefined for a node of another chain, whose answers mean nothing here */
  async #look({ chainId, address }: ChainAccount, trouble: Scope["trouble"]): Promise<View | undefined> {
    const found = await this.#node.chainId();
    if (found !== chainId) {
      const hint = "Use a node of the configured chain.";
      trouble({ kind: "wrong-chain", needed: String(chainId), found: String(found), hint });
      return undefined;
    }
    const latest = await this.#node.block("latest");
    if (latest === undefined) throw unreachable("eth_getBlockByNumber");
    return {
      latest,
      finalized: Math.min(await this.#finalized({ chainId, address }, latest.number), latest.number),
      count: await this.#node.count(address),
    };
  }

  /**
   * The highest block that is final. Confirmations count only where no node ever had a `finalized` block: one that
   * fails for a moment must not make anything final early.
   */
  async #finalized(account: ChainAccount, latest: number): Promise<number> {
    const { database } = this.#options;
    const found = await finalizedOf(this.#node);
    const row = await database.reads
      .selectFrom("chain_account")
      .select("has_finalized")
      .where("chain_id", "=", String(account.chainId))
      .where("address", "=", account.address)
      .executeTakeFirst();
    if (found === undefined) return row?.has_finalized === 1 ? -1 : latest - this.#limits.confirmations;
    if (row?.has_finalized !== 1) await this.#keep(account, { has_finalized: 1 });
    return found;
  }

  async #note(account: ChainAccount, problem: AccountProblem | undefined): Promise<void> {
    const { database } = this.#options;
    const text = problem === undefined ? null : JSON.stringify(problem);
    const there = await problemOf(database.reads, account);
    if (text === (there === undefined ? null : JSON.stringify(there))) return;
    await this.#keep(account, { problem: text });
  }

  /** Changes the account's row. */
  async #keep(account: ChainAccount, change: Partial<Pick<ChainAccountTable, "problem" | "has_finalized">>) {
    const { database } = this.#options;
    await database.step(async (queries) => {
      await lockAccount(database, queries, { account });
      await queries
        .updateTable("chain_account")
        .set(change)
        .where("chain_id", "=", String(account.chainId))
        .where("address", "=", account.address)
        .execute();
    });
  }
}

/** Whether an error is the store's, the signer's or a fault, and not the node's. */
function isOurs(error: unknown): boolean {
  return !(error instanceof NodeFailure) && VitalproofError.find(error, "CHAIN_UNREACHABLE") === undefined;
}
