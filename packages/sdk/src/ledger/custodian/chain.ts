// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a custodian needs of a chain. The client that sends has the accounts; nothing here signs.
import type { Proof } from "../../prove/proof.ts";
import type { AccessBatch } from "../accessBatch.ts";
import type { PageRecord } from "../client.ts";
import type { ConsentBatch } from "../consentBatch.ts";
import type { PageAddress } from "../page.ts";
import type { EndedVersion } from "../version.ts";

/** A transaction that was mined. */
export type Mined = { readonly hash: string; readonly blockNumber: number };

/** The contract, with an account of the custodian. Methods that send resolve once mined, and throw if refused. */
export interface LedgerChain {
  pageAddress(page: bigint): Promise<PageAddress>;
  page(page: bigint): Promise<PageRecord>;
  /** For how many minutes after its end a version takes late accesses. */
  lateTime(): Promise<number>;
  changeConsents(page: bigint, batch: ConsentBatch, proof: Proof): Promise<Mined>;
  logAccesses(page: bigint, batch: AccessBatch, proof: Proof): Promise<Mined>;
  /** @param versions from the one of the accesses to the last that ended */
  logLate(page: bigint, versions: readonly EndedVersion[], batch: AccessBatch, proof: Proof): Promise<Mined>;
}

/** Where and when an event happened: times are Unix seconds of its block. */
type Place = { readonly hash: string; readonly blockNumber: number; readonly time: number };

/** Something that happened to a page. */
export type PageEvent = Place &
  (
    | { readonly kind: "opened" }
    | {
        readonly kind: "changed";
        /** The version that it begins. */
        readonly version: number;
        readonly root: bigint;
        readonly live: bigint;
        readonly granted: number;
      }
    | { readonly kind: "forced"; readonly version: number; readonly slot: number }
    | { readonly kind: "logged"; readonly version: number; readonly header: bigint }
  );

/** A page's events. Its state alone shows neither which versions have ended nor what was logged late. */
export interface LedgerEvents {
  /** What happened to a page from a block on, oldest first, on the chain of now. */
  pageEvents(page: bigint, fromBlock: number): Promise<readonly PageEvent[]>;
}
