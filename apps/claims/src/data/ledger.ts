// SPDX-License-Identifier: GPL-3.0-or-later
import {
  ASSURANCE_CLASSES,
  type AssuranceClass,
  CLAIMS_PAYOUT_ABI,
  DAY,
  SCOPE_REGISTRY_ABI,
} from "@vitalproof/sdk";
import { type EventFragment, Interface, type Result } from "ethers";
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

/** Everything that the events of the claims contract say. Rows change in place; a change gives another `Ledger`. */
export type Ledger = {
  readonly scopes: readonly ScopeRow[];
  readonly programs: ReadonlyMap<bigint, ProgramRow>;
  readonly policies: ReadonlyMap<bigint, PolicyRow>;
  readonly claims: readonly ClaimRow[];
  readonly movements: readonly Movement[];
  /** By program, ascending; days on which nothing moved are left out. */
  readonly reserves: ReadonlyMap<bigint, readonly DayReserve[]>;
};

const events = new Interface([...CLAIMS_PAYOUT_ABI, ...SCOPE_REGISTRY_ABI]);
/** By topic: the interface's own look-up hashes the names of all events for every log. */
const fragments = new Map<string, EventFragment>();
events.forEachEvent((fragment) => fragments.set(fragment.topicHash, fragment));

const ABOUT_POLICIES: ReadonlySet<string> = new Set(
  [...fragments.values()]
    .filter(({ inputs }) => inputs.some(({ name }) => name === "policyId"))
    .map(({ name }) => name),
);

type Decoded = { readonly name: string; readonly args: Result };

/** @returns undefined for what is no event of the contract */
function decoded({ topics, data }: TimedLog): Decoded | undefined {
  const fragment = fragments.get(topics[0] ?? "");
  if (fragment === undefined) return undefined;
  return { name: fragment.name, args: events.decodeEventLog(fragment, data, [...topics]) };
}

/**
 * Adds up the events of the claims contract, in the chain's order. Events that it does not know are passed over, and
 * so are events about a program or policy whose beginning lies before the first block that was read.
 */
export class LedgerBook {
  readonly #scopes: ScopeRow[] = [];
  readonly #programs = new Map<bigint, ProgramRow>();
  readonly #policies = new Map<bigint, PolicyRow>();
  readonly #claims = new Map<string, ClaimRow>();
  /** Claims that are credited and not paid, by policy. */
  readonly #unpaid = new Map<bigint, ClaimRow[]>();
  readonly #movements: Movement[] = [];
  readonly #reserves = new Map<bigint, DayReserve[]>();

  /** What everything so far adds up to. */
  ledger(): Ledger {
    return {
      scopes: this.#scopes,
      programs: this.#programs,
      policies: this.#policies,
      claims: [...this.#claims.values()],
      movements: this.#movements,
      reserves: this.#reserves,
    };
  }

  add(logs: readonly TimedLog[]): void {
    for (const log of logs) {
      const event = decoded(log);
      if (event === undefined) continue;
      const program = this.#apply(event, {
        block: log.blockNumber,
        time: log.timestamp,
        hash: log.transactionHash,
      });
      if (program !== undefined) this.#noteReserve(program, log.timestamp);
    }
  }

  /** @returns the program that the event is about, if any */
  #apply(event: Decoded, at: Moment): ProgramRow | undefined {
    const big = (name: string): bigint => event.args.getValue(name) as bigint;
    const text = (name: string): string => String(event.args.getValue(name));
    switch (event.name) {
      case "ScopeCreated":
        this.#scopes.push({ id: big("scopeId"), creator: text("creator"), group: big("groupId") });
        return undefined;
      case "ProgramCreated": {
        const program = programOf(event, at);
        this.#programs.set(program.id, program);
        return program;
      }
      case "ProgramFunded":
      case "ProgramWithdrawn": {
        const program = this.#programs.get(big("programId"));
        if (program === undefined) return undefined;
        const funded = event.name === "ProgramFunded";
        program.free += funded ? big("amount") : -big("amount");
        const kind = funded ? "funded" : "withdrawn";
        this.#movements.push({ program: program.id, policy: undefined, kind, amount: big("amount"), at });
        return program;
      }
      case "PolicyIssued": {
        const program = this.#programs.get(big("programId"));
        if (program === undefined) return undefined;
        const policy = policyOf(event, at);
        this.#policies.set(policy.id, policy);
        move(program, "free", "reserved", policy.periods);
        return program;
      }
    }
    if (!ABOUT_POLICIES.has(event.name)) return undefined;
    const policy = this.#policies.get(big("policyId"));
    const program = policy === undefined ? undefined : this.#programs.get(policy.program);
    if (policy === undefined || program === undefined) return undefined;
    this.#applyToPolicy(event, at, policy, program);
    return program;
  }

  #applyToPolicy(event: Decoded, at: Moment, policy: PolicyRow, program: ProgramRow): void {
    const big = (name: string): bigint => event.args.getValue(name) as bigint;
    const text = (name: string): string => String(event.args.getValue(name));
    const claim = (state: ClaimState, more: Partial<ClaimRow> = {}): void => {
      const period = Number(big("period"));
      const key = `${policy.id}/${period}`;
      const before = this.#claims.get(key);
      const row: ClaimRow = {
        policy: policy.id,
        program: program.id,
        period,
        settled: before?.settled,
        reason: before?.reason,
        until: undefined,
        ...more,
        state,
        last: at,
      };
      this.#claims.set(key, row);
      if (state !== "credited") return;
      policy.reserved -= 1;
      policy.owed += 1;
      move(program, "reserved", "owed", 1);
      const unpaid = this.#unpaid.get(policy.id);
      if (unpaid === undefined) this.#unpaid.set(policy.id, [row]);
      else unpaid.push(row);
    };
    const free = (periods: number): void => {
      policy.reserved -= periods;
      move(program, "reserved", "free", periods);
    };
    switch (event.name) {
      case "PolicyEnded":
        policy.periods = Number(big("periods"));
        policy.ended = at;
        free(Number(big("freedPeriods")));
        break;
      case "PayeeChanged":
        policy.payee = text("payee");
        break;
      case "ClaimSettled": {
        const until = Number(big("reviewUntil"));
        if (until === 0) claim("credited", { settled: at });
        else claim("under-review", { settled: at, until });
        const amount = program.benefit;
        this.#movements.push({ program: program.id, policy: policy.id, kind: "claimed", amount, at });
        break;
      }
      case "ClaimRejected":
        claim("rejected", { until: Number(big("arbiterUntil")), reason: text("reason") });
        break;
      case "ClaimCredited":
        claim("credited");
        break;
      case "ClaimDenied":
        claim("denied", { reason: text("reason") });
        free(1);
        break;
      case "PeriodReleased":
        claim("released");
        free(1);
        break;
      case "PolicyPaid": {
        const periods = Number(big("periods"));
        const amount = big("amount");
        policy.owed -= periods;
        policy.paid += periods;
        program.owed -= amount;
        program.paid += amount;
        // A payment takes everything that is owed on the policy.
        for (const each of this.#unpaid.get(policy.id) ?? []) {
          each.state = "paid";
          each.last = at;
        }
        this.#unpaid.delete(policy.id);
        this.#movements.push({ program: program.id, policy: policy.id, kind: "paid", amount, at });
        break;
      }
    }
  }

  #noteReserve({ id, free, reserved, owed }: ProgramRow, time: number): void {
    const day = Math.floor(time / DAY) * DAY;
    const days = this.#reserves.get(id) ?? [];
    this.#reserves.set(id, days);
    const last = days.at(-1);
    if (last?.day === day) Object.assign(last, { free, reserved, owed });
    else days.push({ day, free, reserved, owed });
  }
}

/** All of it at once. */
export function ledgerOf(logs: readonly TimedLog[]): Ledger {
  const book = new LedgerBook();
  book.add(logs);
  return book.ledger();
}

function programOf(event: Decoded, at: Moment): ProgramRow {
  const big = (name: string): bigint => event.args.getValue(name) as bigint;
  const offer = event.args.getValue("offer") as Record<string, bigint> & {
    circuit: string;
    token: string;
    arbiter: string;
  };
  return {
    id: big("programId"),
    insurer: String(event.args.getValue("insurer")),
    scope: big("scopeId"),
    group: big("groupId"),
    circuit: offer.circuit,
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
  };
}

function policyOf(event: Decoded, at: Moment): PolicyRow {
  const big = (name: string): bigint => event.args.getValue(name) as bigint;
  const text = (name: string): string => String(event.args.getValue(name));
  const periods = Number(big("periods"));
  return {
    id: big("policyId"),
    program: big("programId"),
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
  };
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
