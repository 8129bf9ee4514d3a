// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is signed again for the same nonce: at a higher price, or as an empty transaction that gives a purpose up.
import { Transaction } from "ethers";
import type { ChainSignedTable, ChainTransactionTable } from "../store/tables.ts";
import { TRANSFER_GAS } from "./give.ts";
import { type Price, priceNow, replacing } from "./price.ts";
import { lockAccount, rowsIn, type Scope, signedFor } from "./scope.ts";
import { signAndKeep } from "./sign.ts";

/** @returns how many were signed again */
export async function replaceStuck(scope: Scope): Promise<number> {
  const { database, view } = scope;
  const sent = await rowsIn(database.reads, scope, "sent");
  const open = sent.filter(({ nonce }) => nonce !== null && nonce >= view.count);
  const headSince = await noteHead(scope, open[0]?.nonce ?? null);
  let now: Price | undefined | "unasked" = "unasked";
  let replaced = 0;
  for (const row of open) {
    const reason = await givenUp(scope, row);
    const signed = await signedFor(database.reads, scope, row.nonce!);
    const [dearest] = signed;
    if (dearest === undefined) continue;
    const becomesEmpty = reason !== null && signed.every(({ acts }) => acts === 1);
    const isStuck = row === open[0] && isOld(scope, dearest, headSince);
    if (!becomesEmpty && !isStuck && dearest.underpriced === 0) continue;
    if (now === "unasked") now = await priceNow(scope.node, view.latest, scope.limits);
    const earlier = {
      maxFee: BigInt(dearest.max_fee),
      tip: dearest.tip === null ? undefined : BigInt(dearest.tip),
    };
    // An empty one does not have to outbid what no node has.
    const isAlone =
      becomesEmpty && signed.every(({ sent_at, underpriced }) => sent_at === null && underpriced === 0);
    const price = isAlone ? now : replacing(earlier, now, scope.limits);
    if (price === undefined) {
      scope.trouble({
        kind: "price-cap",
        needed: String(earlier.maxFee + earlier.maxFee / 8n),
        found: String(scope.limits.maxFee),
        hint: "A transaction waits at the highest price or tip that is allowed. Raise the cap, or wait.",
      });
      continue;
    }
    if (await signAgain(scope, row, dearest, price, becomesEmpty || dearest.acts === 0)) replaced++;
  }
  return replaced;
}

function isOld({ limits, now }: Scope, { signed_at, sent_at }: ChainSignedTable, headSince: number): boolean {
  // A higher price does not help one that no node took.
  return sent_at !== null && now - Math.max(signed_at, headSince) >= limits.stuck;
}

/** Keeps since when the lowest nonce that is not mined is the lowest: those behind it wait for it, and are not stuck. */
async function noteHead(scope: Scope, nonce: number | null): Promise<number> {
  const { database, account, now } = scope;
  const at = { chain_id: String(account.chainId), address: account.address };
  const there = await database.reads
    .selectFrom("chain_account")
    .select(["head_nonce", "head_since"])
    .where("chain_id", "=", at.chain_id)
    .where("address", "=", at.address)
    .executeTakeFirst();
  if (there !== undefined && there.head_nonce === nonce) return there.head_since ?? now;
  await database.step(async (queries) => {
    await lockAccount(database, queries, scope);
    await queries
      .updateTable("chain_account")
      .set({ head_nonce: nonce, head_since: nonce === null ? null : now })
      .where("chain_id", "=", at.chain_id)
      .where("address", "=", at.address)
      .execute();
  });
  return now;
}

/** Why a purpose is given up; null while it is not. */
async function givenUp({ database, limits, now }: Scope, row: ChainTransactionTable): Promise<string | null> {
  if (row.void_reason !== null) return row.void_reason;
  const late = row.not_after !== null && row.not_after < now;
  const refusals = await database.reads
    .selectFrom("chain_signed")
    .select((of) => [
      of.fn.sum("refusals").as("all"),
      of.fn.max("sent_at").as("sent"),
      of.fn.min("signed_at").as("signed"),
    ])
    .where("purpose", "=", row.purpose)
    .where("nonce", "=", row.nonce!)
    .executeTakeFirstOrThrow();
  // One that some node took can be mined; it waits.
  const isRefused =
    Number(refusals.all) >= limits.refusals &&
    refusals.sent === null &&
    now - Number(refusals.signed) >= limits.stuck;
  if (!late && !isRefused) return null;
  const reason = late ? "too-late" : "node";
  await database.step((queries) =>
    queries
      .updateTable("chain_transaction")
      .set({ void_reason: reason })
      .where("purpose", "=", row.purpose)
      .where("state", "=", "sent")
      .execute(),
  );
  return reason;
}

/** @returns false where another process was first */
function signAgain(
  scope: Scope,
  row: ChainTransactionTable,
  dearest: ChainSignedTable,
  price: Price,
  isEmpty: boolean,
): Promise<boolean> {
  const { database } = scope;
  return database.step(async (queries) => {
    await lockAccount(database, queries, scope);
    const [now] = await signedFor(queries, scope, row.nonce!);
    const still = await queries
      .selectFrom("chain_transaction")
      .select("nonce")
      .where("purpose", "=", row.purpose)
      .where("state", "=", "sent")
      .where("nonce", "=", row.nonce)
      .executeTakeFirst();
    if (still === undefined || now?.hash !== dearest.hash) return false;
    const gasLimit = isEmpty ? TRANSFER_GAS : Transaction.from(dearest.raw).gasLimit;
    await signAndKeep(queries, scope, { row, nonce: row.nonce!, price, gasLimit, acts: !isEmpty });
    return true;
  });
}
