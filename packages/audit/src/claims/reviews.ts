// SPDX-License-Identifier: GPL-3.0-or-later
import type { ChainEvent } from "../events.ts";
import type { ClaimsState } from "./state.ts";

export function rejected(state: ClaimsState, event: ChainEvent): void {
  const found = state.period(event, ["under-review"]);
  if (found === undefined) return;
  const { policy, program, record, period } = found;
  const arbiterUntil = event.number("arbiterUntil");
  if (event.time >= record.until || arbiterUntil !== event.time + program.arbiterTime) {
    state.context.findings.add(
      "REVIEW_OUT_OF_TURN",
      `The claim for period ${period} of policy ${policy.id} was rejected at ${event.time}, with the arbiter's time until ${arbiterUntil}; the review lasted until ${record.until}.`,
      { ...event.place, program: program.id, policy: policy.id, period },
    );
  }
  record.state = "rejected";
  record.until = arbiterUntil;
  if (record.claim !== undefined) {
    record.claim.rejection = { time: event.time, reason: event.text("reason"), arbiterUntil };
  }
}

export function credited(state: ClaimsState, event: ChainEvent): void {
  const found = state.period(event, ["under-review", "rejected"]);
  if (found === undefined) return;
  const { policy, program, record, period } = found;
  const by = event.hex("by");
  const arbitrated = record.state === "rejected" && by === program.arbiter && event.time < record.until;
  if (by !== program.insurer && event.time < record.until && !arbitrated) {
    state.context.findings.add(
      "REVIEW_OUT_OF_TURN",
      `The claim for period ${period} of policy ${policy.id} was credited by ${by} at ${event.time}, who could not before ${record.until}.`,
      { ...event.place, program: program.id, policy: policy.id, period },
    );
  }
  state.credit(policy, program, record, event, by);
  policy.byPeriod.set(period, record);
  state.note(event, program);
}

export function denied(state: ClaimsState, event: ChainEvent): void {
  const found = state.period(event, ["rejected"]);
  if (found === undefined) return;
  const { policy, program, record, period } = found;
  if (event.time >= record.until) {
    state.context.findings.add(
      "REVIEW_OUT_OF_TURN",
      `The claim for period ${period} of policy ${policy.id} was denied at ${event.time}; the arbiter's time ended at ${record.until}, and silence pays.`,
      { ...event.place, program: program.id, policy: policy.id, period },
    );
  }
  if (record.claim !== undefined) record.claim.denial = { time: event.time, reason: event.text("reason") };
  record.state = "denied";
  record.until = 0;
  policy.reserved -= 1;
  state.free(program, 1);
  state.note(event, program);
}
