// SPDX-License-Identifier: GPL-3.0-or-later
//
// What blocks say about transactions that were sent: mined, undone by a reorganisation, final.
import type { ChainSignedTable, ChainTransactionTable } from "../store/tables.ts";
import { whoTook } from "./foreign.ts";
import { callOf } from "./give.ts";
import type { Block, Receipt } from "./node.ts";
import { rowsIn, type Scope, signedFor } from "./scope.ts";
import { NOT_MINED } from "./want.ts";

export interface Watched {
  readonly mined: number;
  readonly final: number;
  readonly undone: number;
}

export async function watch(scope: Scope): Promise<Watched> {
  const blocks = new Map<number, Block | undefined>();
  const blockOf = async (number: number): Promise<Block | undefined> => {
    if (!blocks.has(number)) blocks.set(number, await scope.node.block(number));
    return blocks.get(number);
  };
  let [mined, final, undone] = [0, 0, 0];
  for (const row of await rowsIn(scope.database.reads, scope, "mined")) {
    const block = await blockOf(row.block_number!);
    if (block?.hash === row.block_hash) {
      if (row.block_number! <= scope.view.finalized) final += await finish(scope, row);
    } else if (block !== undefined || scope.view.count <= row.nonce!) {
      // A block that a node behind the others lacks is not gone while the account's count says that it was mined.
      undone += await undo(scope, row);
    }
  }
  for (const row of await rowsIn(scope.database.reads, scope, "sent")) {
    if (row.nonce === null || row.nonce >= scope.view.count) continue;
    const signed = await signedFor(scope.database.reads, scope, row.nonce);
    const found = await receiptOf(scope, signed, blockOf);
    if (found !== undefined) mined += await noteMined(scope, row, found.signed, found.receipt);
    else await whoTook(scope, row, signed);
  }
  return { mined, final, undone };
}

/** The receipt of one of the transactions for a nonce, where its block is one of the chain. Any of them can be mined. */
async function receiptOf(
  { node }: Scope,
  signed: readonly ChainSignedTable[],
  blockOf: (number: number) => Promise<Block | undefined>,
): Promise<{ signed: ChainSignedTable; receipt: Receipt } | undefined> {
  for (const each of signed) {
    const receipt = await node.receipt(each.hash);
    if (receipt === undefined) continue;
    const block = await blockOf(receipt.blockNumber);
    if (block?.hash === receipt.blockHash) return { signed: each, receipt };
  }
  return undefined;
}

async function noteMined(
  { database, node }: Scope,
  row: ChainTransactionTable,
  { acts }: ChainSignedTable,
  receipt: Receipt,
): Promise<number> {
  const isWanted = acts === 1;
  const failed = isWanted && !receipt.succeeded;
  const error = failed ? await node.revertDataOf(callOf(row), receipt.blockNumber) : row.error;
  const { numUpdatedRows } = await database.step((queries) =>
    queries
      .updateTable("chain_transaction")
      .set({
        state: "mined",
        hash: receipt.hash,
        block_number: receipt.blockNumber,
        block_hash: receipt.blockHash,
        gas_used: receipt.gasUsed,
        succeeded: receipt.succeeded ? 1 : 0,
        logs: isWanted ? JSON.stringify(receipt.logs) : null,
        // An empty transaction has taken the nonce: what was wanted is not done.
        reason: isWanted ? null : row.void_reason,
        error: isWanted && !failed ? null : error,
      })
      .where("purpose", "=", row.purpose)
      .where("state", "=", "sent")
      .where("nonce", "=", row.nonce)
      .executeTakeFirstOrThrow(),
  );
  return Number(numUpdatedRows);
}

async function finish({ database }: Scope, row: ChainTransactionTable): Promise<number> {
  const { numUpdatedRows } = await database.step((queries) =>
    queries
      .updateTable("chain_transaction")
      .set({ state: row.reason === null ? "final" : "refused" })
      .where("purpose", "=", row.purpose)
      .where("state", "=", "mined")
      .where("block_hash", "=", row.block_hash)
      .executeTakeFirstOrThrow(),
  );
  return Number(numUpdatedRows);
}

/** A reorganisation removed its block: the same transaction is sent again, under the same nonce. */
async function undo({ database, account }: Scope, row: ChainTransactionTable): Promise<number> {
  return database.step(async (queries) => {
    const { numUpdatedRows } = await queries
      .updateTable("chain_transaction")
      .set({ state: "sent", ...NOT_MINED })
      .where("purpose", "=", row.purpose)
      .where("state", "=", "mined")
      .where("block_hash", "=", row.block_hash)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return 0;
    await queries
      .updateTable("chain_signed")
      .set({ sent_at: null, underpriced: 0 })
      .where("chain_id", "=", String(account.chainId))
      .where("account", "=", account.address)
      .where("nonce", "=", row.nonce!)
      .execute();
    return 1;
  });
}
