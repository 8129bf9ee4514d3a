// SPDX-License-Identifier: GPL-3.0-or-later
//
// Nonces for what is wanted. A nonce and its signed transaction come into the store together, under the account's lock.
import type { Queries } from "../store/index.ts";
import type { ChainTransactionTable } from "../store/tables.ts";
import { type Price, priceNow } from "./price.ts";
import { lockAccount, rowsIn, type Scope, signedFor } from "./scope.ts";
import { signAndKeep } from "./sign.ts";
import { want } from "./want.ts";

type Ready = { readonly row: ChainTransactionTable; readonly gasLimit: bigint };

/** Gas that a plain transfer uses. */
export const TRANSFER_GAS = 21_000n;

/** @returns how many were given nonces */
export async function giveNonces(scope: Scope): Promise<number> {
  const { database, limits, now } = scope;
  const wanted = await rowsIn(database.reads, scope, "wanted");
  const late = wanted.filter(({ not_after }) => not_after !== null && not_after < now);
  await refuse(scope, late, "too-late");
  const sent = await rowsIn(database.reads, scope, "sent");
  // Those that the contract would refuse now come last: they must not keep others waiting.
  const open = wanted
    .filter((row) => !late.includes(row))
    .sort((a, b) => Number(a.failing_since !== null) - Number(b.failing_since !== null))
    .slice(0, Math.max(0, limits.inFlight - sent.length));
  if (open.length === 0) return 0;
  const price = await priceNow(scope.node, scope.view.latest, limits);
  if (price === undefined) {
    scope.trouble({
      kind: "price-cap",
      needed: String(scope.view.latest.baseFee ?? ""),
      found: String(limits.maxFee),
      hint: "Wait until the chain is cheaper, or raise the cap.",
    });
    return 0;
  }
  const ready: Ready[] = [];
  for (const row of open) {
    const gasLimit = await gasLimitOf(scope, row);
    if (gasLimit !== undefined) ready.push({ row, gasLimit });
  }
  const payable = await payableOf(scope, sent, ready, price);
  if (payable.length === 0) return 0;
  return database.step(async (queries) => {
    await lockAccount(database, queries, scope);
    let given = 0;
    for (const { row, gasLimit } of payable) given += await give(queries, scope, row, gasLimit, price);
    return given;
  });
}

/** The lowest nonce that nothing was signed for, so that gaps are filled first. @returns 0 where another process was first */
async function give(
  queries: Queries,
  scope: Scope,
  { purpose }: ChainTransactionTable,
  gasLimit: bigint,
  price: Price,
): Promise<number> {
  const row = await queries
    .selectFrom("chain_transaction")
    .selectAll()
    .where("purpose", "=", purpose)
    .where("state", "=", "wanted")
    .executeTakeFirst();
  if (row === undefined) return 0;
  const nonce = await freeNonce(queries, scope);
  await signAndKeep(queries, scope, { row, nonce, price, gasLimit, acts: true });
  await queries
    .updateTable("chain_transaction")
    .set({ state: "sent", nonce, failing_since: null })
    .where("purpose", "=", purpose)
    .execute();
  return 1;
}

async function freeNonce(queries: Queries, { account, view }: Scope): Promise<number> {
  const rows = await queries
    .selectFrom("chain_signed")
    .select("nonce")
    .distinct()
    .where("chain_id", "=", String(account.chainId))
    .where("account", "=", account.address)
    .where("nonce", ">=", view.count)
    .execute();
  const used = new Set(rows.map(({ nonce }) => nonce));
  let nonce = view.count;
  while (used.has(nonce)) nonce++;
  return nonce;
}

/** @returns undefined for one that is not to be sent now */
async function gasLimitOf(scope: Scope, row: ChainTransactionTable): Promise<bigint | undefined> {
  const { node, limits, now, database } = scope;
  if (row.gas_limit !== null) {
    if (BigInt(row.gas_limit) <= limits.gas) return BigInt(row.gas_limit);
    await refuse(scope, [row], "gas");
    return undefined;
  }
  const called = await node.estimate(callOf(row));
  if ("value" in called) {
    // A quarter on top: state may change until it is mined.
    const wished = called.value + called.value / 4n;
    if (called.value <= limits.gas) return wished < limits.gas ? wished : limits.gas;
    await refuse(scope, [row], "gas");
    return undefined;
  }
  const since = row.failing_since ?? now;
  if (now - since >= limits.patience) {
    await refuse(scope, [row], "contract", called.reverted);
  } else if (row.failing_since === null) {
    await database.step((queries) =>
      queries
        .updateTable("chain_transaction")
        .set({ failing_since: now })
        .where("purpose", "=", row.purpose)
        .where("state", "=", "wanted")
        .execute(),
    );
  }
  return undefined;
}

export function callOf({ account, to_address, data, value }: ChainTransactionTable): Record<string, unknown> {
  return { from: account, to: to_address, data, value: `0x${BigInt(value).toString(16)}` };
}

/** Those that the balance covers, together with all that is on its way, in order. */
async function payableOf(
  scope: Scope,
  sent: readonly ChainTransactionTable[],
  ready: readonly Ready[],
  price: Price,
): Promise<Ready[]> {
  if (ready.length === 0) return [];
  const { node, account, database, view } = scope;
  const balance = await node.balance(account.address);
  let needed = 0n;
  for (const { nonce } of sent) {
    if (nonce! < view.count) continue;
    const [dearest] = await signedFor(database.reads, scope, nonce!);
    needed += BigInt(dearest!.cost);
  }
  const payable: Ready[] = [];
  for (const each of ready) {
    needed += each.gasLimit * price.maxFee + BigInt(each.row.value);
    if (needed > balance) {
      scope.trouble({
        kind: "dry",
        needed: String(needed),
        found: String(balance),
        hint: `Send ether to ${account.address}.`,
      });
      break;
    }
    payable.push(each);
  }
  return payable;
}

/** Ends what was not signed. */
async function refuse(
  { database }: Scope,
  rows: readonly ChainTransactionTable[],
  reason: string,
  error: string | null = null,
): Promise<void> {
  if (rows.length === 0) return;
  await database.step(async (queries) => {
    for (const { purpose } of rows) {
      await queries
        .updateTable("chain_transaction")
        .set({ state: "refused", reason, error })
        .where("purpose", "=", purpose)
        .where("state", "=", "wanted")
        .execute();
    }
  });
}

/**
 * Fills nonces that nothing was signed for and that others wait behind: after a node named too high a count, or a
 * reorganisation removed somebody else's transaction. What is wanted fills them; an empty transaction does after a while.
 */
export async function fillGaps(scope: Scope): Promise<void> {
  const { database, account, view, limits, now } = scope;
  const sent = await rowsIn(database.reads, scope, "sent");
  const nonces = sent.flatMap(({ nonce }) => (nonce !== null && nonce >= view.count ? [nonce] : []));
  const free = nonces.length === 0 ? undefined : await freeNonce(database.reads, scope);
  const isGap = free !== undefined && free < Math.max(...nonces);
  const key = { chain_id: String(account.chainId), address: account.address };
  const since = (
    await database.reads
      .selectFrom("chain_account")
      .select("gap_since")
      .where("chain_id", "=", key.chain_id)
      .where("address", "=", key.address)
      .executeTakeFirst()
  )?.gap_since;
  if (isGap === (since != null) && (since == null || now - since < limits.stuck)) return;
  await database.step(async (queries) => {
    await lockAccount(database, queries, scope);
    const wants = isGap && since != null;
    if (wants) {
      const purpose = `gap/${key.chain_id}/${key.address}/${free}`;
      const transfer = { purpose, from: account, to: account.address, gasLimit: TRANSFER_GAS };
      await want(queries, transfer, now);
    }
    await queries
      .updateTable("chain_account")
      .set({ gap_since: isGap && !wants ? now : null })
      .where("chain_id", "=", key.chain_id)
      .where("address", "=", key.address)
      .execute();
  });
}
