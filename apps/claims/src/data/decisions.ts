// SPDX-License-Identifier: GPL-3.0-or-later
//
// Who may do what, as ClaimsPayout.sol has it. What is said to be possible here is possible in a block of that time.
import { same } from "./addresses.ts";
import type { ClaimRow, PolicyRow, ProgramRow } from "./ledger.ts";
import { begunPeriods } from "./periods.ts";

/** What an account can do about a claim. */
export type Decisions = {
  readonly approve: boolean;
  readonly reject: boolean;
  /** To pay or to deny, as the arbiter. */
  readonly arbitrate: boolean;
  /** Unix seconds from which anyone may approve; undefined when there is nothing to decide. */
  readonly anybodyFrom: number | undefined;
};

const NOTHING: Decisions = { approve: false, reject: false, arbitrate: false, anybodyFrom: undefined };

/** @param now Unix seconds, the chain's */
export function decisionsOf(
  { state, until }: Pick<ClaimRow, "state" | "until">,
  { insurer, arbiter }: Pick<ProgramRow, "insurer" | "arbiter">,
  account: string | undefined,
  now: number,
): Decisions {
  if ((state !== "under-review" && state !== "rejected") || until === undefined) return NOTHING;
  const inTime = now < until;
  const mine = same(insurer, account);
  return {
    approve: account !== undefined && (mine || !inTime),
    reject: mine && inTime && state === "under-review",
    arbitrate: same(arbiter, account) && inTime && state === "rejected",
    anybodyFrom: until,
  };
}

/** Periods that ending a policy now keeps and frees; undefined when the account may not, or there is nothing to end. */
export function endingOf(
  policy: PolicyRow,
  program: ProgramRow,
  account: string | undefined,
  now: number,
): { kept: number; freed: number } | undefined {
  if (!same(program.insurer, account) && !same(policy.controller, account)) return undefined;
  const kept = begunPeriods(program, policy, now);
  return kept < policy.periods ? { kept, freed: policy.periods - kept } : undefined;
}
