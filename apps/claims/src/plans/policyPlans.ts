// SPDX-License-Identifier: GPL-3.0-or-later
import { formatAmount } from "@vitalproof/sdk";
//
// What an insurer, an arbiter or anyone can do with a policy and its claims.
import type { Config, TokenConfig } from "../config/config.ts";
import type { ClaimRow, PolicyRow, ProgramRow } from "../data/ledger.ts";
import type { PeriodRun } from "../data/periods.ts";
import { counted, dateTime } from "../words/format.ts";
import type { Fact, Plan } from "./plan.ts";
import { claimsStep } from "./steps.ts";

/** Runs of periods that are released in one go: each is a transaction to sign. */
export const RELEASES = 20;

type Claim = Pick<ClaimRow, "policy" | "period" | "state">;

function claimFacts({ policy, period }: Pick<Claim, "policy" | "period">): Fact[] {
  return [
    ["Policy", String(policy)],
    ["Period", String(period)],
  ];
}

export function approvePlan(config: Config, token: TokenConfig, claim: Claim, benefit: bigint): Plan {
  const { policy, period, state } = claim;
  return {
    title: `Approve the claim for period ${period} of policy ${policy}`,
    says: [
      `${formatAmount(benefit, token)} is credited to the policy, and anyone can pay it out.`,
      ...(state === "rejected" ? ["The rejection is withdrawn. The arbiter has nothing to decide."] : []),
    ],
    facts: [...claimFacts(claim), ["Benefit", formatAmount(benefit, token)]],
    fixed: ["An approval cannot be withdrawn."],
    unit: token,
    steps: [
      claimsStep(
        config,
        "Approve the claim",
        "approveClaim",
        () => [policy, period],
        (client) => client.approveClaim(policy, period),
      ),
    ],
  };
}

/** @param reason public */
export function rejectPlan(
  config: Config,
  { policy, period }: Claim,
  { arbiterTime }: Pick<ProgramRow, "arbiterTime">,
  reason: string,
  now: number,
): Plan {
  return {
    title: `Reject the claim for period ${period} of policy ${policy}`,
    says: [
      `The benefit stays reserved while the arbiter decides, until about ${dateTime(now + arbiterTime)}.`,
      "If the arbiter is silent until then, anyone can have it credited.",
      `The reason is permanently public: ${reason}`,
    ],
    facts: [...claimFacts({ policy, period }), ["Reason", reason]],
    steps: [
      claimsStep(
        config,
        "Reject the claim",
        "rejectClaim",
        () => [policy, period, reason],
        (client) => client.rejectClaim(policy, period, reason),
      ),
    ],
  };
}

/** @param reason public; the contract keeps it of a denial only */
export function arbitratePlan(
  config: Config,
  token: TokenConfig,
  { policy, period }: Claim,
  benefit: bigint,
  pays: boolean,
  reason: string,
): Plan {
  const amount = formatAmount(benefit, token);
  return {
    title: `${pays ? "Decide for" : "Deny"} the claim for period ${period} of policy ${policy}`,
    says: pays
      ? [`${amount} is credited to the policy, and anyone can pay it out.`, "This is final."]
      : [
          `${amount} returns to the program's free money, and the period is never paid.`,
          "This is final.",
          `The reason is permanently public: ${reason}`,
        ],
    facts: [
      ...claimFacts({ policy, period }),
      ["Decision", pays ? "The claim is paid" : "The claim is denied"],
      ["Benefit", amount],
      ...(reason === "" ? [] : [["Reason", reason] as const]),
    ],
    unit: token,
    steps: [
      claimsStep(
        config,
        pays ? "Decide for the claim" : "Deny the claim",
        "arbitrate",
        () => [policy, period, pays, reason],
        (client) => client.arbitrate(policy, period, pays, reason),
      ),
    ],
  };
}

/** @param ending periods that are kept and freed if it happens now */
export function endPlan(
  config: Config,
  token: TokenConfig,
  { id }: Pick<PolicyRow, "id">,
  benefit: bigint,
  { kept, freed }: { kept: number; freed: number },
): Plan {
  return {
    title: `End policy ${id}`,
    says: [
      `${counted(freed, "period")} that ${freed === 1 ? "has" : "have"} not begun ${freed === 1 ? "is" : "are"} taken off; ${formatAmount(benefit * BigInt(freed), token)} become free again.`,
      kept === 0
        ? "No period has begun, so nothing is left to claim."
        : `${counted(kept, "period")} that ${kept === 1 ? "has" : "have"} begun ${kept === 1 ? "stays" : "stay"} covered and can still be claimed.`,
      "It cannot be undone.",
    ],
    facts: [
      ["Policy", String(id)],
      ["Periods that stay", String(kept)],
      ["Periods taken off", String(freed)],
    ],
    unit: token,
    steps: [
      claimsStep(
        config,
        `End policy ${id}`,
        "endPolicy",
        () => [id],
        (client) => client.endPolicy(id),
      ),
    ],
  };
}

/** @param runs of periods whose windows are over, at most `RELEASES` */
export function releasePlan(
  config: Config,
  token: TokenConfig,
  { id }: Pick<PolicyRow, "id">,
  benefit: bigint,
  runs: readonly PeriodRun[],
): Plan {
  const count = runs.reduce((sum, { from, until }) => sum + until - from, 0);
  const amount = formatAmount(benefit * BigInt(count), token);
  return {
    title: `Release ${counted(count, "period")} of policy ${id}`,
    says: [
      `${amount} return to the program's free money.`,
      "Nobody claimed in time, and nobody can any more.",
      ...(runs.length > 1 ? ["Periods side by side are one transaction."] : []),
    ],
    facts: [
      ["Policy", String(id)],
      ["Periods", runs.map(runName).join(", ")],
      ["Amount", amount],
    ],
    unit: token,
    steps: runs.map((run) =>
      claimsStep(
        config,
        `Release ${run.until - run.from === 1 ? "period" : "periods"} ${runName(run)}`,
        "releasePeriods",
        () => [id, run.from, run.until],
        (client) => client.releasePeriods(id, run.from, run.until),
      ),
    ),
  };
}

function runName({ from, until }: PeriodRun): string {
  return until - from === 1 ? String(from) : `${from} to ${until - 1}`;
}

/** @param payee account that receives it */
export function payPlan(
  config: Config,
  token: TokenConfig,
  { id, owed }: Pick<PolicyRow, "id" | "owed">,
  benefit: bigint,
  payee: string,
): Plan {
  const amount = formatAmount(benefit * BigInt(owed), token);
  let sent = amount;
  return {
    title: `Pay out policy ${id}`,
    says: [
      `${amount}, the benefit of ${counted(owed, "period")}, go to ${payee}.`,
      "Anyone may do this. You pay the gas only.",
    ],
    facts: [
      ["Policy", String(id)],
      ["Amount", amount],
      ["Token", `${token.symbol}, ${token.address}`],
      ["Payee", payee],
    ],
    unit: token,
    steps: [
      claimsStep(
        config,
        `Pay ${amount}`,
        "pay",
        () => [id],
        async (client) => {
          const paid = await client.pay(id);
          sent = formatAmount(paid.result, token);
          return paid;
        },
      ),
    ],
    done: () => ({ text: `${sent} were paid out.` }),
  };
}
