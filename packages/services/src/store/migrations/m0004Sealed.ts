// SPDX-License-Identifier: GPL-3.0-or-later
import type { Queries } from "../types.ts";

/** Keys of persons, what is sealed under them, and what says that they were erased. Bytes are `bytea` on both databases. */
export async function up({ schema }: Queries): Promise<void> {
  await schema
    .createTable("person_key")
    .addColumn("person", "text", (column) => column.primaryKey())
    .addColumn("wrapped", "bytea")
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("erased_at", "bigint")
    .addColumn("writes", "bigint", (column) => column.notNull())
    .execute();
  await schema
    .createTable("document")
    .addColumn("person", "text", (column) => column.notNull().references("person_key.person"))
    .addColumn("key", "text", (column) => column.notNull())
    .addColumn("version", "bigint", (column) => column.notNull())
    .addColumn("sealed", "bytea", (column) => column.notNull())
    .addPrimaryKeyConstraint("document_key", ["person", "key"])
    .execute();
  await schema
    .createTable("backup_made")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("made_at", "bigint", (column) => column.notNull())
    .addColumn("ended_at", "bigint")
    .addColumn("place", "text", (column) => column.notNull())
    .addColumn("kept_until", "bigint", (column) => column.notNull())
    .execute();
  await schema
    .createTable("erasure")
    .addColumn("hash", "text", (column) => column.primaryKey())
    .addColumn("person", "text", (column) => column.notNull())
    .addColumn("erased_at", "bigint", (column) => column.notNull())
    .addColumn("evidence", "text", (column) => column.notNull())
    .addColumn("cleaned_at", "bigint")
    .execute();
  await schema.createIndex("erasure_person").on("erasure").column("person").execute();
}
