// SPDX-License-Identifier: GPL-3.0-or-later
import type { Queries } from "../types.ts";

/** A person is erased from an attester. Other people's paths need the leaves, so these stay, with nothing that says whose. */
export async function up(db: Queries): Promise<void> {
  const { schema } = db;
  await schema.alterTable("attester_person").addColumn("erased_at", "bigint").execute();
  await schema
    .createTable("attester_erased_leaf")
    .addColumn("anchor_day", "integer", (column) => column.notNull())
    .addColumn("leaf", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("attester_erased_leaf_key", ["anchor_day", "leaf"])
    .execute();
}
