// SPDX-License-Identifier: GPL-3.0-or-later
//
// A page's transactions in a file. Patients are owed six years of accounting, and nodes may drop old blocks sooner.
import * as v from "valibot";
import type { Document } from "../wire/documents.ts";
import {
  address,
  bytes32,
  type Field,
  integer,
  list,
  object,
  optional,
  seconds,
  text,
  UINT32,
  uint256,
} from "../wire/fields.ts";
import type { PageRecord } from "./client.ts";
import { entriesOf } from "./decode.ts";
import type { LedgerTransaction, PageHistory } from "./history.ts";
import { PAGE_SLOTS } from "./page.ts";

export type LedgerArchive = {
  readonly chainId: bigint;
  readonly ledger: string;
  readonly page: bigint;
  /** The last block that was read. */
  readonly block: number;
  /** The page as the contract had it after this block. */
  readonly state: PageRecord;
  readonly transactions: readonly LedgerTransaction[];
};

/** Most bytes of one transaction's input; nodes relay up to 128 KiB. */
const MOST_BYTES = 2 ** 20;
const MOST_TRANSACTIONS = 1_000_000;
/** Most events of one page in one transaction: a contract can revoke many consents at once. */
const MOST_EVENTS = 2 * PAGE_SLOTS;

const hexBytes: Field<string> = v.pipe(
  v.string("bytes in hex after 0x"),
  v.maxLength(2 + 2 * MOST_BYTES, `at most ${MOST_BYTES} bytes in hex`),
  v.regex(/^0x([0-9a-f]{2})*$/, "bytes in hex after 0x"),
);

const state: Field<PageRecord> = object({
  root: uint256,
  live: uint256,
  custodian: address,
  filled: integer(0, PAGE_SLOTS),
  version: integer(0, 2 ** 16 - 1),
  since: integer(0, UINT32),
  logged: integer(0, UINT32),
  form: uint256,
  history: text(/^0x[0-9a-f]{50}$/, "25 bytes in hex after 0x"),
});

const transaction: Field<LedgerTransaction> = object({
  hash: bytes32,
  block: integer(),
  time: seconds,
  input: optional(hexBytes),
  events: list(object({ index: integer(), topics: list(bytes32, { max: 4 }), data: hexBytes }), {
    max: MOST_EVENTS,
  }),
});

/** Custodian or anyone else to patients, auditors and courts: the whole of a page, for `documentText` and `parseDocument`. */
export const LEDGER_ARCHIVE: Document<LedgerArchive> = {
  kind: "vitalproof/ledger-archive",
  version: 1,
  title: "an archive of a ledger page",
  body: object({
    chainId: uint256,
    ledger: address,
    page: uint256,
    block: integer(),
    state,
    transactions: list(transaction, { max: MOST_TRANSACTIONS }),
  }),
};

/** A history as it is kept. */
export function archiveOf({ address, block, state, transactions }: PageHistory): LedgerArchive {
  return { ...address, block, state, transactions };
}

/**
 * The history that an archive keeps, each transaction checked against its own event and nothing against the chain:
 * `verifyArchive` does that.
 * @throws LEDGER_MISMATCH naming the first transaction that does not fit its event
 */
export function historyFromArchive(archive: LedgerArchive): PageHistory {
  const { chainId, ledger, page, block, state, transactions } = archive;
  const address = { chainId, ledger, page };
  return { address, block, state, entries: entriesOf(page, transactions), transactions };
}
