// SPDX-License-Identifier: GPL-3.0-or-later
import type { Queries } from "../types.ts";

/** Answers that a gateway gives to verifiers on its own, and when the messages came that they are about. */
export async function up(db: Queries): Promise<void> {
  const { schema } = db;
  await schema.alterTable("gateway_log").addColumn("arrivals", "text").execute();
  await schema.alterTable("gateway_reading").addColumn("received_at", "bigint").execute();
  await schema.alterTable("gateway_epoch").addColumn("message_at", "bigint").execute();
  await schema
    .createTable("gateway_alert_request")
    .addColumn("request", "text", (column) => column.notNull())
    .addColumn("log", "text", (column) => column.notNull().references("gateway_log.log"))
    .addColumn("generation", "integer", (column) => column.notNull())
    .addColumn("next_epoch", "bigint", (column) => column.notNull())
    .addColumn("unmet", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("gateway_alert_request_key", ["request", "log"])
    .execute();
  await schema
    .createTable("gateway_alert")
    .addColumn("request", "text", (column) => column.notNull())
    .addColumn("log", "text", (column) => column.notNull().references("gateway_log.log"))
    .addColumn("epoch", "bigint", (column) => column.notNull())
    .addColumn("person", "text", (column) => column.notNull())
    .addColumn("generation", "integer", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("reason", "text", (column) => column.notNull())
    .addColumn("expires_at", "bigint", (column) => column.notNull())
    .addColumn("next_at", "bigint", (column) => column.notNull())
    .addColumn("tries", "integer", (column) => column.notNull())
    .addColumn("worker", "text")
    .addColumn("message_at", "bigint")
    .addColumn("sealed_at", "bigint")
    .addColumn("received_at", "bigint")
    .addColumn("proven_at", "bigint")
    .addColumn("verified_at", "bigint")
    .addColumn("delivered_at", "bigint")
    .addColumn("delivery", "text")
    .addColumn("sealed", "bytea")
    .addPrimaryKeyConstraint("gateway_alert_key", ["request", "log", "epoch"])
    .execute();
  await schema.createIndex("gateway_alert_state").on("gateway_alert").columns(["state", "next_at"]).execute();
  await schema
    .createIndex("gateway_alert_verified")
    .on("gateway_alert")
    .columns(["request", "log", "verified_at"])
    .execute();
}
