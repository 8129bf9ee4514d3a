// SPDX-License-Identifier: GPL-3.0-or-later
import { getAddress, isAddress } from "ethers";
import { invalid } from "../invalid.ts";
import type { PageAddress } from "./page.ts";

/**
 * The same text for a page however its address is written: `chain|ledger|page`.
 * @throws INVALID_ARGUMENT
 */
export function pageNameOf({ chainId, ledger, page }: PageAddress): string {
  if (chainId < 0n) throw invalid("chainId", chainId, "0 or more");
  if (!isAddress(ledger)) throw invalid("ledger", ledger, "the address of a HealthLedger");
  if (page < 1n) throw invalid("page", page, "1 or more");
  return [chainId, getAddress(ledger), page].join("|");
}
