// SPDX-License-Identifier: GPL-3.0-or-later
import { Erasures, type SealedHoldingsOptions, sealedHoldings } from "../../sealed/index.ts";
import type { Database, Queries } from "../../store/index.ts";
import { forgetPolicies } from "../claims/claimRows.ts";
import type { GatewayConfig } from "../config.ts";

export type GatewayErasuresOptions = Pick<SealedHoldingsOptions, "personKeys"> & {
  readonly database: Database;
  /** Unix seconds. */
  readonly clock: () => number;
  /** Milliseconds for which backups and long reads are waited for. */
  readonly patience?: number;
};

/** Erases persons of a gateway: also what its tables say of their logs outside of sealed values. */
export function gatewayErasures({ personKeys, ...options }: GatewayErasuresOptions): Erasures {
  const { database } = options;
  return new Erasures({ ...options, holdings: sealedHoldings({ database, personKeys, also: endLogs }) });
}

/** What they say of a log is not sealed. */
const LOG_TABLES = ["gateway_count", "gateway_epoch", "gateway_device", "gateway_alert_request"] as const;

/**
 * Removes counts, epochs and devices of a person's logs, and stops the logs: other processes seal and send nothing of them
 * from then on. Their rows stay, so that a name is not used again.
 */
async function endLogs(
  queries: Queries,
  person: string,
  now: number,
): Promise<Readonly<Record<string, number>>> {
  const destroyed: Record<string, number> = await forgetPolicies(queries, person);
  const rows = await queries.selectFrom("gateway_log").select("log").where("person", "=", person).execute();
  const logs = rows.map(({ log }) => log);
  if (logs.length === 0) return destroyed;
  for (const table of LOG_TABLES) {
    const { numDeletedRows } = await queries.deleteFrom(table).where("log", "in", logs).executeTakeFirst();
    destroyed[table] = Number(numDeletedRows);
  }
  await queries
    .updateTable("gateway_log")
    .set(({ eb }) => ({
      version: eb("version", "+", 1),
      stopped: "PERSON_ERASED",
      stopped_at: now,
      waiting: 0,
      unsent: 0,
      oldest_unsent: null,
    }))
    .where("person", "=", person)
    .execute();
  return destroyed;
}

/** What an erasure of a person here leaves elsewhere, a line each, for its evidence. */
export function remainsOnChain(
  { people, attesters }: Pick<GatewayConfig, "people" | "attesters">,
  person: string,
  chain: { readonly id: bigint; readonly anchors: string },
): string[] {
  const logs = people.filter((each) => each.person === person).flatMap((each) => each.logs);
  const used = attesters.filter(({ name }) => logs.some(({ attester }) => attester === name));
  return used.map(
    ({ name, group }) =>
      `chain ${chain.id}, anchors ${chain.anchors}, group ${group}: daily roots over hashes of heads; attester ${name} keeps subject, devices and heads`,
  );
}
