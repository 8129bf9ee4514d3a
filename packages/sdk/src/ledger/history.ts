// SPDX-License-Identifier: GPL-3.0-or-later
//
// Everything that happened to one page, from its transactions.
import type { Proof } from "../prove/proof.ts";
import type { PageRecord } from "./client.ts";
import type { PageAddress } from "./page.ts";
import type { EndedVersion } from "./version.ts";
import type { AccessHeader } from "./words.ts";

/** An event as the chain has it. */
export type LedgerEvent = {
  /** Of the event in its block. */
  readonly index: number;
  readonly topics: readonly string[];
  /** Hex. */
  readonly data: string;
};

/** A transaction that changed a page or logged accesses to it. */
export type LedgerTransaction = {
  readonly hash: string;
  readonly block: number;
  /** Of its block, in Unix seconds. */
  readonly time: number;
  /**
   * Hex: of a direct call that the page's content follows from. Left out where a contract called for the account, and where
   * the event says everything.
   */
  readonly input?: string;
  /** Those about the page, in order. */
  readonly events: readonly LedgerEvent[];
};

/** Where something happened. */
export type LedgerPlace = {
  /** Hash of the transaction. */
  readonly transaction: string;
  readonly block: number;
  /** Unix seconds. */
  readonly time: number;
};

/** A batch of accesses that was logged. */
export type LoggedBatch = LedgerPlace & {
  /** Version of the page that the accesses are logged under. */
  readonly version: number;
  readonly header: AccessHeader;
  /** Encrypted records in hex; `ciphersOf` splits them. */
  readonly body: string;
  /** Whether it was logged after its version had ended. */
  readonly late: boolean;
};

/** A proof as a transaction carried it. */
export type CarriedProof = {
  /** Id of the circuit in the registry. */
  readonly circuit: string;
  readonly proof: Proof;
};
export type CarriedTranscript = CarriedProof & { readonly digest: bigint };

export type PageOpening = LedgerPlace & {
  readonly kind: "opened";
  readonly custodian: string;
  readonly form: bigint;
};

export type ConsentChange = LedgerPlace & {
  readonly kind: "changed";
  /** That this began. */
  readonly version: number;
  /** After it. */
  readonly root: bigint;
  readonly live: bigint;
  readonly revoked: number;
  /** Of the new consents, in the order of their slots. */
  readonly leaves: readonly bigint[];
  /** Undefined where a contract sent revocations: the proof is not in the transaction's input. */
  readonly carried: CarriedTranscript | undefined;
};

export type ForcedRevocation = LedgerPlace & {
  readonly kind: "forced";
  /** That this began. */
  readonly version: number;
  readonly slot: number;
  /** Undefined where a contract sent it. */
  readonly carried: CarriedProof | undefined;
};

export type AccessesLogged = LedgerPlace & {
  readonly kind: "logged";
  readonly batch: LoggedBatch;
  readonly headerWord: bigint;
  readonly carried: CarriedTranscript;
  /** Of a late batch: the versions that its sender passed, from its own to the last that had ended. */
  readonly versions: readonly EndedVersion[];
};

export type HandOver = LedgerPlace & {
  readonly kind: "handed-over";
  readonly previous: string;
  readonly custodian: string;
};

export type HistoryEntry = PageOpening | ConsentChange | ForcedRevocation | AccessesLogged | HandOver;

/** Everything about one page up to a block. */
export type PageHistory = {
  readonly address: PageAddress;
  /** The last block that was read. */
  readonly block: number;
  /** The page as the contract had it after this block. */
  readonly state: PageRecord;
  /** In the chain's order. */
  readonly entries: readonly HistoryEntry[];
  /** What the entries were read from. */
  readonly transactions: readonly LedgerTransaction[];
};
