// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a custodian needs of a chain. The client that sends has the accounts; nothing here signs.
import type { Proof } from "../../prove/proof.ts";
import type { AccessBatch } from "../accessBatch.ts";
import type { ConsentBatch } from "../consentBatch.ts";
import type { PageAddress } from "../page.ts";

/** A page as the contract has it. Times are minutes since 1970-01-01 UTC. */
export type PageOnChain = {
  readonly root: bigint;
  readonly live: bigint;
  readonly custodian: string;
  readonly filled: number;
  readonly version: number;
  readonly since: number;
  readonly logged: number;
  /** 0, or the rights that every consent of the page has. */
  readonly form: bigint;
  /** 25 bytes in hex: chain of hashes over the versions that ended. */
  readonly history: string;
};

/** A version of a page that ended, as IHealthLedger.sol has it. */
export type EndedVersion = {
  /** The history before it: 25 bytes in hex. */
  readonly before: string;
  readonly root: bigint;
  readonly live: bigint;
  readonly since: number;
  readonly until: number;
  readonly logged: number;
};

/** A transaction that was mined. */
export type Mined = { readonly hash: string; readonly blockNumber: number };

/** The contract, with an account of the custodian. What sends resolves once it is mined, and throws where it is refused. */
export interface LedgerChain {
  pageAddress(page: bigint): Promise<PageAddress>;
  page(page: bigint): Promise<PageOnChain>;
  /** Minutes after its end for which a version takes late accesses. */
  lateTime(): Promise<number>;
  changeConsents(page: bigint, batch: ConsentBatch, proof: Proof): Promise<Mined>;
  logAccesses(page: bigint, batch: AccessBatch, proof: Proof): Promise<Mined>;
  /** @param versions from the one of the accesses to the last that ended */
  logLate(page: bigint, versions: readonly EndedVersion[], batch: AccessBatch, proof: Proof): Promise<Mined>;
}

/** Where an event is, and when: Unix seconds of its block. */
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

/** The record of a page. A page's state alone says neither which versions ended since, nor what came late. */
export interface LedgerEvents {
  /** What happened to a page from a block on, oldest first, on the chain of now. */
  pageEvents(page: bigint, fromBlock: number): Promise<readonly PageEvent[]>;
}
