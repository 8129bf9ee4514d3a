// SPDX-License-Identifier: GPL-3.0-or-later
import type { Queries } from "../types.ts";

/** What is to be sent to a chain, and every transaction that was signed for it. */
export async function up(db: Queries): Promise<void> {
  const { schema } = db;
  await schema
    .createTable("chain_account")
    .addColumn("chain_id", "text", (column) => column.notNull())
    .addColumn("address", "text", (column) => column.notNull())
    .addColumn("problem", "text")
    .addColumn("head_nonce", "bigint")
    .addColumn("head_since", "bigint")
    .addColumn("gap_since", "bigint")
    .addColumn("has_finalized", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("chain_account_key", ["chain_id", "address"])
    .execute();
  await schema
    .createTable("chain_transaction")
    .addColumn("purpose", "text", (column) => column.primaryKey())
    .addColumn("chain_id", "text", (column) => column.notNull())
    .addColumn("account", "text", (column) => column.notNull())
    .addColumn("to_address", "text", (column) => column.notNull())
    .addColumn("data", "text", (column) => column.notNull())
    .addColumn("value", "text", (column) => column.notNull())
    .addColumn("gas_limit", "bigint")
    .addColumn("not_after", "bigint")
    .addColumn("wanted_at", "bigint", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("nonce", "bigint")
    .addColumn("void_reason", "text")
    .addColumn("failing_since", "bigint")
    .addColumn("hash", "text")
    .addColumn("block_number", "bigint")
    .addColumn("block_hash", "text")
    .addColumn("gas_used", "bigint")
    .addColumn("succeeded", "integer")
    .addColumn("logs", "text")
    .addColumn("reason", "text")
    .addColumn("error", "text")
    .execute();
  // The store itself refuses a second purpose for a nonce.
  await schema
    .createIndex("chain_transaction_nonce")
    .on("chain_transaction")
    .columns(["chain_id", "account", "nonce"])
    .unique()
    .execute();
  await schema
    .createIndex("chain_transaction_state")
    .on("chain_transaction")
    .columns(["chain_id", "account", "state"])
    .execute();
  await schema
    .createTable("chain_signed")
    .addColumn("hash", "text", (column) => column.primaryKey())
    .addColumn("purpose", "text", (column) => column.notNull().references("chain_transaction.purpose"))
    .addColumn("chain_id", "text", (column) => column.notNull())
    .addColumn("account", "text", (column) => column.notNull())
    .addColumn("nonce", "bigint", (column) => column.notNull())
    .addColumn("raw", "text", (column) => column.notNull())
    .addColumn("acts", "integer", (column) => column.notNull())
    .addColumn("max_fee", "text", (column) => column.notNull())
    .addColumn("tip", "text")
    .addColumn("cost", "text", (column) => column.notNull())
    .addColumn("signed_at", "bigint", (column) => column.notNull())
    .addColumn("sent_at", "bigint")
    .addColumn("underpriced", "integer", (column) => column.notNull())
    .addColumn("refusals", "integer", (column) => column.notNull())
    .execute();
  await schema
    .createIndex("chain_signed_nonce")
    .on("chain_signed")
    .columns(["chain_id", "account", "nonce"])
    .execute();
  await schema.createIndex("chain_signed_purpose").on("chain_signed").column("purpose").execute();
}
