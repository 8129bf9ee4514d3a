// SPDX-License-Identifier: GPL-3.0-or-later
//
// The whole story of docs/architecture.md on one chain: from a file of readings
// to a payment, and everything that must not work.
import type { BoundName, BoundResult, CheckResult, ProofOf, Terms } from "@vitalproof/sdk";
import { WHOLE } from "@vitalproof/sdk";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { showRefusals } from "./refusals.ts";
import type { Report } from "./report.ts";
import type { Scenario } from "./scenarios.ts";
import { type Period, type Stage, setStage, usd } from "./stage.ts";

export interface PeriodResult {
  readonly epoch: number;
  /** Local date, dates or time of the period. */
  readonly name: string;
  readonly valid: number;
  readonly inBand: number;
  readonly missing: number;
  /** inBand over all slots, in percent. */
  readonly share: number;
  /** The bound that the offer is about. */
  readonly bound: BoundName;
  readonly got: string;
  readonly needed: string;
  readonly holds: boolean;
  readonly outcome: "paid" | "refused";
  readonly reason?: string;
}

export interface StoryResult {
  readonly circuit: string;
  readonly periods: readonly PeriodResult[];
  readonly paid: string;
  readonly claims: number;
}

export async function tellStory(
  hre: HardhatRuntimeEnvironment,
  report: Report,
  scenario: Scenario,
): Promise<StoryResult> {
  const stage = await setStage(hre, report, scenario);
  const submit = ({ period }: Period, { proof }: ProofOf, consentId = stage.consent) =>
    stage.world
      .claimsAs(stage.world.roles.relayer)
      .submitClaim({ policy: stage.policy, period, consentId, proof });

  report.section("Claims");
  const good = stage.periods.filter(({ check }) => check.holds);
  const claim = (period: Period, proof: ProofOf, consentId?: string) =>
    report.step(`${period.name}: claim verified and credited`, async () => {
      const { gasUsed } = await submit(period, proof, consentId);
      return { value: undefined, gas: gasUsed, detail: `${usd(stage.insurer.benefit)} owed` };
    });
  // The last good period waits for the story of the revoked consent.
  const pending = good.at(-1);
  let claimed: { period: Period; proof: ProofOf } | undefined;
  for (const period of good.slice(0, -1)) {
    const proof = await provePeriod(stage, period);
    await claim(period, proof);
    claimed ??= { period, proof };
  }

  await showRefusals(stage, submit, claimed);
  if (pending === undefined)
    report.note(`(no ${scenario.noun} meets the terms, so there is nothing to claim)`);
  else {
    const proof = await provePeriod(stage, pending);
    const consent = await showRevocation(stage, () => submit(pending, proof));
    await claim(pending, proof, consent);
  }

  const paid = good.length === 0 ? 0n : await showPayment(stage);
  return {
    circuit: scenario.circuit,
    periods: await outcomes(stage),
    paid: usd(paid),
    claims: good.length,
  };
}

function provePeriod({ report, patient }: Stage, { name, request, check }: Period): Promise<ProofOf> {
  return report.step(`${name}: prove`, async (progress) => {
    const value = await patient.proveClaim(request, { onProgress: ({ phase }) => progress(phase) });
    return { value, detail: mainBound(request.terms, check).text };
  });
}

/** @returns a new consent, given after the first one was revoked */
async function showRevocation(
  { report, patient, insurer, consent }: Stage,
  claimUnderRevoked: () => Promise<unknown>,
): Promise<string> {
  await report.step("the patient revokes the consent", async () => {
    const { gasUsed } = await patient.revoke(insurer.program, consent);
    return { value: undefined, gas: gasUsed, detail: "final for this consent" };
  });
  await report.refusal(
    "a claim under the revoked consent",
    ["ClaimsPayout_NoActiveConsent"],
    claimUnderRevoked,
  );
  return report.step("the patient consents again, with a new consent", async () => {
    const { result, gasUsed } = await patient.consent(insurer.program);
    return { value: result, gas: gasUsed, detail: `consent ${result.slice(0, 18)}…` };
  });
}

async function showPayment({ report, world, policy }: Stage): Promise<bigint> {
  report.section("Payment");
  const claims = world.claimsAs(world.roles.relayer);
  const paid = await report.step("anyone triggers the payment; the policy's payee gets it", async () => {
    const payee = await claims.payeeOf(policy);
    const { result, gasUsed } = await claims.pay(policy);
    const value = await world.token.balanceOf(payee);
    return { value, gas: gasUsed, detail: `${usd(result)} to ${payee}` };
  });
  await report.refusal("paying twice", ["ClaimsPayout_NothingOwed"], () => claims.pay(policy));
  return paid;
}

/** What the chain says of each period. */
function outcomes({ periods, world, policy }: Stage): Promise<PeriodResult[]> {
  const claims = world.claimsAs(world.roles.relayer);
  return Promise.all(
    periods.map(async ({ epoch, period, name, request, check }): Promise<PeriodResult> => {
      const { state } = await claims.periodOf(policy, period);
      const { bound, gotAs, neededAs } = mainBound(request.terms, check);
      return {
        epoch,
        name,
        valid: check.valid,
        inBand: check.inBand,
        missing: check.missing,
        share: Math.round((check.inBand * 10_000) / check.slots) / 100,
        bound,
        got: gotAs,
        needed: neededAs,
        holds: check.holds,
        outcome: state === "credited" ? "paid" : "refused",
        ...(check.holds ? {} : { reason: check.failing.map(({ text }) => text).join(" ") }),
      };
    }),
  );
}

/** The bound that an offer is about: the first that can fail, coverage last. */
export function mainBound(terms: Terms, check: CheckResult): BoundResult {
  const name = mainBoundOf(terms);
  return check.bounds.find(({ bound }) => bound === name)!;
}

function mainBoundOf(terms: Terms): BoundName {
  switch (terms.template) {
    case "distribution":
      if (terms.shareMin > 0) return "shareMin";
      if (terms.shareMax < WHOLE) return "shareMax";
      return terms.meanMin > 0 ? "meanMin" : "meanMax";
    case "episode":
      return terms.runsMin > 0 ? "runsMin" : "runsMax";
    case "regularity":
      return terms.epochsMin > 0 ? "epochsMin" : "epochsMax";
    case "impact":
      return terms.countMin > 0 ? "countMin" : "countMax";
  }
}
