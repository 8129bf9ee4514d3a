// SPDX-License-Identifier: GPL-3.0-or-later
import type { ClaimState, Ledger, LedgerPoint, PolicyState, ProgramState } from "./claims/types.ts";
import type { ConsentSource } from "./consentState.ts";
import type { ContractAddresses } from "./events.ts";
import type { Finding, Severity } from "./findings.ts";
import type { InvariantLine } from "./invariants.ts";
import type { Stop } from "./stops.ts";

/**
 * What an audit found; docs/cli.md describes the schema. Times are Unix seconds, amounts and field elements bigints
 * (decimal strings in JSON), addresses and hashes lower-case hex.
 */
export type AuditReport = {
  readonly schema: "vitalproof/audit/1";
  readonly chain: {
    readonly chainId: bigint;
    readonly fromBlock: number;
    readonly toBlock: number;
    readonly blockHash: string;
    readonly time: number;
  };
  readonly contracts: ContractAddresses;
  readonly summary: {
    readonly findings: Readonly<Record<Severity, number>>;
    readonly events: number;
    readonly policies: number;
    readonly claims: number;
    readonly proofsVerified: number;
    readonly outcomes: Readonly<Record<Outcome, number>>;
  };
  readonly program: Omit<ProgramState, "ledger">;
  readonly token: { readonly address: string; readonly symbol: string; readonly decimals: number };
  readonly circuits: readonly CircuitLine[];
  readonly policies: readonly Omit<PolicyState, "byPeriod">[];
  readonly claims: readonly ClaimLine[];
  readonly periods: PeriodCounts;
  readonly anchors: readonly AnchorLine[];
  readonly stops: {
    readonly pauses: readonly Stop[];
    readonly outages: readonly Stop[];
    readonly suspensions: readonly (Stop & { circuit: string })[];
  };
  readonly consents: readonly ConsentLine[];
  readonly ledger: {
    readonly now: Ledger;
    readonly history: readonly LedgerPoint[];
    /** Of all programs in the token together. */
    readonly allPrograms: bigint;
    /** Of other products' escrows in the token. */
    readonly otherProducts: bigint;
    /** Of custody. */
    readonly balance: bigint | undefined;
    readonly donated: bigint;
    readonly transfersIn: bigint;
    readonly transfersOut: bigint;
  };
  readonly latency: {
    /** Seconds from a period's end to its claim, and to its payment; undefined where there is none. */
    readonly claimMedian: number | undefined;
    readonly paymentMedian: number | undefined;
  };
  readonly invariants: readonly InvariantLine[];
  readonly findings: readonly Finding[];
  readonly reliesOn: readonly string[];
};

export const OUTCOMES = ["paid", "owed", "under-review", "rejected", "denied"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type ClaimLine = ClaimState & { readonly outcome: Outcome; readonly circuitName: string };

export type CircuitLine = {
  readonly id: string;
  readonly name: string;
  readonly version: bigint;
  readonly verifier: string;
  readonly verifierCodeHash: string;
  readonly verificationKeyHash: string;
  /** Circuit of this repository whose key it is; undefined for a foreign key. */
  readonly circuit: string | undefined;
  readonly keyKind: "development" | "production";
  /** SHA-256 of the transcript of the key's ceremony, as registered; undefined for a development key. */
  readonly ceremony: string | undefined;
  readonly addedAt: number;
  readonly retiredAt: number | undefined;
  readonly exposedAt: number | undefined;
};

export type AnchorStatus = "anchored" | "corrected" | "written-late" | "missed" | "pending";

export type AnchorLine = {
  readonly day: number;
  readonly status: AnchorStatus;
  readonly writes: readonly {
    readonly root: bigint;
    readonly time: number;
    readonly transaction: string;
    readonly reason: string | undefined;
  }[];
  readonly claims: number;
  /** Claims that were settled against a root that was corrected afterwards. */
  readonly claimsBeforeCorrection: number;
};

export type ConsentLine = {
  readonly id: string;
  readonly source: ConsentSource;
  /** Of the health ledger, where a consent of it is; undefined for one of the registry. */
  readonly page: bigint | undefined;
  readonly slot: number | undefined;
  readonly patient: string;
  readonly from: number;
  readonly until: number;
  readonly grantedAt: number;
  readonly revokedAt: number | undefined;
  readonly claims: number;
};

export type PeriodCounts = {
  readonly covered: number;
  readonly over: number;
  readonly claimed: number;
  readonly released: number;
  /** Over, not claimed, still claimable or waiting for an anchor. */
  readonly open: number;
  /** Over, not claimed, and no longer claimable. Anyone can free the reserve with `releasePeriods`. */
  readonly releasable: number;
};
