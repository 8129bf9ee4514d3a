// SPDX-License-Identifier: GPL-3.0-or-later
//
// A nonce of this account that is used, and not by what was signed here: somebody else has its key, or two stores.
import type { ChainSignedTable, ChainTransactionTable } from "../store/tables.ts";
import type { Scope } from "./scope.ts";

/**
 * Gives a purpose another nonce, once it is certain that its own went to another transaction. A node that merely hides
 * a receipt must not lead to the same thing under two nonces. So only a finalised block that shows the other
 * transaction counts.
 */
export async function whoTook(
  scope: Scope,
  row: ChainTransactionTable,
  signed: readonly ChainSignedTable[],
): Promise<void> {
  const { node, account, view } = scope;
  const nonce = row.nonce!;
  if (view.finalized < 0 || (await node.count(account.address, view.finalized)) <= nonce) return;
  const taker = await takerOf(scope, nonce).catch(() => undefined);
  if (taker === undefined) {
    scope.trouble({
      kind: "nonce-taken",
      needed: String(nonce),
      hint: "The nonce is used, and the node does not show by which transaction. Ask a node that keeps old states.",
    });
    return;
  }
  // Ours: the node hides its receipt, and will show it.
  if (signed.some(({ hash }) => hash === taker)) return;
  await scope.database.step((queries) =>
    queries
      .updateTable("chain_transaction")
      .set(
        row.void_reason === null
          ? { state: "wanted", nonce: null, error: null }
          : { state: "refused", nonce: null, reason: row.void_reason },
      )
      .where("purpose", "=", row.purpose)
      .where("state", "=", "sent")
      .where("nonce", "=", nonce)
      .execute(),
  );
}

/** The hash of the transaction that used a nonce, up to the finalised block. */
async function takerOf({ node, account, view }: Scope, nonce: number): Promise<string | undefined> {
  const isUsedAt = async (block: number) => (await node.count(account.address, block)) > nonce;
  // Steps back that double, since nodes keep few old states; then the first block in between by halves.
  let used = view.finalized;
  let unused = -1;
  for (let back = 1; ; back *= 2) {
    const block = view.finalized - back;
    if (block < 0) break;
    if (await isUsedAt(block)) used = block;
    else {
      unused = block;
      break;
    }
  }
  while (used - unused > 1) {
    const middle = Math.floor((used + unused) / 2);
    if (await isUsedAt(middle)) used = middle;
    else unused = middle;
  }
  return node.senderIn(used, account.address, nonce);
}
