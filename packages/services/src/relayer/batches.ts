// SPDX-License-Identifier: GPL-3.0-or-later
//
// Claims into transactions. Planning asks the chain, outside of steps; what it found goes into one step with the
// transaction that is wanted.
import { type ClaimOutcome, type ClaimPlan, itemCalldata, planClaims } from "@vitalproof/sdk";
import { id } from "ethers";
import { want } from "../chain/index.ts";
import type { Queries } from "../store/index.ts";
import type { RelayerOptions, RelayerTimes } from "./options.ts";
import { abiOf, keptText } from "./outcome.ts";
import { changeRequest, claimOf, type RequestRow } from "./requests.ts";

/** Claims of one planning. */
const AT_ONCE = 500;

/** Plans what waits and is due. @returns how many claims were put into transactions or ended */
export async function planWaiting(options: RelayerOptions, times: RelayerTimes): Promise<number> {
  const { database, clock } = options;
  const waiting = await database.reads
    .selectFrom("relayer_request")
    .selectAll()
    .where("state", "=", "waiting")
    .orderBy("received_at")
    .orderBy("key")
    .limit(AT_ONCE)
    .execute();
  const oldest = waiting[0];
  if (oldest === undefined || oldest.received_at + times.gather > clock()) return 0;
  const open = await notOnTheirWay(database.reads, waiting);
  let done = 0;
  for (const rows of groupsOf(open)) {
    const plan = await planClaims(rows.map(claimOf), {
      claims: options.claims,
      circuits: options.circuits,
      attempts: 1,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
    done += await keep(options, times, rows, plan);
  }
  return done;
}

/** A second claim for a period would be skipped by the contract, and cost gas, while the first is not mined. */
async function notOnTheirWay(queries: Queries, rows: readonly RequestRow[]): Promise<RequestRow[]> {
  const sent = await queries
    .selectFrom("relayer_request")
    .innerJoin("chain_transaction", "chain_transaction.purpose", "relayer_request.purpose")
    .select("relayer_request.subject")
    .where("relayer_request.state", "=", "sent")
    .where("chain_transaction.state", "in", ["wanted", "sent"])
    .execute();
  const taken = new Set(sent.map(({ subject }) => subject));
  return rows.filter(({ subject }) => !taken.has(subject));
}

/** Those that may share a batch: halves of a batch that was refused stay small. */
function groupsOf(rows: readonly RequestRow[]): RequestRow[][] {
  const groups: RequestRow[][] = [];
  const whole = rows.filter(({ most }) => most === null);
  if (whole.length > 0) groups.push(whole);
  for (const most of new Set(rows.flatMap((row) => row.most ?? []))) {
    const small = rows.filter((row) => row.most === most);
    for (let at = 0; at < small.length; at += most) groups.push(small.slice(at, at + most));
  }
  return groups;
}

/** Keeps a plan: each transaction with its claims, and what became of the others. */
async function keep(
  options: RelayerOptions,
  times: RelayerTimes,
  rows: readonly RequestRow[],
  { batches, ended }: ClaimPlan,
): Promise<number> {
  const { database, claims, senders, clock } = options;
  let done = 0;
  for (const { claims: items, places, gasLimit } of batches) {
    const members = places.map((place) => rows[place]!);
    const purpose = purposeOf(members);
    const from = await senders[Number(BigInt(id(purpose)) % BigInt(senders.length))]!.account();
    const data = abiOf("claim").encodeFunctionData("submitClaims", [items.map(itemCalldata)]);
    done += await database.step(async (queries) => {
      if (!(await areAsTheyWere(queries, database.locks, members))) return 0;
      await want(queries, { purpose, from, to: claims.address, data, gasLimit }, clock());
      for (const [place, row] of members.entries())
        await changeRequest(queries, row, { state: "sent", purpose, place, tries: row.tries + 1 });
      return members.length;
    });
  }
  for (const [i, outcome] of ended.entries()) {
    const row = rows[i]!;
    if (outcome === undefined || staysWaiting(outcome, row, times, clock())) continue;
    const kept = { state: "ended", outcome: keptText({ claim: outcome }) } as const;
    if (await database.step((queries) => changeRequest(queries, row, kept))) done++;
  }
  return done;
}

/** One that the node gave no answer about is asked about again: it was accepted, and must not be lost. */
function staysWaiting(outcome: ClaimOutcome, row: RequestRow, { keep }: RelayerTimes, now: number): boolean {
  if (outcome.outcome !== "failed" || outcome.code !== "CONTRACT_CALL_FAILED") return false;
  return row.received_at + keep > now;
}

/** The claims and how often each was tried, so that a batch that was refused can be wanted again. */
function purposeOf(rows: readonly RequestRow[]): string {
  return `claims/${id(rows.map(({ key, tries }) => `${key} ${tries}`).join("\n"))}`;
}

/** Another process may have planned the same claims in between. */
async function areAsTheyWere(
  queries: Queries,
  locks: boolean,
  rows: readonly RequestRow[],
): Promise<boolean> {
  let query = queries
    .selectFrom("relayer_request")
    .select(["key", "state", "tries"])
    .where(
      "key",
      "in",
      rows.map(({ key }) => key),
    )
    .orderBy("key");
  if (locks) query = query.forUpdate();
  const tries = new Map(rows.map((row) => [row.key, row.tries]));
  const now = await query.execute();
  return (
    now.length === rows.length &&
    now.every((row) => row.state === "waiting" && row.tries === tries.get(row.key))
  );
}
