// SPDX-License-Identifier: GPL-3.0-or-later
import type { Queries } from "../types.ts";

/** What a gateway keeps: readings that wait, the state of each log, and what became of everything. */
export async function up(db: Queries): Promise<void> {
  const { schema } = db;
  await schema
    .createTable("gateway_lane")
    .addColumn("lane", "bigint", (column) => column.primaryKey())
    .addColumn("began_at", "bigint", (column) => column.notNull())
    .execute();
  await schema
    .createTable("gateway_clock")
    .addColumn("clock", "text", (column) => column.primaryKey())
    .addColumn("seen_at", "bigint", (column) => column.notNull())
    .execute();
  await schema
    .createTable("gateway_log")
    .addColumn("log", "text", (column) => column.primaryKey())
    .addColumn("person", "text", (column) => column.notNull())
    .addColumn("bound_to", "text", (column) => column.notNull())
    .addColumn("version", "bigint", (column) => column.notNull())
    .addColumn("generation", "integer", (column) => column.notNull())
    .addColumn("first_epoch", "bigint")
    .addColumn("next_epoch", "bigint")
    .addColumn("next_end", "bigint")
    .addColumn("waiting", "bigint", (column) => column.notNull())
    .addColumn("unsent", "bigint", (column) => column.notNull())
    .addColumn("oldest_unsent", "bigint")
    .addColumn("stopped", "text")
    .addColumn("stopped_at", "bigint")
    .execute();
  await schema.createIndex("gateway_log_next_end").on("gateway_log").column("next_end").execute();
  await schema
    .createTable("gateway_reading")
    .addColumn("log", "text", (column) => column.notNull().references("gateway_log.log"))
    .addColumn("person", "text", (column) => column.notNull())
    .addColumn("lane", "bigint", (column) => column.notNull())
    .addColumn("seq", "bigint", (column) => column.notNull())
    .addColumn("device", "text", (column) => column.notNull())
    .addColumn("readings", "integer", (column) => column.notNull())
    .addColumn("last_time", "bigint", (column) => column.notNull())
    .addColumn("sealed", "bytea", (column) => column.notNull())
    .addPrimaryKeyConstraint("gateway_reading_key", ["log", "lane", "seq"])
    .execute();
  await schema
    .createTable("gateway_count")
    .addColumn("log", "text", (column) => column.notNull())
    .addColumn("outcome", "text", (column) => column.notNull())
    .addColumn("reason", "text", (column) => column.notNull())
    .addColumn("readings", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("gateway_count_key", ["log", "outcome", "reason"])
    .execute();
  await schema
    .createTable("gateway_epoch")
    .addColumn("log", "text", (column) => column.notNull().references("gateway_log.log"))
    .addColumn("generation", "integer", (column) => column.notNull())
    .addColumn("epoch", "bigint", (column) => column.notNull())
    .addColumn("status", "text", (column) => column.notNull())
    .addColumn("kept", "integer", (column) => column.notNull())
    .addColumn("moved", "integer", (column) => column.notNull())
    .addColumn("dropped", "integer", (column) => column.notNull())
    .addColumn("missing", "integer", (column) => column.notNull())
    .addColumn("sealed_at", "bigint")
    .addColumn("received_at", "bigint")
    .addPrimaryKeyConstraint("gateway_epoch_key", ["log", "generation", "epoch"])
    .execute();
  await schema
    .createTable("gateway_device")
    .addColumn("log", "text", (column) => column.notNull().references("gateway_log.log"))
    .addColumn("device", "text", (column) => column.notNull())
    .addColumn("last_time", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("gateway_device_key", ["log", "device"])
    .execute();
}
