// SPDX-License-Identifier: GPL-3.0-or-later
import type { ChainSignedTable } from "../store/tables.ts";
import { type Answer, answerOf } from "./answers.ts";
import { rowsIn, type Scope, signedFor } from "./scope.ts";

/** Gives the node what it should have, by nonce. @returns how many it took */
export async function broadcast(scope: Scope): Promise<number> {
  const { database, view, limits, now } = scope;
  const sent = await rowsIn(database.reads, scope, "sent");
  let taken = 0;
  for (const { nonce } of sent) {
    if (nonce === null || nonce < view.count) continue;
    const [dearest] = await signedFor(database.reads, scope, nonce);
    if (dearest === undefined || (dearest.sent_at !== null && now - dearest.sent_at < limits.again)) continue;
    const { answer, words } = await send(scope, dearest);
    if (answer === "taken") taken++;
    await note(scope, dearest, answer, words);
    if (answer === "dry") {
      scope.trouble({
        kind: "dry",
        needed: dearest.cost,
        hint: `Send ether to ${scope.account.address}.`,
      });
    }
  }
  return taken;
}

async function send({ node }: Scope, { raw }: ChainSignedTable): Promise<{ answer: Answer; words: string }> {
  try {
    await node.ask("eth_sendRawTransaction", raw);
    return { answer: "taken", words: "" };
  } catch (error) {
    return answerOf(error);
  }
}

/** Keeps what the node said, where that changes what is done next. */
async function note(
  { database, now }: Scope,
  { hash, purpose, refusals }: ChainSignedTable,
  answer: Answer,
  words: string,
) {
  const change = {
    taken: { sent_at: now },
    // Mined, or used by somebody else: the next rounds find out.
    spent: { sent_at: now },
    cheap: { underpriced: 1 },
    refused: { refusals: refusals + 1 },
    dry: undefined,
    later: undefined,
  }[answer];
  if (change === undefined) return;
  await database.step(async (queries) => {
    await queries.updateTable("chain_signed").set(change).where("hash", "=", hash).execute();
    if (answer !== "refused") return;
    await queries
      .updateTable("chain_transaction")
      .set({ error: words })
      .where("purpose", "=", purpose)
      .where("state", "=", "sent")
      .execute();
  });
}
