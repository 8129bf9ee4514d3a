// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../../errors.ts";
import type { LedgerChain, LedgerEvents, PageEvent } from "./chain.ts";
import type { CustodianState } from "./state.ts";
import { type AddedBy, agrees, diverged, foldEvents, type PageView } from "./view.ts";

/** The chain's side of a page, as of one moment. */
export type Look = {
  readonly view: PageView;
  /** Since the last final block. */
  readonly events: readonly PageEvent[];
};

const TRIES = 3;

/**
 * Reads a page and its record until they fit: a block may come between the two questions.
 * @throws PAGE_DIVERGED for consents that are not in the store; CONTRACT_CALL_FAILED when page and record do not fit
 */
export async function lookAt(
  { chain, events: record }: { readonly chain: LedgerChain; readonly events: LedgerEvents },
  state: CustodianState,
): Promise<Look> {
  const { page: number } = state.address;
  for (let i = 0; i < TRIES; i++) {
    const events = await record.pageEvents(number, state.final.block + 1);
    const page = await chain.page(number);
    if (page.form !== state.form) throw diverged(`it has form ${page.form} instead of ${state.form}`);
    const view = foldEvents(state.final, events, addedBy(state));
    if (agrees(view, page)) return { view, events };
  }
  throw new VitalproofError("CONTRACT_CALL_FAILED", `Page ${number} and its events do not fit each other.`, {
    details: { page: number, finalBlock: state.final.block },
    hint: "Try again. If it stays so, the node left events out, or a block that was called final is not on its chain.",
  });
}

/** The new leaves of the batch that leads to a root. Batches of revocations alone lead to roots that others made. */
export function addedBy({ batches }: CustodianState): AddedBy {
  return (root, granted) => {
    for (const batch of batches) {
      if (batch.kind === "consents" && batch.root === root && batch.leaves.length === granted)
        return batch.leaves;
    }
    return undefined;
  };
}
