// SPDX-License-Identifier: GPL-3.0-or-later
import type { Problem } from "../../operate/status.ts";
import type { Database } from "../../store/index.ts";
import type { ClaimRow, PolicyRow } from "./claimRows.ts";

/** How the claims of one policy are doing. Times are Unix seconds. No readings. */
export type PolicyState = {
  readonly policy: string;
  readonly program: string;
  readonly person: string;
  readonly periods: number;
  /** The period that runs, and when it ends; undefined when all are over. */
  readonly running: { readonly period: number; readonly end: number } | undefined;
  /** Claims by state, of periods that are over. */
  readonly claims: Readonly<Partial<Record<ClaimRow["state"], number>>>;
  /** Claims that have not ended, and the latest that have. */
  readonly latest: readonly {
    readonly period: number;
    readonly state: ClaimRow["state"];
    readonly reason: string | undefined;
    readonly hash: string | undefined;
    readonly closesAt: number | undefined;
    readonly changedAt: number;
  }[];
};

/** Claims of a policy that are shown one by one. */
const SHOWN = 10;
/** Seconds before a window closes at which a claim that is not on its way is a problem. */
const WARN = 3 * 86_400;
/** Seconds after which a claim that is on its way is a problem: the chain is slow, and not that slow. */
const ON_ITS_WAY = 3_600;
/** What a relayer says of a claim that it has, and that is not mined. */
const UNDER_WAY = "CONTRACT_CALL_FAILED";
const OPEN: readonly ClaimRow["state"][] = ["open", "ready", "proven", "sent", "settled"];
const SHOWN_OF = [
  "gateway_claim.policy",
  "period",
  "state",
  "reason",
  "hash",
  "closes_at",
  "changed_at",
] as const;

/** All policies that were found, in their order on the chain. What it reads is in indexes: a year of a ward has 365,000 claims. */
export function claimsState(database: Database): Promise<PolicyState[]> {
  return database.snapshot(async (queries) => {
    const policies = await queries.selectFrom("gateway_policy").selectAll().execute();
    const counts = await queries
      .selectFrom("gateway_claim")
      .select(({ fn }) => ["state", "policy", fn.countAll<number>().as("claims")])
      .groupBy(["state", "policy"])
      .execute();
    const open = await queries
      .selectFrom("gateway_claim")
      .select(SHOWN_OF)
      .where("state", "in", OPEN)
      .execute();
    const latest = await queries
      .selectFrom("gateway_policy")
      // SQLite keeps the order of a cross join: it would read every claim otherwise.
      .crossJoin("gateway_claim")
      .select(SHOWN_OF)
      .whereRef("gateway_claim.policy", "=", "gateway_policy.policy")
      .where(({ eb, ref }) => eb("period", ">=", eb(ref("next_period"), "-", SHOWN)))
      .where("state", "not in", OPEN)
      .execute();
    const countsOf = byPolicy(counts);
    const rowsOf = byPolicy([...open, ...latest]);
    return policies
      .sort((a, b) => (BigInt(a.policy) < BigInt(b.policy) ? -1 : 1))
      .map((policy) => ({
        ...summaryOf(policy),
        claims: Object.fromEntries(
          (countsOf.get(policy.policy) ?? []).map(({ state, claims }) => [state, Number(claims)]),
        ),
        latest: (rowsOf.get(policy.policy) ?? [])
          .sort((a, b) => b.period - a.period)
          .map(({ period, state, reason, hash, closes_at, changed_at }) => ({
            period,
            state,
            reason: reason ?? undefined,
            hash: hash ?? undefined,
            closesAt: closes_at ?? undefined,
            changedAt: changed_at,
          })),
      }));
  });
}

function byPolicy<Row extends { readonly policy: string }>(rows: readonly Row[]): Map<string, Row[]> {
  return Map.groupBy(rows, ({ policy }) => policy);
}

function summaryOf({ policy, program, person, periods, next_period, next_end }: PolicyRow) {
  const running = next_end === null ? undefined : { period: next_period, end: next_end };
  return { policy, program, person, periods, running };
}

const ADVICE: Readonly<Record<string, string>> = {
  "no-active-consent":
    "The patient has to consent to the insurer again, in the app or with `vitalproof consent grant`.",
  "not-anchored": "The attester has not written the day's root yet. If its time is over, ask the attester.",
  "circuit-blocked":
    "The circuit is suspended or forged. Wait until it is clear with what claims are proven.",
  "circuit-not-in-force": "No circuit is in force for the period. Ask the insurer.",
  paused: "The contract is paused. The window is longer by that time.",
  LOG_EPOCH_MISSING: "This gateway has not sealed all of the period. Nothing can fill it.",
  LOG_MISMATCH:
    "The person's log begins at another time of day, or has another attester, than the program wants.",
  ANCHOR_LEAF_UNKNOWN: "The attester's day does not have this log's epoch. Ask the attester.",
  ANCHOR_PATH_INVALID:
    "The day was corrected. Ask the attester whether its paths are those of the correction.",
  SERVICE_UNREACHABLE: "The attester or the relayer does not answer. Check the network and its address.",
  NOT_ALLOWED: "The attester or the relayer refuses this gateway. Check its token.",
};

/** What is wrong with claims, and what to do. @param now Unix seconds */
export function claimProblems(policies: readonly PolicyState[], now: number): Problem[] {
  return policies.flatMap(({ policy, person, latest }) =>
    latest.flatMap(({ period, state, reason, closesAt, changedAt }): Problem[] => {
      const name = `Period ${period} of policy ${policy} (${person})`;
      const because = reason === undefined ? "" : `: ${reason}`;
      const todo = ADVICE[reason ?? ""] ?? "The log says more. It is tried again on its own.";
      if (state === "refused")
        return [
          {
            what: `${name} was refused${because}.`,
            todo: "Report this: a proof was made that the contract does not accept.",
          },
        ];
      if (state === "lapsed" && now - changedAt < WARN)
        return [{ what: `${name} was not claimed in time${because}.`, todo }];
      if (state === "sent" && (reason === undefined || reason === UNDER_WAY) && now - changedAt > ON_ITS_WAY)
        return [
          {
            what: `${name} is on its way for ${hours(now - changedAt)}.`,
            todo: "Look whether the relayer sends claims, or whether gateway.account has ether.",
          },
        ];
      if (!OPEN.includes(state) || state === "settled") return [];
      if (state === "sent" && (reason === undefined || reason === UNDER_WAY)) return [];
      const isNear = closesAt !== undefined && closesAt - now < WARN;
      if (isNear)
        return [{ what: `${name} has ${hours(closesAt - now)} left to be claimed${because}.`, todo }];
      return reason !== undefined && reason !== "not-anchored"
        ? [{ what: `${name} waits${because}.`, todo }]
        : [];
    }),
  );
}

function hours(seconds: number): string {
  return `${Math.max(0, Math.round(seconds / 3600))} h`;
}
