// SPDX-License-Identifier: GPL-3.0-or-later
import type { ChainEvent } from "../events.ts";
import { released, settled } from "./claims.ts";
import { ended, issued, paid, redirected } from "./policies.ts";
import { funded, programCreated, withdrawn } from "./programs.ts";
import { credited, denied, rejected } from "./reviews.ts";
import type { ClaimsState } from "./state.ts";
import { paused, resumed } from "./stops.ts";

const ACTIONS: Readonly<Record<string, (state: ClaimsState, event: ChainEvent) => void>> = {
  ProgramCreated: programCreated,
  ProgramFunded: funded,
  ProgramWithdrawn: withdrawn,
  PolicyIssued: issued,
  PolicyEnded: ended,
  PayeeChanged: redirected,
  ClaimSettled: settled,
  ClaimRejected: rejected,
  ClaimCredited: credited,
  ClaimDenied: denied,
  PeriodReleased: released,
  PolicyPaid: paid,
  Paused: paused,
  PauseEnded: resumed,
};

/** One event of ClaimsPayout, every rule executed again at the moment at which it applied. */
export function applyToClaims(state: ClaimsState, event: ChainEvent): void {
  ACTIONS[event.name]?.(state, event);
}
