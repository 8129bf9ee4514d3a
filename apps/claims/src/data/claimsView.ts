// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY, plainNumber } from "@vitalproof/sdk";
import type { TokenConfig } from "../config/config.ts";
import { isoTime } from "../words/amounts.ts";
import { type Cost, costKey } from "./costs.ts";
import { toCsv, toJson } from "./csv.ts";
import type { ClaimRow, ClaimState, Moment, ProgramRow } from "./ledger.ts";

/** What is asked of a list of claims; everything left out is not asked. */
export type ClaimFilter = {
  readonly state?: ClaimState | undefined;
  readonly policy?: bigint | undefined;
  /** UTC days as `YYYY-MM-DD`, both included, of when a claim was verified, or a period released. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

/** When a claim was verified; of a period that was released unclaimed, when that was. */
export function timeOf({ settled, last }: Pick<ClaimRow, "settled" | "last">): number {
  return (settled ?? last).time;
}

export function filterClaims(claims: readonly ClaimRow[], filter: ClaimFilter): ClaimRow[] {
  const from = filter.from === undefined ? Number.NEGATIVE_INFINITY : startOf(filter.from);
  const before = filter.to === undefined ? Number.POSITIVE_INFINITY : startOf(filter.to) + DAY;
  return claims.filter(
    (claim) =>
      (filter.state === undefined || claim.state === filter.state) &&
      (filter.policy === undefined || claim.policy === filter.policy) &&
      timeOf(claim) >= from &&
      timeOf(claim) < before,
  );
}

function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 1000;
}

/** What a file about a program's claims needs. */
export type ClaimFile = {
  readonly program: Pick<ProgramRow, "id" | "benefit" | "token">;
  readonly token: TokenConfig;
  /** In the chain's currency. */
  readonly currency: { readonly symbol: string; readonly decimals: number };
  /** Costs by `costKey`; cells of what is not known stay empty. */
  readonly costs: ReadonlyMap<string, Cost>;
};

/** All of `claims` as CSV, one row each. Times are ISO 8601 in UTC, amounts whole tokens without groups. */
export function claimsCsv(
  claims: readonly ClaimRow[],
  { program, token, currency, costs }: ClaimFile,
): string {
  const header = [
    "policy",
    "period",
    "state",
    "benefit",
    "token",
    "verified",
    "last_change",
    "block",
    "transaction",
    "reason",
    "gas",
    `cost_${currency.symbol.toLowerCase()}`,
  ];
  const benefit = plainNumber(program.benefit, token.decimals);
  const rows = claims.map((claim) => {
    const cost = costOf(claim.settled, costs);
    return [
      claim.policy,
      claim.period,
      claim.state,
      benefit,
      token.symbol,
      claim.settled === undefined ? "" : isoTime(claim.settled.time),
      isoTime(claim.last.time),
      claim.last.block,
      claim.last.hash,
      claim.reason ?? "",
      cost?.gas ?? "",
      cost === undefined ? "" : plainNumber(cost.fee, currency.decimals),
    ];
  });
  return toCsv(header, rows);
}

/** As `claimsCsv`, with amounts in smallest units. */
export function claimsJson(claims: readonly ClaimRow[], { program, costs }: ClaimFile): string {
  return toJson({
    program: program.id,
    token: program.token,
    benefit: program.benefit,
    claims: claims.map((claim) => {
      const cost = costOf(claim.settled, costs);
      return cost === undefined ? claim : { ...claim, cost };
    }),
  });
}

/** The cost of what was settled then, if it is known. */
export function costOf(settled: Moment | undefined, costs: ReadonlyMap<string, Cost>): Cost | undefined {
  return settled === undefined ? undefined : costs.get(costKey(settled));
}
