// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { ServicesConfig } from "../config.ts";
import { openMasterKeys } from "../keys/index.ts";
import { PersonKeys } from "../sealed/index.ts";
import type { Database } from "../store/index.ts";
import type { CustodianConfig } from "./config.ts";

/** What is sealed in a custodian's store, opened, and the name of its page there: what a person's local name is to a gateway. */
export type OpenPage = { readonly personKeys: PersonKeys; readonly name: string };

/** @param clock Unix seconds @throws what `openMasterKeys` throws */
export async function openPage(
  { masterKey, olderMasterKeys, page }: Pick<CustodianConfig, "masterKey" | "olderMasterKeys" | "page">,
  database: Database,
  clock: () => number,
): Promise<OpenPage> {
  const masterKeys = await openMasterKeys(masterKey, olderMasterKeys);
  return { personKeys: new PersonKeys({ database, masterKeys, clock }), name: `page-${page}` };
}

/** @throws DOCUMENT_INVALID without a part for a custodian */
export function custodianPartOf({ custodian }: ServicesConfig): CustodianConfig {
  if (custodian !== undefined) return custodian;
  throw new VitalproofError("DOCUMENT_INVALID", "The configuration has no part for a custodian.", {
    hint: "Add the member custodian with ledger, page, key, masterKey, closeEvery and circuits.",
  });
}
