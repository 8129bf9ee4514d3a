// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a transaction's end means for the requests in it.
import type { ClaimOutcome } from "@vitalproof/sdk";
import type { TransactionState } from "../chain/index.ts";
import type { Database, Queries } from "../store/index.ts";
import { claimOutcome, failureOf, keptText, transactionOf } from "./outcome.ts";
import { changeRequest, type RequestRow } from "./requests.ts";

/** How often a claim is put into a transaction that does nothing. */
const TRIES = 12;
const ACTIONS = {
  claim: "submitClaims",
  payment: "pay",
  consent: "grantWithSignature",
  revocation: "revokeWithSignature",
};
export const actionOf = (kind: RequestRow["kind"]): string => ACTIONS[kind];

type Ended = Extract<TransactionState, { isFinal: boolean }>;

/** Ends requests whose transactions are final, and has those sent again that went down with others. @returns how many */
export async function settleSent(database: Database, claims: string): Promise<number> {
  const rows = await database.reads
    .selectFrom("relayer_request")
    .innerJoin("chain_transaction", "chain_transaction.purpose", "relayer_request.purpose")
    .selectAll("relayer_request")
    .where("relayer_request.state", "=", "sent")
    .where("chain_transaction.state", "in", ["final", "refused"])
    .orderBy("relayer_request.place")
    .execute();
  for (const purpose of new Set(rows.map((row) => row.purpose))) {
    const members = rows.filter((row) => row.purpose === purpose);
    const state = await transactionOf(database.reads, members[0]!);
    if (state === undefined || !("isFinal" in state) || !state.isFinal) continue;
    await database.step(async (queries) => {
      for (const row of members) await changeRequest(queries, row, changeOf(row, state, members, claims));
    });
  }
  return rows.length;
}

function changeOf(
  row: RequestRow,
  state: Ended,
  members: readonly RequestRow[],
  claims: string,
): Partial<RequestRow> {
  const gas = "gasUsed" in state ? Math.ceil(state.gasUsed / members.length) : 0;
  if (row.kind !== "claim") {
    const isDone = state.state === "final" || state.state === "mined";
    const outcome = isDone
      ? keptText({ sent: { transaction: state.hash } })
      : keptText({ failure: failureOf(state, actionOf(row.kind)) });
    return { state: "ended", outcome, gas };
  }
  const end = (claim: ClaimOutcome) => ({ state: "ended", outcome: keptText({ claim }), gas }) as const;
  if (state.state === "final" || state.state === "mined") return end(claimOutcome(state, row.place!, claims));
  const { code, message, details = {} } = failureOf(state, actionOf("claim"));
  if (details.error === "ClaimsPayout_InvalidProofInBatch") {
    if (Number(details.index) === row.place) return end(falseProof);
  } else if (members.length === 1) {
    return end(
      details.error === "ClaimsPayout_BatchNotVerified" ? falseProof : { outcome: "failed", code, message },
    );
  }
  if (row.tries >= TRIES) return end({ outcome: "failed", code, message });
  const again = { state: "waiting", purpose: null, place: null } as const;
  if (details.error === "ClaimsPayout_InvalidProofInBatch") return again;
  return { ...again, most: Math.ceil(members.length / 2) };
}

const falseProof = {
  outcome: "refused",
  code: "PROOF_INVALID",
  message: "The proof does not verify for what the contract wants proven.",
} as const;

/** What is known of a request now; undefined while it is on its way. */
export async function claimStateOf(
  queries: Queries,
  row: RequestRow,
  { claims, answerAt }: { readonly claims: string; readonly answerAt: "mined" | "final" },
): Promise<ClaimOutcome | undefined> {
  const state = await transactionOf(queries, row);
  if (state?.state !== "mined" && state?.state !== "final") return undefined;
  if (answerAt === "final" && !state.isFinal) return undefined;
  return claimOutcome(state, row.place!, claims);
}
