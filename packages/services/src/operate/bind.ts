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
  const text = JSON.stringify(Object.fromEntries(Object.entries(binding).sort()));
  await database.step((queries) =>
    queries
      .insertInto("service")
      .values({ service, bound_to: text })
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
  const { bound_to } = await database.reads
    .selectFrom("service")
    .select("bound_to")
    .where("service", "=", service)
    .executeTakeFirstOrThrow();
  if (bound_to === text) return;
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
