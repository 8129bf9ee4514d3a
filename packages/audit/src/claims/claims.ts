// SPDX-License-Identifier: GPL-3.0-or-later
import type { CircuitState } from "../circuits/types.ts";
import { consentOf } from "../consentSources.ts";
import type { ChainEvent } from "../events.ts";
import { lastDayOf, withFirstEpoch } from "./rules.ts";
import type { ClaimsState } from "./state.ts";
import type { ClaimState, PolicyState, ProgramState } from "./types.ts";

export function settled(state: ClaimsState, event: ChainEvent): void {
  const found = state.policy(event);
  if (found === undefined) return;
  const { policy, program } = found;
  const period = event.number("period");
  const place = { ...event.place, program: program.id, policy: policy.id, period };
  const find = state.context.findings;
  if (period >= policy.periods) {
    find.add(
      "CLAIM_PERIOD_UNKNOWN",
      `A claim was settled for period ${period} of policy ${policy.id}, which has ${policy.periods}.`,
      place,
    );
  }
  const record = state.periodOf(policy, period);
  if (record.state !== "open") {
    find.add(
      "CLAIM_TWICE",
      `A claim was settled for period ${period} of policy ${policy.id}, which was ${record.state} by then.`,
      place,
    );
  }
  const pausedUntil = state.context.pauses.pausedUntil(event.time);
  if (pausedUntil !== 0) {
    find.add(
      "CLAIM_WHILE_PAUSED",
      `A claim of policy ${policy.id} was settled at ${event.time}, in a pause until ${pausedUntil}.`,
      place,
    );
  }
  const claim = rebuild(state, event, program, policy, period);
  checkConsent(state, event, program, policy, claim);
  record.claim = claim;
  const reviewUntil = event.number("reviewUntil");
  const expected = program.reviewTime === 0 ? 0 : event.time + program.reviewTime;
  if (reviewUntil !== expected) {
    find.add(
      "CLAIM_REVIEW_TIME_WRONG",
      `The claim for period ${period} of policy ${policy.id} is under review until ${reviewUntil}; the program's review gives ${expected}.`,
      place,
    );
  }
  if (program.reviewTime === 0) state.credit(policy, program, record, event, undefined);
  else {
    record.state = "under-review";
    record.until = reviewUntil;
  }
  policy.byPeriod.set(period, record);
  state.claims.push(claim);
  state.note(event, program);
}

/** What the claim had to prove and whether it could be made then, from anchors, circuits and policy alone. */
function rebuild(
  state: ClaimsState,
  event: ChainEvent,
  program: ProgramState,
  policy: PolicyState,
  period: number,
): ClaimState {
  const { anchors, findings } = state.context;
  const now = event.time;
  const start = state.startOf(program, policy, period);
  const end = start + program.epochs * program.epochSeconds;
  const anchorDay = lastDayOf(end);
  const anchor = anchors.inForce(program.group, anchorDay);
  const rootInEvent = event.big("anchorRoot");
  const circuit = event.hex("circuitId");
  const place = { ...event.place, program: program.id, policy: policy.id, period };
  const what = `The claim for period ${period} of policy ${policy.id}`;
  if (now < end) {
    findings.add("CLAIM_PERIOD_NOT_OVER", `${what} was settled at ${now}; the period ends at ${end}.`, place);
  }
  let applied: CircuitState | undefined;
  let windowClosed = 0;
  if (anchor === undefined) {
    findings.add(
      "CLAIM_NOT_ANCHORED",
      `${what} was settled when day ${anchorDay} of group ${program.group} had no anchor.`,
      { ...place, day: anchorDay },
    );
  } else {
    if (anchor.root !== rootInEvent) {
      findings.add(
        "CLAIM_ROOT_MISMATCH",
        `${what} was settled against root ${rootInEvent}; in force for day ${anchorDay} was ${anchor.root}.`,
        { ...place, day: anchorDay },
      );
    }
    const window = state.window(program, start, anchor.writtenAt, now);
    windowClosed = window.closes;
    applied = window.settling.applied;
    if (now >= window.closes) {
      findings.add(
        "CLAIM_WINDOW_CLOSED",
        `${what} was settled at ${now}; its window closed at ${window.closes}.`,
        place,
      );
    }
    if (applied?.id !== circuit) {
      findings.add(
        "CLAIM_CIRCUIT_MISMATCH",
        `${what} was settled under circuit ${circuit}; in force for it was ${applied?.id ?? "none"}.`,
        { ...place, circuit },
      );
    }
    if (applied !== undefined && window.settling.blockedUntil !== 0) {
      findings.add(
        "CLAIM_CIRCUIT_BLOCKED",
        `${what} was settled at ${now}, while its circuit was suspended or exposed (until ${window.settling.blockedUntil}).`,
        { ...place, circuit },
      );
    }
  }
  return {
    policy: policy.id,
    period,
    start,
    end,
    anchorDay,
    settledAt: now,
    block: event.log.blockNumber,
    transaction: event.log.transactionHash,
    circuit,
    rootInEvent,
    consent: event.hex("consentId"),
    inputs: [
      policy.holder,
      anchor?.root ?? 0n,
      withFirstEpoch(program.terms, policy.firstEpoch + period * program.epochs),
      state.context.scopes.elementOf(program.scope),
    ],
    verificationKeyHash: applied?.verificationKeyHash,
    verifier: applied?.verifier,
    windowClosed,
    reviewUntil: event.number("reviewUntil"),
    rejection: undefined,
    credited: undefined,
    denial: undefined,
    paid: undefined,
    proof: "not-checked",
  };
}

function checkConsent(
  state: ClaimsState,
  event: ChainEvent,
  program: ProgramState,
  policy: PolicyState,
  claim: ClaimState,
): void {
  const find = state.context.findings;
  const place = {
    ...event.place,
    program: program.id,
    policy: policy.id,
    period: claim.period,
    consent: claim.consent,
  };
  const what = `The claim for period ${claim.period} of policy ${policy.id}`;
  const record = consentOf(state.context, claim.consent);
  if (record === undefined) {
    find.add("CLAIM_CONSENT_UNKNOWN", `${what} rests on consent ${claim.consent}, which nobody gave.`, place);
    return;
  }
  record.claims.push({ policy: policy.id, period: claim.period });
  const { patient, grantee, purpose, program: of, from, until } = record.consent;
  const wrong = [
    ...(patient === policy.controller
      ? []
      : [`given by ${patient}, not by the controller ${policy.controller}`]),
    ...(grantee === program.insurer ? [] : [`given to ${grantee}, not to the insurer ${program.insurer}`]),
    ...(purpose === state.purpose ? [] : ["given for another purpose"]),
    ...(of === program.id ? [] : [`given for program ${of}`]),
  ];
  if (wrong.length > 0) {
    find.add("CLAIM_CONSENT_OF_ANOTHER_MATTER", `${what} rests on a consent ${wrong.join(", ")}.`, place);
  }
  if (event.time < from || event.time >= until) {
    find.add(
      "CLAIM_CONSENT_NOT_ACTIVE",
      `${what} was settled at ${event.time}; its consent is active from ${from} until ${until}.`,
      place,
    );
  }
  if (record.revokedAt !== undefined) {
    find.add(
      "CLAIM_CONSENT_REVOKED",
      `${what} was settled at ${event.time} under a consent revoked at ${record.revokedAt}.`,
      place,
    );
  }
}
