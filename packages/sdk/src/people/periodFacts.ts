// SPDX-License-Identifier: GPL-3.0-or-later
import type { PeriodState } from "../claimStates.ts";
import type { ClaimsClient } from "../clients/claims.ts";

/** What the chain says of one period of a policy. */
export type PeriodFacts = {
  readonly state: PeriodState;
  /** End of a review or of the arbiter's time; 0 for none. */
  readonly until: number;
  readonly anchorDay: number;
  /** Root that a claim is verified against now; 0 before the anchor. */
  readonly anchorRoot: bigint;
  /** Id of the circuit with which a claim has to be proven now; zero bytes where none is in force. */
  readonly circuit: string;
  /** First second at which it can no longer be claimed; 0 while the day is not anchored. */
  readonly closesAt: number;
  /** First second at which an unclaimed period's reserve becomes free, as things are now. */
  readonly releasableFrom: number;
};

export async function periodFacts(
  claims: Pick<ClaimsClient, "periodOf" | "windowOf" | "claimInputs" | "anchorDayOf">,
  policy: bigint,
  period: number,
): Promise<PeriodFacts> {
  const [{ state, until }, window, [, anchorRoot], anchorDay] = await Promise.all([
    claims.periodOf(policy, period),
    claims.windowOf(policy, period),
    claims.claimInputs(policy, period),
    claims.anchorDayOf(policy, period),
  ]);
  return {
    state,
    until,
    anchorDay,
    anchorRoot,
    circuit: window.circuit,
    closesAt: Number(window.closesAt),
    releasableFrom: Number(window.releasableFrom),
  };
}
