// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is asked for, as the store has it. The key is made from the content, so that the same is asked for once.
import type { ClaimItem, Grant, Revocation } from "@vitalproof/sdk";
import { jsonOf, parse, RELAYER_ENDPOINTS } from "@vitalproof/sdk/wire";
import { id } from "ethers";
import type { Queries } from "../store/index.ts";
import type { RelayerRequestTable } from "../store/tables.ts";

export type RequestRow = RelayerRequestTable;

export const claimKey = (item: ClaimItem): string => `claim/${contentHash(item)}`;
export const consentKey = (grant: Grant): string => `consent/${contentHash(grant)}`;
export const revocationKey = (revocation: Revocation): string => `revocation/${contentHash(revocation)}`;
/** Paying out is asked for again and again: each payment is one of its own. */
export const paymentKey = (policy: bigint, number: number): string => `payment/${policy}/${number}`;

/** Members in order, and hex in lower case: the same content has one hash however it was written. */
function contentHash(content: object): string {
  return id(jsonOf(sorted(content)).toLowerCase());
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}

export function contentOf(content: object): string {
  return jsonOf(content);
}

/** The claim of a row. */
export function claimOf({ content }: Pick<RequestRow, "content">): ClaimItem {
  return parse(RELAYER_ENDPOINTS.claim.sends!, JSON.parse(content), "claim");
}

/** A row of something new. */
export function newRow(
  row: Pick<RequestRow, "key" | "kind" | "principal" | "content" | "received_at"> & Partial<RequestRow>,
): RequestRow {
  return {
    subject: null,
    state: "waiting",
    purpose: null,
    place: null,
    tries: 0,
    most: null,
    outcome: null,
    gas: null,
    ...row,
  };
}

export function requestOf(queries: Queries, key: string): Promise<RequestRow | undefined> {
  return queries.selectFrom("relayer_request").selectAll().where("key", "=", key).executeTakeFirst();
}

/** @returns whether it was new */
export async function insertRequest(queries: Queries, row: RequestRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto("relayer_request")
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

/** Changes a row that is as it was read. @returns whether it was */
export async function changeRequest(
  queries: Queries,
  { key, state, tries }: Pick<RequestRow, "key" | "state" | "tries">,
  change: Partial<Omit<RequestRow, "key">>,
): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable("relayer_request")
    .set(change)
    .where("key", "=", key)
    .where("state", "=", state)
    .where("tries", "=", tries)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}
