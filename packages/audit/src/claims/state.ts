// SPDX-License-Identifier: GPL-3.0-or-later
import { OFFSET_STEP, type PeriodState } from "@vitalproof/sdk";
import { ZeroAddress } from "ethers";
import type { ChainEvent } from "../events.ts";
import { REOPEN_TIME } from "../pauseState.ts";
import { closeOf } from "../windows.ts";
import { claimPurposeOf, lastDayOf } from "./rules.ts";
import type {
  ClaimState,
  ClaimsContext,
  Coverage,
  LedgerPoint,
  PeriodRecord,
  PolicyState,
  ProgramState,
} from "./types.ts";

/** What the events of ClaimsPayout add up to. The other files of this folder apply them. */
export class ClaimsState {
  readonly programs = new Map<bigint, ProgramState>();
  readonly policies = new Map<bigint, PolicyState>();
  readonly claims: ClaimState[] = [];
  /** By program. */
  readonly history = new Map<bigint, LedgerPoint[]>();
  readonly purpose: string;
  readonly context: ClaimsContext;
  /** By scope and holder. */
  readonly coverage = new Map<string, Coverage>();
  /** Hashes of those that a policy was issued on. */
  readonly attestations = new Set<string>();
  readonly #byEscrow = new Map<bigint, ProgramState>();

  constructor(context: ClaimsContext) {
    this.context = context;
    this.purpose = claimPurposeOf(context.claims);
  }

  /** Start of a policy's period, Unix seconds; `period` may be the one after the last. */
  startOf(program: ProgramState, policy: Pick<PolicyState, "firstEpoch">, period: number): number {
    return (
      OFFSET_STEP * program.offset + (policy.firstEpoch + period * program.epochs) * program.epochSeconds
    );
  }

  periodOf(policy: PolicyState, period: number): PeriodRecord {
    return policy.byPeriod.get(period) ?? { state: "open", until: 0, claim: undefined };
  }

  payeeOf(policy: PolicyState): string {
    return policy.payee === ZeroAddress ? policy.controller : policy.payee;
  }

  /** First second at which an unclaimed period's reserve becomes free, as seen at `now`. */
  releasableFrom(program: ProgramState, policy: PolicyState, period: number, now: number): number {
    const { anchors } = this.context;
    const start = this.startOf(program, policy, period);
    const end = start + program.epochs * program.epochSeconds;
    const day = lastDayOf(end);
    const anchor = anchors.inForce(program.group, day);
    const group = anchors.groups.get(program.group);
    let from = 0;
    if (anchor?.corrected !== true && group !== undefined) {
      from = anchors.window(group, day).correctableUntil + 1;
    }
    if (anchor !== undefined) {
      const { closes } = this.window(program, start, anchor.writtenAt, now);
      // Until then an outage can still be declared that the window ended in.
      from = Math.max(from, closes + REOPEN_TIME);
    }
    return from;
  }

  /** When a period's window closes, stops included, and what settles it. */
  window(program: ProgramState, start: number, writtenAt: number, now: number) {
    const { pauses, circuits } = this.context;
    const nominal = writtenAt + program.claimWindow;
    const period = { start, closes: nominal, now };
    const closes = closeOf(nominal, (before) =>
      Math.max(pauses.lastStopBefore(before), circuits.turns.lastStopBefore(program.circuit, period, before)),
    );
    return { closes, settling: circuits.turns.settling(program.circuit, period) };
  }

  credit(
    policy: PolicyState,
    program: ProgramState,
    record: PeriodRecord,
    event: ChainEvent,
    by: string | undefined,
  ): void {
    record.state = "credited";
    record.until = 0;
    policy.reserved -= 1;
    policy.owed += 1;
    program.ledger.reserved -= program.benefit;
    program.ledger.owed += program.benefit;
    if (record.claim !== undefined) record.claim.credited = { time: event.time, by };
  }

  free(program: ProgramState, periods: number): void {
    const amount = BigInt(periods) * program.benefit;
    program.ledger.reserved -= amount;
    program.ledger.free += amount;
  }

  note(event: ChainEvent, program: ProgramState): void {
    const { ledger } = program;
    const negative = Object.entries(ledger).filter(([, amount]) => amount < 0n);
    if (negative.length > 0) {
      this.context.findings.add(
        "LEDGER_NEGATIVE",
        `After ${event.name} program ${program.id} has ${negative.map(([name, amount]) => `${amount} ${name}`).join(", ")}.`,
        { ...event.place, program: this.shown(program) },
      );
    }
    this.history.get(program.id)?.push({
      ...ledger,
      time: event.time,
      block: event.log.blockNumber,
      event: event.name,
    });
  }

  /** Whether its money is in the audited token, so that the token's transfers are at hand. */
  isAudited(program: ProgramState): boolean {
    return program.token === this.context.token;
  }

  /** Money of every program in the audited token concerns the audit: one balance stands for all. */
  shown(program: ProgramState): bigint | undefined {
    return this.isAudited(program) ? undefined : program.id;
  }

  /** The program whose money an escrow is; undefined for an escrow of something else. */
  programOf(escrow: bigint): ProgramState | undefined {
    return this.#byEscrow.get(escrow);
  }

  create(program: ProgramState): void {
    this.programs.set(program.id, program);
    this.history.set(program.id, []);
    this.#byEscrow.set(program.escrow, program);
  }

  program(event: ChainEvent): ProgramState | undefined {
    const program = this.programs.get(event.big("programId"));
    if (program === undefined) this.orphan(event, `program ${event.big("programId")}`);
    return program;
  }

  policy(event: ChainEvent): { policy: PolicyState; program: ProgramState } | undefined {
    const policy = this.policies.get(event.big("policyId"));
    const program = policy === undefined ? undefined : this.programs.get(policy.program);
    if (policy !== undefined && program !== undefined) return { policy, program };
    this.orphan(event, `policy ${event.big("policyId")}`);
    return undefined;
  }

  period(event: ChainEvent, from: readonly PeriodState[]) {
    const found = this.policy(event);
    if (found === undefined) return undefined;
    const period = event.number("period");
    const record = this.periodOf(found.policy, period);
    if (!from.includes(record.state) || period >= found.policy.periods) {
      this.context.findings.add(
        "PERIOD_TRANSITION_WRONG",
        `${event.name} came for period ${period} of policy ${found.policy.id}, which was ${record.state} (${found.policy.periods} periods).`,
        { ...event.place, program: found.program.id, policy: found.policy.id, period },
      );
    }
    return { ...found, period, record };
  }

  /** Who insures may not attest, pause, govern or guard. */
  requireIndependent(
    event: ChainEvent,
    program: Pick<ProgramState, "id" | "insurer" | "group">,
    what: string,
  ): void {
    const { anchors, pauses, circuits, findings } = this.context;
    const { insurer } = program;
    const roles = [
      ...(anchors.groups.get(program.group)?.attester === insurer ? ["attester of its group"] : []),
      ...(pauses.pauser.holder === insurer ? ["pauser"] : []),
      ...(circuits.isInCharge(insurer) ? ["governor or guardian"] : []),
    ];
    if (roles.length === 0) return;
    findings.add("INSURER_GOVERNS", `${what} when its insurer ${insurer} was ${roles.join(" and ")}.`, {
      ...event.place,
      program: program.id,
    });
  }

  orphan(event: ChainEvent, what: string): void {
    this.context.findings.add(
      "EVENT_WITHOUT_ORIGIN",
      `${event.name} concerns ${what}, which was never made.`,
      event.place,
    );
  }
}
