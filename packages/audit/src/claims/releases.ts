// SPDX-License-Identifier: GPL-3.0-or-later
import type { ChainEvent } from "../events.ts";
import { lastDayOf } from "./rules.ts";
import type { ClaimsState } from "./state.ts";
import type { PolicyState, ProgramState } from "./types.ts";

export function released(state: ClaimsState, event: ChainEvent): void {
  const found = state.policy(event);
  if (found === undefined) return;
  const { policy, program } = found;
  const { findings } = state.context;
  const place = { ...event.place, program: program.id, policy: policy.id };
  const [from, until] = [event.number("from"), event.number("until")];
  if (from >= until || until > policy.periods) {
    findings.add(
      "RELEASE_RANGE_WRONG",
      `Periods ${from} to ${until - 1} of policy ${policy.id} were released, which has ${policy.periods}.`,
      place,
    );
  }
  const end = Math.min(until, policy.periods);
  checkTimes(state, event, program, policy, { from, end });
  let count = 0;
  for (let period = from; period < end; period++) {
    const record = state.periodOf(policy, period);
    if (record.state !== "open") continue;
    record.state = "released";
    policy.byPeriod.set(period, record);
    count++;
  }
  const said = event.number("released");
  if (count !== said || count === 0) {
    findings.add(
      "RELEASE_COUNT_WRONG",
      `${said} of the periods ${from} to ${until - 1} of policy ${policy.id} were released; ${count} of them were open.`,
      place,
    );
  }
  policy.reserved -= said;
  state.free(program, said);
  state.note(event, program);
}

/** None of the periods may be claimable any more, whatever their states. */
function checkTimes(
  state: ClaimsState,
  event: ChainEvent,
  program: ProgramState,
  policy: PolicyState,
  { from, end }: { from: number; end: number },
): void {
  const { turns } = state.context.circuits;
  // Periods with one day and one base circuit have one window.
  const seen = new Set<string>();
  for (let period = from; period < end; period++) {
    const start = state.startOf(program, policy, period);
    const day = lastDayOf(state.startOf(program, policy, period + 1));
    const key = `${day}/${turns.baseAt(program.circuit, start)?.id ?? ""}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const releasable = state.releasableFrom(program, policy, period, event.time);
    if (event.time >= releasable) continue;
    state.context.findings.add(
      "RELEASE_TOO_EARLY",
      `Period ${period} of policy ${policy.id} was released at ${event.time}; that was possible from ${releasable}.`,
      { ...event.place, program: program.id, policy: policy.id, period },
    );
  }
}
