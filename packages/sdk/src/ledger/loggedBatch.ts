// SPDX-License-Identifier: GPL-3.0-or-later
import type { AccessHeader } from "./words.ts";

/** A batch of accesses as the chain has it, of one page. */
export type LoggedBatch = {
  /** Hash of the transaction, which carries this batch and no other. */
  readonly transaction: string;
  readonly block: number;
  /** Unix seconds of the block. */
  readonly time: number;
  /** Version of the page that the accesses are under. */
  readonly version: number;
  readonly header: AccessHeader;
  /** Hex: the encrypted records. */
  readonly body: string;
  /** Logged after its version had ended. */
  readonly late: boolean;
};
