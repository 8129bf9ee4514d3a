// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { storedMaster } from "@vitalproof/sdk/ledger";
import type { ServicesConfig } from "../config.ts";
import { sealedStore } from "../sealed/index.ts";
import type { Database } from "../store/index.ts";
import { custodianPartOf, openPage } from "./open.ts";

/**
 * The master of audit keys of a custodian's page, from its store. Secret: it reads every record of the page, past and future.
 * It changes nothing of the page, and may be asked while the service runs.
 * @param clock Unix seconds
 * @throws DOCUMENT_INVALID without a part for a custodian; NOT_THERE before the service has run with the page; what opening keys
 *         and store throw
 */
export async function custodianMaster(
  config: ServicesConfig,
  database: Database,
  clock: () => number,
): Promise<bigint> {
  const own = custodianPartOf(config);
  const { ledger, page } = own;
  const { personKeys, name } = await openPage(own, database, clock);
  const store = sealedStore(database, personKeys, name);
  const found = await storedMaster(store, { chainId: config.chain.id, ledger, page }).catch(
    (error: unknown) => {
      // No process has claimed the page.
      if (VitalproofError.find(error, "PERSON_KEY_MISSING") === undefined) throw error;
      return undefined;
    },
  );
  if (found !== undefined) return found;
  throw new VitalproofError("NOT_THERE", `The store has no page ${page} yet.`, {
    details: { page },
    hint: "Run the custodian once: it makes the master when it first sees the page.",
  });
}
