// SPDX-License-Identifier: GPL-3.0-or-later
import type { Queries } from "../types.ts";

/** What a relayer was asked for. */
export async function up(db: Queries): Promise<void> {
  const { schema } = db;
  await schema
    .createTable("relayer_request")
    .addColumn("key", "text", (column) => column.primaryKey())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("principal", "text", (column) => column.notNull())
    .addColumn("subject", "text")
    .addColumn("content", "text", (column) => column.notNull())
    .addColumn("received_at", "bigint", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("purpose", "text")
    .addColumn("place", "integer")
    .addColumn("tries", "integer", (column) => column.notNull())
    .addColumn("most", "integer")
    .addColumn("outcome", "text")
    .addColumn("gas", "bigint")
    .execute();
  await schema
    .createIndex("relayer_request_state")
    .on("relayer_request")
    .columns(["state", "received_at"])
    .execute();
  await schema.createIndex("relayer_request_purpose").on("relayer_request").column("purpose").execute();
  await schema
    .createIndex("relayer_request_principal")
    .on("relayer_request")
    .columns(["principal", "received_at"])
    .execute();
}
