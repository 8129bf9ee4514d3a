// SPDX-License-Identifier: GPL-3.0-or-later
import {
  ASSURANCE_CLASSES,
  CIRCUIT_REGISTRY_ABI,
  CLAIMS_PAYOUT_ABI,
  CUSTODY_ABI,
  DAY,
  PAUSE_REGISTRY_ABI,
  SCOPE_REGISTRY_ABI,
} from "@vitalproof/sdk";
import { type EventFragment, Interface, type Result } from "ethers";
import type { TimedLog } from "../chain/history.ts";
import type {
  ClaimRow,
  ClaimState,
  DayReserve,
  Ledger,
  Moment,
  Movement,
  PolicyRow,
  ProgramRow,
  ScopeRow,
  Stops,
} from "./ledger.ts";

const events = new Interface([
  ...CLAIMS_PAYOUT_ABI,
  ...CUSTODY_ABI,
  ...PAUSE_REGISTRY_ABI,
  ...CIRCUIT_REGISTRY_ABI,
  ...SCOPE_REGISTRY_ABI,
]);
/** By topic: the interface's own look-up hashes the names of all events for every log. */
const fragments = new Map<string, EventFragment>();
events.forEachEvent((fragment) => fragments.set(fragment.topicHash, fragment));

const ABOUT_POLICIES: ReadonlySet<string> = new Set(
  [...fragments.values()]
    .filter(({ inputs }) => inputs.some(({ name }) => name === "policyId"))
    .map(({ name }) => name),
);

type Decoded = { readonly name: string; readonly args: Result };

/** @returns undefined for a log that is not an event of the contract */
function decoded({ topics, data }: TimedLog): Decoded | undefined {
  const fragment = fragments.get(topics[0] ?? "");
  if (fragment === undefined) return undefined;
  return { name: fragment.name, args: events.decodeEventLog(fragment, data, [...topics]) };
}

/**
 * Adds up the events of the contracts, in the chain's order. It ignores unknown events, escrows of other products, and
 * events about a program or policy that began before the first block that was read.
 *
 * The audit folds the same events (packages/audit/src/claims), on purpose apart from this. There an event is checked
 * against terms, anchors, circuits and consents before it counts, and a wrong one counts in part and leaves a finding. Here
 * the contract is believed, and what counts is what the page shows: movements, days and rows. Shared would be the sums of
 * four numbers. The audit would no longer be a second opinion on them, and the page would carry what it does not use.
 */
export class LedgerBook {
  readonly #scopes: ScopeRow[] = [];
  readonly #programs = new Map<bigint, ProgramRow>();
  /** By escrow. */
  readonly #funds = new Map<bigint, ProgramRow>();
  readonly #policies = new Map<bigint, PolicyRow>();
  readonly #claims = new Map<string, ClaimRow>();
  /** Claims that are credited and not paid, by policy. */
  readonly #unpaid = new Map<bigint, ClaimRow[]>();
  readonly #movements: Movement[] = [];
  readonly #reserves = new Map<bigint, DayReserve[]>();
  readonly #stops: Stops = {
    pause: undefined,
    outage: undefined,
    suspensions: new Map(),
    exposed: new Set(),
  };

  /** What everything so far adds up to. */
  ledger(): Ledger {
    return {
      scopes: this.#scopes,
      programs: this.#programs,
      policies: this.#policies,
      claims: [...this.#claims.values()],
      movements: this.#movements,
      reserves: this.#reserves,
      stops: this.#stops,
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
        this.#funds.set(program.escrow, program);
        return program;
      }
      case "Paused":
        this.#stops.pause = { until: Number(big("until")), reason: text("reason") };
        return undefined;
      case "PauseEnded":
        this.#stops.pause = undefined;
        return undefined;
      case "OutageDeclared":
        this.#stops.outage = {
          from: Number(big("from")),
          until: Number(big("until")),
          reason: text("reason"),
        };
        return undefined;
      case "CircuitSuspended":
        this.#stops.suspensions.set(text("circuitId"), {
          until: Number(big("until")),
          reason: text("reason"),
        });
        return undefined;
      case "SuspensionEnded":
        this.#stops.suspensions.delete(text("circuitId"));
        return undefined;
      case "ForgeryExposed":
        this.#stops.exposed.add(text("circuitId"));
        return undefined;
      case "EscrowFunded":
      case "EscrowWithdrawn": {
        const program = this.#funds.get(big("escrowId"));
        if (program === undefined) return undefined;
        const funded = event.name === "EscrowFunded";
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
    const claim = (state: ClaimState, more: Partial<ClaimRow> = {}, period = Number(big("period"))): void => {
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
      case "PeriodsReleased":
        // All of the range that were open.
        for (let period = Number(big("from")); period < Number(big("until")); period++) {
          if (!this.#claims.has(`${policy.id}/${period}`)) claim("released", {}, period);
        }
        free(Number(big("released")));
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
    escrow: big("escrowId"),
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
