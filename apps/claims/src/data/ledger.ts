// SPDX-License-Identifier: GPL-3.0-or-later
import type { AssuranceClass } from "@vitalproof/sdk";

/** Where and when an event happened. */
export type Moment = {
  readonly block: number /** Unix seconds. */;
  readonly time: number;
  readonly hash: string;
};

/** Amounts are in the token's smallest unit. `free + reserved + owed` is what custody holds for a program. */
export type ProgramRow = {
  readonly id: bigint;
  readonly insurer: string;
  readonly scope: bigint;
  readonly group: bigint;
  readonly circuit: string;
  readonly assurance: AssuranceClass;
  readonly terms: bigint;
  readonly token: string;
  readonly benefit: bigint;
  readonly arbiter: string;
  /** Seconds. */
  readonly claimWindow: number;
  readonly reviewTime: number;
  readonly arbiterTime: number;
  readonly created: Moment;
  /** Where custody has its money. */
  readonly escrow: bigint;
  free: bigint;
  reserved: bigint;
  owed: bigint;
  paid: bigint;
};

export type PolicyRow = {
  readonly id: bigint;
  readonly program: bigint;
  readonly controller: string;
  readonly holder: bigint;
  payee: string;
  readonly firstEpoch: number;
  periods: number;
  readonly issued: Moment;
  ended: Moment | undefined;
  /** Numbers of periods. */
  reserved: number;
  owed: number;
  paid: number;
};

export const CLAIM_STATES = ["under-review", "rejected", "credited", "paid", "denied", "released"] as const;
export type ClaimState = (typeof CLAIM_STATES)[number];

/** A period about which something happened. */
export type ClaimRow = {
  readonly policy: bigint;
  readonly program: bigint;
  readonly period: number;
  state: ClaimState;
  /** When its proof was verified; undefined for a period that was released unclaimed. */
  settled: Moment | undefined;
  /** What happened last. */
  last: Moment;
  /** Unix seconds until which the insurer, or after a rejection the arbiter, can decide. */
  until: number | undefined;
  /** What was given for a rejection or denial. */
  reason: string | undefined;
};

/** Money of a program at the end of a day on which it moved; amounts in the token's smallest unit. */
export type DayReserve = {
  /** Unix seconds of the day's beginning, UTC. */
  readonly day: number;
  free: bigint;
  reserved: bigint;
  owed: bigint;
};

export type ScopeRow = { readonly id: bigint; readonly creator: string; readonly group: bigint };

/** A sum that moved: one mark of the plot. */
export type Movement = {
  readonly program: bigint;
  readonly policy: bigint | undefined;
  readonly kind: "funded" | "withdrawn" | "claimed" | "paid";
  /** Smallest units; of a claim its benefit. */
  readonly amount: bigint;
  readonly at: Moment;
};

/** A pause or a suspension: what it stops waits until then, Unix seconds. */
export type Stop = { readonly until: number; readonly reason: string };

/** What stops claims, or did last; each may be over. */
export type Stops = {
  /** The last pause that was not ended. */
  pause: Stop | undefined;
  /** The last time in which the chain stood still. */
  outage: (Stop & { readonly from: number }) | undefined;
  /** The last suspension of a circuit that was not ended, by the circuit's id. */
  readonly suspensions: Map<string, Stop>;
  /** Ids of circuits that were exposed as forgeable. */
  readonly exposed: Set<string>;
};

/** Everything that the events of the contracts say. Rows change in place; a change gives another `Ledger`. */
export type Ledger = {
  readonly scopes: readonly ScopeRow[];
  readonly programs: ReadonlyMap<bigint, ProgramRow>;
  readonly policies: ReadonlyMap<bigint, PolicyRow>;
  readonly claims: readonly ClaimRow[];
  readonly movements: readonly Movement[];
  /** By program, ascending; days on which nothing moved are left out. */
  readonly reserves: ReadonlyMap<bigint, readonly DayReserve[]>;
  readonly stops: Readonly<Stops>;
};

/** Sums by token, over the programs given. */
export function totalsOf(
  programs: Iterable<ProgramRow>,
): Map<string, { free: bigint; reserved: bigint; owed: bigint; paid: bigint }> {
  const totals = new Map<string, { free: bigint; reserved: bigint; owed: bigint; paid: bigint }>();
  for (const { token, free, reserved, owed, paid } of programs) {
    const sum = totals.get(token) ?? { free: 0n, reserved: 0n, owed: 0n, paid: 0n };
    totals.set(token, {
      free: sum.free + free,
      reserved: sum.reserved + reserved,
      owed: sum.owed + owed,
      paid: sum.paid + paid,
    });
  }
  return totals;
}
