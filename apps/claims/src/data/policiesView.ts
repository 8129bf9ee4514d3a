// SPDX-License-Identifier: GPL-3.0-or-later
import { plainNumber } from "@vitalproof/sdk";
import { ZeroAddress } from "ethers";
import type { TokenConfig } from "../config/config.ts";
import { isoTime } from "../words/amounts.ts";
import { toCsv, toJson } from "./csv.ts";
import type { PolicyRow, ProgramRow } from "./ledger.ts";

/** Which policies are asked for, and what that is called. */
export const POLICY_KINDS = [
  ["all", "All policies"],
  ["reserving", "With money reserved"],
  ["owed", "With money owed"],
  ["ended", "Ended"],
] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number][0];

export function filterPolicies(policies: readonly PolicyRow[], kind: PolicyKind): readonly PolicyRow[] {
  switch (kind) {
    case "all":
      return policies;
    case "reserving":
      return policies.filter(({ reserved }) => reserved > 0);
    case "owed":
      return policies.filter(({ owed }) => owed > 0);
    case "ended":
      return policies.filter(({ ended }) => ended !== undefined);
  }
}

/** Whether a payee means the policy's controller. */
export function isOwnPayee(payee: string): boolean {
  return payee === ZeroAddress;
}

/** All of `policies` as CSV, one row each. Times are ISO 8601 in UTC, amounts whole tokens without groups. */
export function policiesCsv(
  policies: readonly PolicyRow[],
  { benefit }: ProgramRow,
  token: TokenConfig,
): string {
  const amount = (periods: number) => plainNumber(BigInt(periods) * benefit, token.decimals);
  const header = [
    "policy",
    "controller",
    "payee",
    "periods",
    "reserved",
    "owed",
    "paid",
    "token",
    "issued",
    "ended",
  ];
  const rows = policies.map((policy) => [
    policy.id,
    policy.controller,
    isOwnPayee(policy.payee) ? policy.controller : policy.payee,
    policy.periods,
    amount(policy.reserved),
    amount(policy.owed),
    amount(policy.paid),
    token.symbol,
    isoTime(policy.issued.time),
    policy.ended === undefined ? "" : isoTime(policy.ended.time),
  ]);
  return toCsv(header, rows);
}

/** `reserved`, `owed` and `paid` are numbers of periods, `benefit` is in smallest units. */
export function policiesJson(policies: readonly PolicyRow[], { id, token, benefit }: ProgramRow): string {
  return toJson({ program: id, token, benefit, policies });
}
