// SPDX-License-Identifier: GPL-3.0-or-later
import type { ChainEvent } from "../events.ts";
import { settled } from "./claims.ts";
import { escrowFunded, escrowOpened, escrowWithdrawn } from "./money.ts";
import { ended, issued, paid, redirected } from "./policies.ts";
import { programCreated } from "./programs.ts";
import { released } from "./releases.ts";
import { credited, denied, rejected } from "./reviews.ts";
import type { ClaimsState } from "./state.ts";

const ACTIONS: Readonly<Record<string, (state: ClaimsState, event: ChainEvent) => void>> = {
  ProgramCreated: programCreated,
  PolicyIssued: issued,
  PolicyEnded: ended,
  PayeeChanged: redirected,
  ClaimSettled: settled,
  ClaimRejected: rejected,
  ClaimCredited: credited,
  ClaimDenied: denied,
  PeriodsReleased: released,
  PolicyPaid: paid,
  EscrowOpened: escrowOpened,
  EscrowFunded: escrowFunded,
  EscrowWithdrawn: escrowWithdrawn,
};

/** One event of ClaimsPayout or of Custody, every rule executed again at the moment at which it applied. */
export function applyToClaims(state: ClaimsState, event: ChainEvent): void {
  ACTIONS[event.name]?.(state, event);
}
