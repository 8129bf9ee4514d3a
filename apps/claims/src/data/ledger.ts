// SPDX-License-Identifier: GPL-3.0-or-later
import { ASSURANCE_CLASSES, type AssuranceClass, CLAIMS_PAYOUT_ABI } from "@vitalproof/sdk";
import { Interface } from "ethers";
import type { TimedLog } from "../chain/history.ts";

/** Where and when an event happened. */
export type Moment = {
  readonly block: number /** Unix seconds. */;
  readonly time: number;
  readonly hash: string;
};

/** Amounts are in the token's smallest unit. `free + reserved + owed` is what the contract holds for a program. */
export type ProgramRow = {
  readonly id: bigint;
  readonly insurer: string;
  readonly scope: bigint;
  readonly group: bigint;
  readonly statement: string;
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

/** Everything that the events of the claims contract say. */
export type Ledger = {
  readonly scopes: readonly ScopeRow[];
  readonly programs: ReadonlyMap<bigint, ProgramRow>;
  readonly policies: ReadonlyMap<bigint, PolicyRow>;
  readonly claims: readonly ClaimRow[];
  readonly movements: readonly Movement[];
};

const events = new Interface(CLAIMS_PAYOUT_ABI);

/**
 * Adds up the events of the claims contract, in the chain's order. Events that it does not know are passed over, and
 * so are events about a program or policy whose beginning lies before the first block that was read.
 */
export function ledgerOf(logs: readonly TimedLog[]): Ledger {
  const scopes: ScopeRow[] = [];
  const programs = new Map<bigint, ProgramRow>();
  const policies = new Map<bigint, PolicyRow>();
  const claims = new Map<string, ClaimRow>();
  const movements: Movement[] = [];

  for (const log of logs) {
    const event = events.parseLog({ topics: [...log.topics], data: log.data });
    if (event === null) continue;
    const at: Moment = { block: log.blockNumber, time: log.timestamp, hash: log.transactionHash };
    const big = (name: string): bigint => event.args.getValue(name) as bigint;
    const text = (name: string): string => String(event.args.getValue(name));

    if (event.name === "ScopeCreated") {
      scopes.push({ id: big("scopeId"), creator: text("creator"), group: big("groupId") });
      continue;
    }
    if (event.name === "ProgramCreated") {
      const offer = event.args.getValue("offer") as Record<string, bigint> & {
        statement: string;
        token: string;
        arbiter: string;
      };
      programs.set(big("programId"), {
        id: big("programId"),
        insurer: text("insurer"),
        scope: big("scopeId"),
        group: big("groupId"),
        statement: offer.statement,
        assurance: ASSURANCE_CLASSES[Number(offer.assurance)]!,
        terms: offer.terms!,
        token: offer.token,
        benefit: offer.benefit!,
        arbiter: offer.arbiter,
        claimWindow: Number(offer.claimWindow),
        reviewTime: Number(offer.reviewTime),
        arbiterTime: Number(offer.arbiterTime),
        created: at,
        free: 0n,
        reserved: 0n,
        owed: 0n,
        paid: 0n,
      });
      continue;
    }
    if (event.name === "ProgramFunded" || event.name === "ProgramWithdrawn") {
      const program = programs.get(big("programId"));
      if (program === undefined) continue;
      const funded = event.name === "ProgramFunded";
      program.free += funded ? big("amount") : -big("amount");
      movements.push({
        program: program.id,
        policy: undefined,
        kind: funded ? "funded" : "withdrawn",
        amount: big("amount"),
        at,
      });
      continue;
    }
    if (event.name === "PolicyIssued") {
      const program = programs.get(big("programId"));
      if (program === undefined) continue;
      const periods = Number(big("periods"));
      policies.set(big("policyId"), {
        id: big("policyId"),
        program: program.id,
        controller: text("controller"),
        holder: big("holder"),
        payee: text("payee"),
        firstEpoch: Number(big("firstEpoch")),
        periods,
        issued: at,
        ended: undefined,
        reserved: periods,
        owed: 0,
        paid: 0,
      });
      move(program, "free", "reserved", periods);
      continue;
    }

    if (!event.fragment.inputs.some(({ name }) => name === "policyId")) continue;
    const policy = policies.get(big("policyId"));
    const program = policy === undefined ? undefined : programs.get(policy.program);
    if (policy === undefined || program === undefined) continue;
    const claim = (state: ClaimState, more: Partial<ClaimRow> = {}): void => {
      const period = Number(big("period"));
      const key = `${policy.id}/${period}`;
      const before = claims.get(key);
      claims.set(key, {
        policy: policy.id,
        program: program.id,
        period,
        settled: before?.settled,
        reason: before?.reason,
        until: undefined,
        ...more,
        state,
        last: at,
      });
    };
    switch (event.name) {
      case "PolicyEnded": {
        const freed = Number(big("freedPeriods"));
        policy.periods = Number(big("periods"));
        policy.ended = at;
        policy.reserved -= freed;
        move(program, "reserved", "free", freed);
        break;
      }
      case "PayeeChanged":
        policy.payee = text("payee");
        break;
      case "ClaimSettled": {
        const reviewUntil = Number(big("reviewUntil"));
        if (reviewUntil === 0) {
          claim("credited", { settled: at });
          credit(policy, program);
        } else {
          claim("under-review", { settled: at, until: reviewUntil });
        }
        movements.push({
          program: program.id,
          policy: policy.id,
          kind: "claimed",
          amount: program.benefit,
          at,
        });
        break;
      }
      case "ClaimRejected":
        claim("rejected", { until: Number(big("arbiterUntil")), reason: text("reason") });
        break;
      case "ClaimCredited":
        claim("credited");
        credit(policy, program);
        break;
      case "ClaimDenied":
        claim("denied", { reason: text("reason") });
        policy.reserved -= 1;
        move(program, "reserved", "free", 1);
        break;
      case "PeriodReleased":
        claim("released");
        policy.reserved -= 1;
        move(program, "reserved", "free", 1);
        break;
      case "PolicyPaid": {
        const periods = Number(big("periods"));
        policy.owed -= periods;
        policy.paid += periods;
        program.owed -= big("amount");
        program.paid += big("amount");
        // A payment takes everything that is owed on the policy.
        for (const each of claims.values()) {
          if (each.policy === policy.id && each.state === "credited") {
            each.state = "paid";
            each.last = at;
          }
        }
        movements.push({ program: program.id, policy: policy.id, kind: "paid", amount: big("amount"), at });
        break;
      }
    }
  }
  return { scopes, programs, policies, claims: [...claims.values()], movements };
}

function credit(policy: PolicyRow, program: ProgramRow): void {
  policy.reserved -= 1;
  policy.owed += 1;
  move(program, "reserved", "owed", 1);
}

function move(
  program: ProgramRow,
  from: "free" | "reserved",
  to: "free" | "reserved" | "owed",
  periods: number,
): void {
  const amount = program.benefit * BigInt(periods);
  program[from] -= amount;
  program[to] += amount;
}

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
