// SPDX-License-Identifier: GPL-3.0-or-later
import { address, type Field, integer, list, object, optional, text, uint256 } from "@vitalproof/sdk/wire";
import * as v from "valibot";
import { path } from "../fields.ts";
import { type MasterKeyConfig, masterKeyConfig, type SignerConfig, signerConfig } from "../keys/index.ts";

/** A custodian's part of the configuration: one page of the health ledger. */
export interface CustodianConfig {
  /** Address of the HealthLedger. */
  readonly ledger: string;
  /** Number of a page that was opened for the account of `key`. */
  readonly page: bigint;
  /** Block in which the page was opened, or an earlier one; `chain.fromBlock` when left out. */
  readonly fromBlock?: number;
  /** The page's account, which pays the gas. Nothing else may send from it. */
  readonly key: SignerConfig;
  /** Key that seals the store. */
  readonly masterKey: MasterKeyConfig;
  /** Earlier master keys, under which keys in the store may still be wrapped. */
  readonly olderMasterKeys?: readonly MasterKeyConfig[];
  /** Minutes between two closings, counted from 1970-01-01T00:00Z: 1 to 1,440. A full batch does not wait for one. */
  readonly closeEvery: number;
  /** For how many minutes a window stays open, so that accesses can still be posted for it: 1 to 1,000, by default 1. */
  readonly lag?: number;
  /** Minutes for which accesses wait behind a missed one that may be called an emergency; by default 1,440. */
  readonly decisionTime?: number;
  /** Seconds for which an offer is open, at most 30 days; by default 900. */
  readonly offerTime?: number;
  /** Of circuits.json, in force at the ledger. */
  readonly circuits: { readonly accesses: string; readonly consents: string };
  /** Proofs that this process makes at a time, since a page has one at most; 0 where other machines make them (`prove`). */
  readonly provers: number;
  /** Folder of the circuits' large files, where it is not `artifacts`. */
  readonly folder?: string;
}

const circuit = text(/^[a-z0-9-]{1,60}$/, "the name of a circuit");

export const custodianConfig = object({
  ledger: address,
  page: uint256,
  fromBlock: optional(integer()),
  key: signerConfig,
  masterKey: masterKeyConfig,
  olderMasterKeys: optional(list(masterKeyConfig, { max: 16 })),
  closeEvery: integer(1, 1_440),
  lag: optional(integer(1, 1_000)),
  decisionTime: optional(integer(0, 1_000_000)),
  offerTime: optional(integer(1, 30 * 86_400)),
  circuits: object({ accesses: circuit, consents: circuit }),
  provers: v.optional(integer(0, 1), 1),
  folder: optional(path),
}) as Field<unknown> as Field<CustodianConfig>;
