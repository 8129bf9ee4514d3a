// SPDX-License-Identifier: GPL-3.0-or-later
import type { Database, Queries, Tables } from "../../store/index.ts";

export type ClaimRow = Tables["gateway_claim"];
export type PolicyRow = Tables["gateway_policy"];
/** What changes of a row. `next_look` is always said, so that no row is forgotten. */
export type ClaimChange = Partial<Omit<ClaimRow, "policy" | "period" | "person" | "version">> &
  Pick<ClaimRow, "next_look">;

/** Where a row's proof is sealed. */
export function placeOf({ policy, period }: Pick<ClaimRow, "policy" | "period">) {
  return { table: "gateway_claim", key: `${policy}/${period}` } as const;
}

/**
 * Writes what was computed from a row, unless the row has changed since.
 * @param also is written in the same step
 * @returns whether it was written
 */
export function changeClaim(
  database: Database,
  row: ClaimRow,
  change: ClaimChange,
  now: number,
  also: (queries: Queries) => Promise<Partial<ClaimChange> | undefined> = async () => undefined,
): Promise<boolean> {
  return database.step(async (queries) => {
    const there = queries
      .selectFrom("gateway_claim")
      .select("version")
      .where("policy", "=", row.policy)
      .where("period", "=", row.period);
    const found = await (database.locks ? there.forUpdate() : there).executeTakeFirst();
    if (found?.version !== row.version) return false;
    const added = await also(queries);
    const isNews = change.state !== undefined && change.state !== row.state;
    await queries
      .updateTable("gateway_claim")
      .set({
        ...change,
        ...added,
        version: row.version + 1,
        ...(isNews ? { changed_at: Math.floor(now) } : {}),
      })
      .where("policy", "=", row.policy)
      .where("period", "=", row.period)
      .execute();
    return true;
  });
}

/** Notes something on a row that a prover has: its version remains, so that the proof can be written. */
export async function noteOn(
  database: Database,
  row: ClaimRow,
  note: Partial<Pick<ClaimRow, "reason" | "next_look">>,
): Promise<void> {
  await database.step((queries) =>
    queries
      .updateTable("gateway_claim")
      .set(note)
      .where("policy", "=", row.policy)
      .where("period", "=", row.period)
      .where("version", "=", row.version)
      .execute(),
  );
}

/** Transactions of a policy's claims. Numbers of policies are digits alone. */
export function purposesOf(policy: string, period?: number): string {
  return `claim/${policy}/${period === undefined ? "" : `${period}/`}`;
}

/**
 * Removes what says which policies were a person's, in an erasure, whose other steps empty `gateway_claim`. What is to be sent
 * and was not signed is not sent any more; what was signed can be mined whatever is written here.
 */
export async function forgetPolicies(
  queries: Queries,
  person: string,
): Promise<{ gateway_policy: number; chain_transaction: number }> {
  const policies = await queries
    .selectFrom("gateway_policy")
    .select("policy")
    .where("person", "=", person)
    .execute();
  let unsent = 0;
  for (const { policy } of policies) {
    const { numDeletedRows } = await queries
      .deleteFrom("chain_transaction")
      .where("state", "=", "wanted")
      .where("purpose", "like", `${purposesOf(policy)}%`)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom("chain_signed")
              .select("hash")
              .whereRef("chain_signed.purpose", "=", "chain_transaction.purpose"),
          ),
        ),
      )
      .executeTakeFirst();
    unsent += Number(numDeletedRows);
  }
  const { numDeletedRows } = await queries
    .deleteFrom("gateway_policy")
    .where("person", "=", person)
    .executeTakeFirst();
  return { gateway_policy: Number(numDeletedRows), chain_transaction: unsent };
}
