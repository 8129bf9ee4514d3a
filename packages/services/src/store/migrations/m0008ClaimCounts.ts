// SPDX-License-Identifier: GPL-3.0-or-later
import type { Queries } from "../types.ts";

/** Claims by state and policy, so that they are counted without reading the sealed proofs next to them. */
export async function up(db: Queries): Promise<void> {
  const { schema } = db;
  await schema.createIndex("gateway_claim_counts").on("gateway_claim").columns(["state", "policy"]).execute();
  await schema.dropIndex("gateway_claim_state").execute();
}
