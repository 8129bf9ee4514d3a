// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { Database } from "../store/index.ts";

/** What a service's records are about, such as a chain, a contract and a group: texts by name. */
export type Binding = Readonly<Record<string, string>>;

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

/** @throws NOT_ALLOWED for a store on which other services ran, and not this one */
export async function assertStoreOf(database: Database, service: string): Promise<void> {
  const rows = await database.reads.selectFrom("service").select("service").execute();
  if (rows.length === 0 || rows.some((row) => row.service === service)) return;
  throw new VitalproofError(
    "NOT_ALLOWED",
    `The store is that of the ${rows[0]!.service}, not of the ${service}.`,
    {
      details: { service, stored: rows[0]!.service },
      hint: "Use the command of that service, or the configuration of this one.",
    },
  );
}

function textOf(binding: Binding): string {
  return JSON.stringify(Object.fromEntries(Object.entries(binding).sort()));
}
