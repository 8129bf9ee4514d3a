// SPDX-License-Identifier: GPL-3.0-or-later
import type { Queries } from "../types.ts";

/** What an attester records. */
export async function up(db: Queries): Promise<void> {
  const { schema } = db;
  await schema
    .createTable("service")
    .addColumn("service", "text", (column) => column.primaryKey())
    .addColumn("bound_to", "text", (column) => column.notNull())
    .execute();
  await schema
    .createTable("attester_person")
    .addColumn("subject", "text", (column) => column.primaryKey())
    .addColumn("registered_at", "bigint", (column) => column.notNull())
    .execute();
  await schema
    .createTable("attester_device")
    .addColumn("curve", "text", (column) => column.notNull())
    .addColumn("public_key", "text", (column) => column.notNull())
    .addColumn("subject", "text", (column) => column.notNull().references("attester_person.subject"))
    .addColumn("profile", "integer", (column) => column.notNull())
    .addColumn("enrolled_at", "bigint", (column) => column.notNull())
    .addColumn("retired_at", "bigint")
    .addPrimaryKeyConstraint("attester_device_key", ["curve", "public_key"])
    .execute();
  await schema
    .createTable("attester_log")
    .addColumn("subject", "text", (column) => column.notNull().references("attester_person.subject"))
    .addColumn("profile", "integer", (column) => column.notNull())
    .addColumn("generation", "integer", (column) => column.notNull())
    .addColumn("day_offset", "integer", (column) => column.notNull())
    .addColumn("first_epoch", "bigint", (column) => column.notNull())
    .addColumn("last_epoch", "bigint")
    .addColumn("genesis", "text", (column) => column.notNull())
    .addColumn("salt", "text", (column) => column.notNull())
    .addColumn("head", "text", (column) => column.notNull())
    .addColumn("next_epoch", "bigint", (column) => column.notNull())
    .addColumn("next_end", "bigint")
    .addPrimaryKeyConstraint("attester_log_key", ["subject", "profile", "generation"])
    .execute();
  await schema.createIndex("attester_log_next_end").on("attester_log").column("next_end").execute();
  await schema
    .createTable("attester_head")
    .addColumn("subject", "text", (column) => column.notNull())
    .addColumn("profile", "integer", (column) => column.notNull())
    .addColumn("generation", "integer", (column) => column.notNull())
    .addColumn("epoch", "bigint", (column) => column.notNull())
    .addColumn("previous", "text", (column) => column.notNull())
    .addColumn("head", "text", (column) => column.notNull())
    .addColumn("leaf", "text", (column) => column.notNull())
    .addColumn("anchor_day", "integer", (column) => column.notNull())
    .addColumn("received_at", "bigint")
    .addColumn("signature", "text")
    .addPrimaryKeyConstraint("attester_head_key", ["subject", "profile", "generation", "epoch"])
    .addForeignKeyConstraint("attester_head_log", ["subject", "profile", "generation"], "attester_log", [
      "subject",
      "profile",
      "generation",
    ])
    .execute();
  await schema
    .createIndex("attester_head_leaf")
    .on("attester_head")
    .columns(["anchor_day", "leaf"])
    .unique()
    .execute();
  await schema
    .createTable("attester_day")
    .addColumn("day", "integer", (column) => column.primaryKey())
    .addColumn("root", "text", (column) => column.notNull())
    .addColumn("leaves", "integer", (column) => column.notNull())
    .addColumn("closed_at", "bigint", (column) => column.notNull())
    .execute();
}
