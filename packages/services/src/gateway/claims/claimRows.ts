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

/** Removes what says which policies were a person's, in an erasure, whose other steps empty `gateway_claim`. */
export async function forgetPolicies(queries: Queries, person: string): Promise<{ gateway_policy: number }> {
  const { numDeletedRows } = await queries
    .deleteFrom("gateway_policy")
    .where("person", "=", person)
    .executeTakeFirst();
  return { gateway_policy: Number(numDeletedRows) };
}
