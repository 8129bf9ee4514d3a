// SPDX-License-Identifier: GPL-3.0-or-later
import type { Queries } from "../types.ts";

/** The policies that a gateway claims for, and how far each of their periods is. */
export async function up(db: Queries): Promise<void> {
  const { schema } = db;
  await schema
    .createTable("gateway_program")
    .addColumn("program", "text", (column) => column.primaryKey())
    .addColumn("scanned", "bigint", (column) => column.notNull())
    .addColumn("people", "text", (column) => column.notNull())
    .execute();
  await schema
    .createTable("gateway_policy")
    .addColumn("policy", "text", (column) => column.primaryKey())
    .addColumn("program", "text", (column) => column.notNull())
    .addColumn("person", "text", (column) => column.notNull())
    .addColumn("controller", "text", (column) => column.notNull())
    .addColumn("first_epoch", "bigint", (column) => column.notNull())
    .addColumn("periods", "integer", (column) => column.notNull())
    .addColumn("next_period", "integer", (column) => column.notNull())
    .addColumn("next_end", "bigint")
    .execute();
  await schema.createIndex("gateway_policy_next_end").on("gateway_policy").column("next_end").execute();
  await schema
    .createTable("gateway_claim")
    .addColumn("policy", "text", (column) => column.notNull().references("gateway_policy.policy"))
    .addColumn("period", "integer", (column) => column.notNull())
    .addColumn("person", "text", (column) => column.notNull())
    .addColumn("version", "bigint", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("reason", "text")
    .addColumn("root", "text")
    .addColumn("circuit", "text")
    .addColumn("consent", "text")
    .addColumn("attempt", "integer", (column) => column.notNull())
    .addColumn("sealed", "bytea")
    .addColumn("hash", "text")
    .addColumn("ended_period_at", "bigint", (column) => column.notNull())
    .addColumn("closes_at", "bigint")
    .addColumn("changed_at", "bigint", (column) => column.notNull())
    .addColumn("next_look", "bigint")
    .addPrimaryKeyConstraint("gateway_claim_key", ["policy", "period"])
    .execute();
  await schema.createIndex("gateway_claim_next_look").on("gateway_claim").column("next_look").execute();
  // With the policy, so that claims are counted without reading the sealed proofs next to them.
  await schema.createIndex("gateway_claim_state").on("gateway_claim").columns(["state", "policy"]).execute();
}
