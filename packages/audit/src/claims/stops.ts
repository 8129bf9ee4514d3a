// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY } from "@vitalproof/sdk";
import type { ChainEvent } from "../events.ts";
import type { ClaimsState } from "./state.ts";

const PAUSE_TIME = 3 * DAY;

export function paused(state: ClaimsState, event: ChainEvent): void {
  const until = event.number("until");
  const last = state.pauses.lastEnd();
  const tooSoon = last !== 0 && event.time < last + state.context.pauseCooldown;
  if (until !== event.time + PAUSE_TIME || tooSoon) {
    state.context.findings.add(
      "PAUSE_WRONG",
      `A pause began at ${event.time} until ${until}; it lasts ${PAUSE_TIME} s, and the last one ended at ${last}.`,
      event.place,
    );
  }
  state.pauses.begin(event.time, until, event.text("reason"));
}

export function resumed(state: ClaimsState, event: ChainEvent): void {
  if (state.pauses.runningUntil(event.time) === 0) {
    state.context.findings.add(
      "PAUSE_WRONG",
      `A pause was ended at ${event.time}, when there was none.`,
      event.place,
    );
  }
  state.pauses.setEnd(event.time);
}
