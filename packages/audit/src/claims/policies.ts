// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress } from "ethers";
import type { ChainEvent } from "../events.ts";
import type { ClaimsState } from "./state.ts";
import type { PolicyState, ProgramState } from "./types.ts";

export function issued(state: ClaimsState, event: ChainEvent): void {
  const { findings, anchors, pauses } = state.context;
  const program = state.program(event);
  const id = event.big("policyId");
  state.context.findings.inSequence("Policy", id, state.policies.size, event.place);
  if (program === undefined) return;
  const place = { ...event.place, program: program.id, policy: id };
  const policy: PolicyState = {
    id,
    program: program.id,
    holder: event.big("holder"),
    controller: event.hex("controller"),
    payeeIssued: event.hex("payee"),
    payee: event.hex("payee"),
    firstEpoch: event.number("firstEpoch"),
    periodsIssued: event.number("periods"),
    periods: event.number("periods"),
    reserved: event.number("periods"),
    owed: 0,
    paid: 0,
    issuedAt: event.time,
    transaction: event.log.transactionHash,
    attestation: event.hex("attestation"),
    attester: anchors.groups.get(program.group)?.attester ?? ZeroAddress,
    previous: state.coverage.get(coverageKey(program, event.big("holder")))?.last ?? 0n,
    byPeriod: new Map(),
  };
  if (state.attestations.has(policy.attestation)) {
    findings.add(
      "POLICY_ATTESTATION_REUSED",
      `Policy ${id} was issued on an attestation that another policy had used.`,
      place,
    );
  }
  state.attestations.add(policy.attestation);
  cover(state, event, program, policy);
  checkCircuit(state, event, program, policy);
  state.requireIndependent(event, program, `Policy ${id} was issued`);
  const pausedUntil = pauses.pausedUntil(event.time);
  if (pausedUntil !== 0) {
    findings.add(
      "POLICY_WHILE_PAUSED",
      `Policy ${id} was issued at ${event.time}, in a pause until ${pausedUntil}.`,
      place,
    );
  }
  const reserve = BigInt(policy.periods) * program.benefit;
  if (reserve > program.ledger.free) {
    findings.add(
      "POLICY_RESERVE_EXCEEDS_FREE",
      `Policy ${id} reserves ${reserve}; in program ${program.id} ${program.ledger.free} were free.`,
      place,
    );
  }
  program.ledger.free -= reserve;
  program.ledger.reserved += reserve;
  state.policies.set(id, policy);
  state.note(event, program);
}

export function ended(state: ClaimsState, event: ChainEvent): void {
  const found = state.policy(event);
  if (found === undefined) return;
  const { policy, program } = found;
  const length = program.epochs * program.epochSeconds;
  const first = state.startOf(program, policy, 0);
  const begun = event.time < first ? 0 : Math.floor((event.time - first) / length) + 1;
  const kept = event.number("periods");
  const freed = event.number("freedPeriods");
  const by = event.hex("by");
  const allowed = by === policy.controller || by === program.insurer;
  if (!allowed || kept !== begun || freed !== policy.periods - begun || freed <= 0) {
    state.context.findings.add(
      "POLICY_END_WRONG",
      `Policy ${policy.id} was ended by ${by} with ${kept} periods kept and ${freed} freed; at ${event.time} ${begun} of ${policy.periods} had begun.`,
      { ...event.place, program: program.id, policy: policy.id },
    );
  }
  policy.periods = kept;
  policy.reserved -= freed;
  state.free(program, freed);
  uncover(state, program, policy.holder);
  state.note(event, program);
}

export function redirected(state: ClaimsState, event: ChainEvent): void {
  const found = state.policy(event);
  if (found !== undefined) found.policy.payee = event.hex("payee");
}

export function paid(state: ClaimsState, event: ChainEvent): void {
  const found = state.policy(event);
  if (found === undefined) return;
  const { policy, program } = found;
  const { findings, custodyAddress, transfers } = state.context;
  const periods = event.number("periods");
  const amount = event.big("amount");
  const payee = event.hex("payee");
  const place = { ...event.place, program: program.id, policy: policy.id };
  if (periods !== policy.owed) {
    findings.add(
      "PAYMENT_NOT_OWED",
      `Policy ${policy.id} was paid for ${periods} periods; ${policy.owed} were owed.`,
      place,
    );
  }
  if (amount !== BigInt(periods) * program.benefit) {
    findings.add(
      "PAYMENT_AMOUNT_WRONG",
      `Policy ${policy.id} was paid ${amount} for ${periods} periods of ${program.benefit}.`,
      place,
    );
  }
  if (payee !== state.payeeOf(policy)) {
    findings.add(
      "PAYMENT_TO_ANOTHER",
      `Policy ${policy.id} was paid to ${payee}; its payee was ${state.payeeOf(policy)}.`,
      place,
    );
  }
  const moved = { from: custodyAddress, to: payee, value: amount, as: "payment" } as const;
  if (state.isAudited(program) && !transfers.explain(event, moved)) {
    findings.add(
      "PAYMENT_WITHOUT_TRANSFER",
      `Policy ${policy.id} was paid ${amount} to ${payee}; the token moved no such amount in that transaction.`,
      { ...place, program: state.shown(program) },
    );
  }
  policy.owed -= periods;
  policy.paid += periods;
  program.ledger.owed -= amount;
  program.ledger.paid += amount;
  for (const { claim } of policy.byPeriod.values()) {
    if (claim?.credited === undefined || claim.paid !== undefined) continue;
    claim.paid = { time: event.time, payee, transaction: event.log.transactionHash };
  }
  state.note(event, program);
}

function cover(state: ClaimsState, event: ChainEvent, program: ProgramState, policy: PolicyState): void {
  const find = state.context.findings;
  const place = { ...event.place, program: program.id, policy: policy.id };
  const start = state.startOf(program, policy, 0);
  const end = state.startOf(program, policy, policy.periods);
  if (start <= event.time) {
    find.add(
      "POLICY_ALREADY_BEGUN",
      `Policy ${policy.id} was issued at ${event.time} for time from ${start} on.`,
      place,
    );
  }
  const key = coverageKey(program, policy.holder);
  const before = state.coverage.get(key)?.until ?? 0;
  if (start < before) {
    find.add(
      "POLICY_COVERAGE_OVERLAPS",
      `Policy ${policy.id} covers from ${start} on a holder who is covered until ${before} in scope ${program.scope}.`,
      place,
    );
  }
  state.coverage.set(key, { until: end, last: policy.id });
}

/** After a policy was ended: coverage ends with the latest policy that covers anything. */
function uncover(state: ClaimsState, program: ProgramState, holder: bigint): void {
  const key = coverageKey(program, holder);
  let last = state.policies.get(state.coverage.get(key)?.last ?? 0n);
  while (last !== undefined && last.periods === 0) last = state.policies.get(last.previous);
  const of = last === undefined ? undefined : state.programs.get(last.program);
  const until = last === undefined || of === undefined ? 0 : state.startOf(of, last, last.periods);
  state.coverage.set(key, { until, last: last?.id ?? 0n });
}

/** Nothing is sold for periods that no circuit would settle, nor under a circuit that is suspended. */
function checkCircuit(
  state: ClaimsState,
  event: ChainEvent,
  program: ProgramState,
  policy: PolicyState,
): void {
  const { findings, circuits } = state.context;
  const place = { ...event.place, program: program.id, policy: policy.id };
  const lastStart = state.startOf(program, policy, policy.periods - 1);
  const circuit = circuits.turns.inForceAt(program.circuit, lastStart);
  if (circuit === undefined) {
    findings.add(
      "PROGRAM_CIRCUIT_NOT_IN_FORCE",
      `Policy ${policy.id} covers a period from ${lastStart} on, for which no circuit was in force.`,
      place,
    );
    return;
  }
  const suspendedUntil = circuit.suspensions.runningUntil(event.time);
  if (suspendedUntil === 0) return;
  findings.add(
    "POLICY_CIRCUIT_SUSPENDED",
    `Policy ${policy.id} was issued at ${event.time} under circuit ${circuit.name}, which was suspended until ${suspendedUntil}.`,
    { ...place, circuit: circuit.id },
  );
}

function coverageKey(program: ProgramState, holder: bigint): string {
  return `${program.scope}/${holder}`;
}
