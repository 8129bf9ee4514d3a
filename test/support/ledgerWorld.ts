// SPDX-License-Identifier: GPL-3.0-or-later
import type { LedgerChain, LedgerEvents, PageAddress } from "@vitalproof/sdk/ledger";

/** A batch of accesses as anyone finds it. */
export type LoggedBatch = {
  readonly hash: string;
  readonly version: number;
  readonly header: bigint;
  readonly body: string;
};

/** A chain with one page, for tests of what is around it. */
export interface LedgerWorld {
  readonly address: PageAddress;
  readonly fromBlock: number;
  readonly chain: LedgerChain;
  readonly events: LedgerEvents;
  /** Unix seconds; blocks are not earlier. */
  clock: number;
  forceRevoke(slot: number): Promise<void>;
  /** Everything up to now is final. */
  finalise(): Promise<void>;
  /** Takes back what is not final. @param isAgain whether a transaction of it is mined again, at once */
  reorganise(isAgain: () => boolean): Promise<void>;
  logged(): Promise<LoggedBatch[]>;
}

/** Transactions that are mined again after a reorganisation. Those of one account only in their order, without a hole. */
export function minedAgain<T extends { readonly isOwn: boolean }>(
  before: readonly T[],
  isAgain: () => boolean,
): T[] {
  let hasHole = false;
  return before.filter(({ isOwn }) => {
    const is = isAgain() && !(isOwn && hasHole);
    hasHole ||= isOwn && !is;
    return is;
  });
}
