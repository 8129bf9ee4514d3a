// SPDX-License-Identifier: GPL-3.0-or-later
import type { AssuranceClass, PeriodState } from "@vitalproof/sdk";
import type { AnchorState } from "../anchorState.ts";
import type { CircuitsState } from "../circuits/state.ts";
import type { ConsentsState } from "../consentState.ts";
import type { CustodyState } from "../custodyState.ts";
import type { Findings } from "../findings.ts";
import type { HealthLedgerState } from "../ledgerState.ts";
import type { PausesState } from "../pauseState.ts";
import type { ScopesState } from "../scopeState.ts";
import type { Transfers } from "../transfers.ts";

export type ProgramState = {
  readonly id: bigint;
  readonly insurer: string;
  readonly scope: bigint;
  readonly group: bigint;
  readonly circuit: string;
  readonly assurance: AssuranceClass;
  /** As stored: first epoch 0. */
  readonly terms: bigint;
  /** Hash of the whole offer, which attestations name. */
  readonly offerHash: string;
  /** Where its money is in custody. */
  readonly escrow: bigint;
  readonly token: string;
  readonly benefit: bigint;
  readonly arbiter: string;
  readonly claimWindow: number;
  readonly reviewTime: number;
  readonly arbiterTime: number;
  readonly createdAt: number;
  readonly transaction: string;
  /** Parts of the terms, and what follows from the circuit. */
  readonly offset: number;
  readonly epochs: number;
  readonly epochSeconds: number;
  readonly ledger: Ledger;
};

/** Amounts in the token's smallest unit. `free + reserved + owed = funded - paid - withdrawn`, always. */
export type Ledger = {
  funded: bigint;
  withdrawn: bigint;
  paid: bigint;
  free: bigint;
  reserved: bigint;
  owed: bigint;
};

export type LedgerPoint = Readonly<Ledger> & {
  readonly time: number;
  readonly block: number;
  readonly event: string;
};

export type PeriodRecord = { state: PeriodState; until: number; claim: ClaimState | undefined };

export type PolicyState = {
  readonly id: bigint;
  readonly program: bigint;
  readonly holder: bigint;
  readonly controller: string;
  readonly payeeIssued: string;
  payee: string;
  readonly firstEpoch: number;
  readonly periodsIssued: number;
  /** Periods covered; less than issued once it was ended. */
  periods: number;
  /** Counts of periods, as the contract keeps them. */
  reserved: number;
  owed: number;
  paid: number;
  readonly issuedAt: number;
  readonly transaction: string;
  readonly attestation: string;
  /** Who had to sign the attestation. */
  readonly attester: string;
  /** The holder's latest policy in the scope as this one was issued; 0 if there was none. */
  readonly previous: bigint;
  readonly byPeriod: Map<number, PeriodRecord>;
};

/** `holder, anchorRoot, terms, scope`. */
export type PublicInputs = readonly [bigint, bigint, bigint, bigint];

/** One settled claim, with everything it rests on. */
export type ClaimState = {
  readonly policy: bigint;
  readonly period: number;
  /** Unix seconds, `[start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly anchorDay: number;
  readonly settledAt: number;
  readonly block: number;
  readonly transaction: string;
  /** As the event says. */
  readonly circuit: string;
  readonly rootInEvent: bigint;
  readonly consent: string;
  /** Rebuilt: nothing of it is from the claim's own event. */
  readonly inputs: PublicInputs;
  readonly verificationKeyHash: string | undefined;
  readonly verifier: string | undefined;
  /** First second at which it could no longer be claimed, as known when it was. */
  readonly windowClosed: number;
  reviewUntil: number;
  rejection: { readonly time: number; readonly reason: string; readonly arbiterUntil: number } | undefined;
  /** `by` is undefined where the program has no review. */
  credited: { readonly time: number; readonly by: string | undefined } | undefined;
  denial: { readonly time: number; readonly reason: string } | undefined;
  paid: { readonly time: number; readonly payee: string; readonly transaction: string } | undefined;
  /** Filled in when the proof has been looked at. */
  proof: "verified" | "invalid" | "missing" | "key-unknown" | "not-checked";
};

/** Until when a holder is covered in a scope, and the latest policy that covers anything; 0 if none does. */
export type Coverage = { readonly until: number; readonly last: bigint };

export type ClaimsContext = {
  readonly chainId: bigint;
  /** Address of the claims contract, lower case. */
  readonly claims: string;
  /** Address of custody, lower case. */
  readonly custodyAddress: string;
  readonly anchors: AnchorState;
  readonly consents: ConsentsState;
  readonly healthLedger: HealthLedgerState;
  readonly circuits: CircuitsState;
  readonly custody: CustodyState;
  readonly pauses: PausesState;
  readonly scopes: ScopesState;
  /** Of the audited program's token. */
  readonly token: string | undefined;
  readonly transfers: Transfers;
  readonly findings: Findings;
};
