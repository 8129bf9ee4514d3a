// SPDX-License-Identifier: GPL-3.0-or-later
import { PERIOD_STATES, type PeriodState } from "@vitalproof/sdk";
import { type Result, ZeroHash } from "ethers";
import { lastDayOf } from "../claims/rules.ts";
import type { PolicyState } from "../claims/types.ts";
import { inParallel } from "../parallel.ts";
import { compare, fields, type ViewContext } from "./compare.ts";

/** States in which a period's benefit is reserved no more. */
const CLOSED: readonly PeriodState[] = ["credited", "denied", "released"];

export async function checkCounts(context: ViewContext): Promise<void> {
  const { claims, scopes, custody, healthLedger } = context;
  for (const [contract, name, expected] of [
    ["scopes", "scopeCount", scopes.scopes.size],
    ["claims", "programCount", claims.programs.size],
    ["claims", "policyCount", claims.policies.size],
    ["custody", "escrowCount", custody.escrows.size],
    ["ledger", "pageCount", healthLedger.pages.size],
  ] as const) {
    await compare(context, contract, name, [], "VIEW_COUNT_DISAGREES", {}, (result) => [
      [name, result[0], BigInt(expected)],
    ]);
  }
}

export async function checkProgram(context: ViewContext): Promise<void> {
  const { program } = context;
  const expected = {
    terms: program.terms,
    offerHash: program.offerHash,
    circuit: program.circuit,
    insurer: program.insurer,
    scope: program.scope,
    group: program.group,
    claimWindow: program.claimWindow,
    benefit: program.benefit,
    epochSeconds: program.epochSeconds,
    reviewTime: program.reviewTime,
    escrow: program.escrow,
    arbiterTime: program.arbiterTime,
    arbiter: program.arbiter,
  };
  await compare(context, "claims", "program", [program.id], "VIEW_PROGRAM_DISAGREES", {}, (result) =>
    fields(result[0] as Result, expected, `program ${program.id}`),
  );
}

export async function checkPolicies(context: ViewContext): Promise<void> {
  const { claims, program } = context;
  const policies = [...claims.policies.values()].filter((policy) => policy.program === program.id);
  await inParallel(policies, async (policy) => {
    const { id } = policy;
    const place = { program: program.id, policy: id };
    const agrees = await compare(
      context,
      "claims",
      "policy",
      [id],
      "VIEW_POLICY_DISAGREES",
      place,
      (result) =>
        fields(
          result[0] as Result,
          {
            program: policy.program,
            holder: policy.holder,
            controller: policy.controller,
            payee: policy.payee,
            firstEpoch: policy.firstEpoch,
            periods: policy.periods,
            reserved: policy.reserved,
            owed: policy.owed,
            paid: policy.paid,
            previous: policy.previous,
          },
          `policy ${id}`,
        ),
    );
    // The counters stand for all periods. If they disagree, or do not add up to the periods that are known to be closed,
    // every period is asked, to name the one.
    const inside = [...policy.byPeriod].filter(([period]) => period < policy.periods);
    const closed = inside.filter(([, { state }]) => CLOSED.includes(state)).length;
    const periods =
      agrees && closed === policy.periods - policy.reserved
        ? inside.map(([period]) => period)
        : Array.from({ length: Math.min(policy.periods, 10_000) }, (_, period) => period);
    await checkPeriods(context, policy, periods);
  });
}

async function checkPeriods(
  context: ViewContext,
  policy: PolicyState,
  periods: readonly number[],
): Promise<void> {
  await inParallel(periods, async (period) => {
    const { state, until } = context.claims.periodOf(policy, period);
    await compare(
      context,
      "claims",
      "periodOf",
      [policy.id, period],
      "VIEW_PERIOD_DISAGREES",
      { program: context.program.id, policy: policy.id, period },
      (result) => [
        [
          `state of period ${period} of policy ${policy.id}`,
          PERIOD_STATES[Number(result[0])] ?? result[0],
          state,
        ],
        [`deadline of period ${period} of policy ${policy.id}`, result[1], BigInt(until)],
      ],
    );
  });
}

/** Windows of the periods that are over, one of each day and base circuit: these are the same for all policies. */
export async function checkWindows(context: ViewContext): Promise<void> {
  const { claims, program, circuits, anchors, now } = context;
  const asked = new Map<string, { policy: PolicyState; period: number; start: number; day: number }>();
  for (const policy of claims.policies.values()) {
    if (policy.program !== program.id) continue;
    for (let period = 0; period < policy.periods; period++) {
      const start = claims.startOf(program, policy, period);
      const end = claims.startOf(program, policy, period + 1);
      if (end > now) break;
      const day = lastDayOf(end);
      const key = `${day}/${circuits.turns.baseAt(program.circuit, start)?.id ?? ""}`;
      if (!asked.has(key)) asked.set(key, { policy, period, start, day });
    }
  }
  await inParallel([...asked.values()], async ({ policy, period, start, day }) => {
    const anchor = anchors.inForce(program.group, day);
    const window = anchor === undefined ? undefined : claims.window(program, start, anchor.writtenAt, now);
    await compare(
      context,
      "claims",
      "windowOf",
      [policy.id, period],
      "VIEW_WINDOW_DISAGREES",
      { program: program.id, policy: policy.id, period },
      (result) =>
        fields(
          result[0] as Result,
          {
            openedAt: anchor?.writtenAt ?? 0,
            closesAt: window?.closes ?? 0,
            releasableFrom: claims.releasableFrom(program, policy, period, now),
            circuit: window?.settling.applied?.id ?? ZeroHash,
          },
          `the window of period ${period} of policy ${policy.id}`,
        ),
    );
  });
}
