// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { ServicesConfig } from "../config.ts";
import { assertStoreOf, type Database } from "../store/index.ts";

/** What a service's records are about, such as a chain, a contract and a group: texts by name. */
export type Binding = Readonly<Record<string, string>>;

export type ServiceName = "attester" | "custodian" | "gateway" | "relayer";

/** What the records of a configuration's service are about. */
export function bindingOf({ chain, attester, custodian }: ServicesConfig, service: ServiceName): Binding {
  const { anchors, claims, consents } = chain.contracts;
  const about = {
    attester: { anchors, group: String(attester?.group) },
    custodian: { ledger: String(custodian?.ledger), page: String(custodian?.page) },
    gateway: { anchors },
    relayer: { claims, consents },
  };
  return { chain: String(chain.id), ...about[service] };
}

/** For commands: @throws NOT_ALLOWED for the store of another service, or of something else than the configuration says */
export async function assertOwnStore(
  database: Database,
  service: ServiceName,
  config: ServicesConfig,
): Promise<void> {
  await assertStoreOf(database, service);
  await assertBound(database, service, bindingOf(config, service));
}

/**
 * Notes what a service's records in a store are about, or compares: a changed configuration must not go on with the records
 * of something else.
 * @throws NOT_ALLOWED naming the first difference
 */
export async function bind(database: Database, service: string, binding: Binding): Promise<void> {
  const text = textOf(binding);
  await database.step((queries) =>
    queries
      .insertInto("service")
      .values({ service, bound_to: text })
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
  await assertBound(database, service, binding);
}

/** Compares only. @throws NOT_ALLOWED naming the first difference */
export async function assertBound(database: Database, service: string, binding: Binding): Promise<void> {
  const row = await database.reads
    .selectFrom("service")
    .select("bound_to")
    .where("service", "=", service)
    .executeTakeFirst();
  if (row === undefined || row.bound_to === textOf(binding)) return;
  const { bound_to } = row;
  const stored = JSON.parse(bound_to) as Binding;
  const name = Object.keys({ ...stored, ...binding }).find((key) => stored[key] !== binding[key])!;
  throw new VitalproofError(
    "NOT_ALLOWED",
    `The store is that of another ${service}: its ${name} is ${stored[name] ?? "not set"}.`,
    {
      details: { service, name, stored: stored[name], configured: binding[name] },
      hint: "Use a store of its own for each, or mend the configuration.",
    },
  );
}

function textOf(binding: Binding): string {
  return JSON.stringify(Object.fromEntries(Object.entries(binding).sort()));
}
