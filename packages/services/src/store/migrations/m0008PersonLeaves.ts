// SPDX-License-Identifier: GPL-3.0-or-later
import type { Queries } from "../types.ts";

/** A person's leaves of a day are found without reading the day's others: each path that is handed out asks for them. */
export async function up(db: Queries): Promise<void> {
  await db.schema
    .createIndex("attester_head_person")
    .on("attester_head")
    .columns(["anchor_day", "subject"])
    .execute();
}
