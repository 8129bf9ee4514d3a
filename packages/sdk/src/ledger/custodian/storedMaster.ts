// SPDX-License-Identifier: GPL-3.0-or-later
import type { Store } from "../../store.ts";
import type { PageAddress } from "../page.ts";
import { loadState } from "./state.ts";

/**
 * The master of audit keys of a page in a custodian's store, without opening the page. It is as secret as
 * `CustodianPage.auditMaster`. Undefined if the store does not have the page.
 * @throws LOG_CORRUPT, LOG_FORMAT_UNKNOWN; what the store throws
 */
export async function storedMaster(store: Store, address: PageAddress): Promise<bigint | undefined> {
  return (await loadState(store, address))?.master;
}
