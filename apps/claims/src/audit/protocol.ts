// SPDX-License-Identifier: GPL-3.0-or-later
import type { AuditReport } from "@vitalproof/audit";
import type { Sentence } from "../words/sentences.ts";

/** What the page asks its worker for; one job for each worker. */
export type AuditJob = {
  /** Absolute address of the node: a worker has another base than the page. */
  readonly rpc: string;
  /** Chain that the node has to be of. */
  readonly chainId: number;
  /** The claims contract; it names the registries. */
  readonly claims: string;
  readonly program: bigint;
  /** First block to look at; the audit finds the contracts' creation when left out. */
  readonly fromBlock: number | undefined;
};

/** The progress of an audit, as the worker reports it and the page shows it. Plain data. */
export type AuditState =
  /** `step` is what is being done, with its count behind a comma: "proofs, 3 of 12". */
  | { readonly kind: "running"; readonly step: string }
  | { readonly kind: "done"; readonly report: AuditReport }
  | { readonly kind: "failed"; readonly sentence: Sentence };
