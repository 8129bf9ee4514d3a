// SPDX-License-Identifier: GPL-3.0-or-later
import type { ClaimItem } from "@vitalproof/sdk";
import { jsonOf, parse, RELAYER_ENDPOINTS } from "@vitalproof/sdk/wire";
import type { PersonKeys } from "../../sealed/index.ts";
import type { Queries } from "../../store/index.ts";
import { type ClaimRow, placeOf } from "./claimRows.ts";

/** A claim with its proof, as a row has it. */
export async function sealedItem(
  personKeys: PersonKeys,
  queries: Queries,
  row: Pick<ClaimRow, "policy" | "period" | "person">,
  item: ClaimItem,
): Promise<Uint8Array> {
  return personKeys.seal(queries, row.person, jsonOf(item), placeOf(row));
}

/** @throws what `PersonKeys.open` throws */
export async function unsealItem(
  personKeys: PersonKeys,
  queries: Queries,
  row: Pick<ClaimRow, "policy" | "period" | "person" | "sealed">,
): Promise<ClaimItem> {
  const text = (await personKeys.open(queries, row.person, row.sealed!, placeOf(row))).toString();
  return parse(RELAYER_ENDPOINTS.claim.sends!, JSON.parse(text), "claim");
}
