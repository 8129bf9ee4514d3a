// SPDX-License-Identifier: GPL-3.0-or-later
import { epochStart, profileOf, unpackTerms } from "@vitalproof/sdk";
import type { Span } from "../words/format.ts";
import type { ClaimRow, PolicyRow, ProgramRow } from "./ledger.ts";

type Policy = Pick<PolicyRow, "firstEpoch" | "periods">;

/**
 * When a period begins and ends, as `periodTimes` of the contract.
 * @throws INVALID_ARGUMENT for terms of a newer version
 */
export function periodTimes(
  { terms }: Pick<ProgramRow, "terms">,
  { firstEpoch }: Policy,
  period: number,
): Span {
  const { profile, offset, epochs } = unpackTerms(terms);
  const epoch = firstEpoch + period * epochs;
  const of = (each: number) => epochStart(profileOf(profile), offset, each);
  return { start: of(epoch), end: of(epoch + epochs), offset };
}

/** When a period begins and ends; undefined where the terms are of a newer version than this page. */
export function spanOf(
  program: Pick<ProgramRow, "terms">,
  policy: Policy | undefined,
  period: number,
): Span | undefined {
  try {
    return policy === undefined ? undefined : periodTimes(program, policy, period);
  } catch {
    return undefined;
  }
}

/**
 * Periods of a policy that have begun, which it keeps when it is ended.
 * @param now Unix seconds
 */
export function begunPeriods(program: Pick<ProgramRow, "terms">, policy: Policy, now: number): number {
  const { start, end } = periodTimes(program, policy, 0);
  return now < start ? 0 : Math.min(policy.periods, Math.floor((now - start) / (end - start)) + 1);
}

/**
 * Periods that are over and about which nothing happened, ascending: the ones that may be released once their window is
 * over, which the contract knows (`windowOf`).
 * @param claims of the policy
 */
export function unclaimedPeriods(
  program: Pick<ProgramRow, "terms">,
  policy: Policy,
  claims: readonly Pick<ClaimRow, "period">[],
  now: number,
): number[] {
  const touched = new Set(claims.map(({ period }) => period));
  const begun = begunPeriods(program, policy, now);
  const last = begun > 0 && periodTimes(program, policy, begun - 1).end > now ? begun - 1 : begun;
  return Array.from({ length: last }, (_, period) => period).filter((period) => !touched.has(period));
}

/** Periods side by side: `from` to before `until`. */
export type PeriodRun = { readonly from: number; readonly until: number };

/** Periods, ascending, as runs of neighbours. */
export function runsOf(periods: readonly number[]): PeriodRun[] {
  const runs: { from: number; until: number }[] = [];
  for (const period of periods) {
    const last = runs.at(-1);
    if (last?.until === period) last.until = period + 1;
    else runs.push({ from: period, until: period + 1 });
  }
  return runs;
}
