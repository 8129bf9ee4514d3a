// SPDX-License-Identifier: GPL-3.0-or-later
import { checkCircuits } from "./circuits.ts";
import { checkCounts, checkPolicies, checkProgram, checkWindows } from "./claims.ts";
import type { ViewContext } from "./compare.ts";
import { checkContracts } from "./contracts.ts";
import { checkHealthLedger } from "./ledger.ts";
import { checkMoney, type Holdings } from "./money.ts";
import { checkAnchors, checkConsents } from "./registries.ts";

/** Compares what the contracts say after the last block with what their events add up to. */
export async function checkViews(context: ViewContext): Promise<Holdings> {
  context.progress("what the contracts say now");
  await checkContracts(context);
  await checkCounts(context);
  await checkProgram(context);
  await checkPolicies(context);
  await checkWindows(context);
  await checkAnchors(context);
  await checkConsents(context);
  await checkHealthLedger(context);
  await checkCircuits(context);
  return checkMoney(context);
}
