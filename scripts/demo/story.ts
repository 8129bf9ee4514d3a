// SPDX-License-Identifier: GPL-3.0-or-later
//
// The whole story of docs/architecture.md on one chain: from a file of readings
// to a payment, and everything that must not work.
import type { ProofOf, Reading } from "@vitalproof/sdk";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { showRefusals } from "./refusals.ts";
import type { Report } from "./report.ts";
import { type Day, type Stage, setStage, usd } from "./stage.ts";

export interface DayResult {
  readonly epoch: number;
  /** Local date of the day. */
  readonly date: string;
  readonly valid: number;
  readonly inBand: number;
  readonly missing: number;
  /** inBand over all slots, in percent. */
  readonly share: number;
  readonly holds: boolean;
  readonly outcome: "paid" | "refused";
  readonly reason?: string;
}

export interface StoryResult {
  readonly days: readonly DayResult[];
  readonly paid: string;
  readonly claims: number;
}

export async function tellStory(
  hre: HardhatRuntimeEnvironment,
  report: Report,
  input: { readonly readings: readonly Reading[]; readonly zone: string },
): Promise<StoryResult> {
  const stage = await setStage(hre, report, input);
  const submit = ({ period }: Day, { proof }: ProofOf, consentId = stage.consent) =>
    stage.world
      .claimsAs(stage.world.roles.relayer)
      .submitClaim({ policy: stage.policy, period, consentId, proof });

  report.section("Claims");
  const good = stage.days.filter(({ check }) => check.holds);
  const claim = (day: Day, proof: ProofOf, consentId?: string) =>
    report.step(`${day.date}: claim verified and credited`, async () => {
      const { gasUsed } = await submit(day, proof, consentId);
      return { value: undefined, gas: gasUsed, detail: `${usd(stage.insurer.benefit)} owed` };
    });
  // The last good day waits for the story of the revoked consent.
  const pending = good.at(-1);
  let claimed: { day: Day; proof: ProofOf } | undefined;
  for (const day of good.slice(0, -1)) {
    const proof = await proveDay(stage, day);
    await claim(day, proof);
    claimed ??= { day, proof };
  }

  await showRefusals(stage, submit, claimed);
  if (pending === undefined) report.note("(no day meets the terms, so there is nothing to claim)");
  else {
    const proof = await proveDay(stage, pending);
    const consent = await showRevocation(stage, () => submit(pending, proof));
    await claim(pending, proof, consent);
  }

  const paid = good.length === 0 ? 0n : await showPayment(stage);
  return { days: await outcomes(stage), paid: usd(paid), claims: good.length };
}

function proveDay({ report, patient }: Stage, { date, request, check }: Day): Promise<ProofOf> {
  return report.step(`${date}: prove`, async (progress) => {
    const value = await patient.proveClaim(request, { onProgress: ({ phase }) => progress(phase) });
    return { value, detail: check.bounds.find(({ bound }) => bound === "shareMin")!.text };
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
  const paid = await report.step("anybody triggers the payment; the policy's payee gets it", async () => {
    const payee = await claims.payeeOf(policy);
    const { result, gasUsed } = await claims.pay(policy);
    const value = await world.token.balanceOf(payee);
    return { value, gas: gasUsed, detail: `${usd(result)} to ${payee}` };
  });
  await report.refusal("paying twice", ["ClaimsPayout_NothingOwed"], () => claims.pay(policy));
  return paid;
}

/** What the chain says of each day. */
function outcomes({ days, world, policy }: Stage): Promise<DayResult[]> {
  const claims = world.claimsAs(world.roles.relayer);
  return Promise.all(
    days.map(async ({ epoch, period, date, check }): Promise<DayResult> => {
      const { state } = await claims.periodOf(policy, period);
      return {
        epoch,
        date,
        valid: check.valid,
        inBand: check.inBand,
        missing: check.missing,
        share: Math.round((check.inBand * 10_000) / check.slots) / 100,
        holds: check.holds,
        outcome: state === "credited" ? "paid" : "refused",
        ...(check.holds ? {} : { reason: check.failing.map(({ text }) => text).join(" ") }),
      };
    }),
  );
}
