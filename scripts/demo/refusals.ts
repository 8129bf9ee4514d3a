// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type ClaimRequest,
  claimWitness,
  codeOf,
  createIdentity,
  Log,
  memoryStore,
  type ProofOf,
  packTerms,
  prove,
  Witness,
} from "@vitalproof/sdk";
import { childProcessProver } from "@vitalproof/sdk/node";
import { type Day, STATEMENT, type Stage } from "./stage.ts";

/**
 * What must not work, each tried for real: past the SDK at the circuit, past the
 * circuit at the contract, and at the clinic's intake.
 *
 * @param claimed a day that was paid already, with its proof, if there is one
 */
export async function showRefusals(
  stage: Stage,
  submit: (day: Day, proof: ProofOf) => Promise<unknown>,
  claimed: { readonly day: Day; readonly proof: ProofOf } | undefined,
): Promise<void> {
  const { report, days } = stage;
  report.section("What is refused, and why");
  for (const { date, check } of days.filter((day) => !day.check.holds)) {
    report.note(`${date} does not meet the terms: ${check.failing.map(({ text }) => text).join(" ")}`);
  }
  const bad = days.find(({ check }) => !check.holds && check.valid > 0);
  if (bad === undefined) report.note("(no day of this file is below the limit, so that cannot be shown)");
  else await refuseBadDay(stage, bad, submit, claimed?.proof);

  if (claimed === undefined) report.note("(fewer than two days meet the terms: no second claim to show)");
  else {
    await report.refusal(
      `the same period twice (${claimed.day.date})`,
      ["ClaimsPayout_PeriodAlreadyClaimed"],
      () => submit(claimed.day, claimed.proof),
    );
  }
  await refuseStrangers(stage);
}

async function refuseBadDay(
  stage: Stage,
  bad: Day,
  submit: (day: Day, proof: ProofOf) => Promise<unknown>,
  borrowed: ProofOf | undefined,
): Promise<void> {
  const { report, patient, insurer, calendar } = stage;
  const { request, date } = bad;
  const codes = request.epochs.map((record) => record.codes);
  await report.refusal(`a day below the limit (${date}): the SDK says so`, ["STATEMENT_NOT_MET"], () =>
    patient.proveClaim(request),
  );
  await report.refusal("the same day, past the SDK: the circuit has no witness", ["WITNESS_REJECTED"], () =>
    proveBare(stage, request, { codes }),
  );
  if (borrowed !== undefined) {
    await report.refusal(
      "the same day, with a good day's proof: the contract's inputs are another day's",
      ["ClaimsPayout_InvalidProof"],
      () => submit(bad, borrowed),
    );
  }
  const { low, high } = insurer.terms;
  const kept = request.epochs.map((record) => ({
    ...record,
    codes: record.codes.map((code) => (code >= low && code <= high ? code : 0)),
  }));
  await report.refusal(
    "readings dropped to look better: missing counts against the claimant",
    ["STATEMENT_NOT_MET"],
    async () => claimWitness(patient.identity.secret(), { ...request, epochs: kept }),
  );
  const better = codes.map((row) => row.map((code) => (code === 0 ? 0 : codeOf(calendar.profile, 120))));
  await report.refusal(
    "readings replaced by good ones: they are not what was sealed and anchored",
    ["WITNESS_REJECTED"],
    () => proveBare(stage, request, { codes: better }),
  );
}

async function refuseStrangers(stage: Stage): Promise<void> {
  const { report, clinic, patient, calendar, world, days } = stage;
  const shown = days.find(({ check }) => check.holds) ?? days[0]!;
  await report.refusal(
    "another person's log: the thief's secret does not open it",
    ["WITNESS_REJECTED"],
    () => proveBare(stage, shown.request, { secret: createIdentity().secret() }),
  );
  await report.refusal(
    "a re-sealed day: the clinic has a head for it already",
    ["INTAKE_EPOCH_TAKEN"],
    async () => {
      const { profile, firstEpoch } = calendar;
      const second = await Log.create(memoryStore(), "second", patient.log.opening);
      const start = calendar.startOf(firstEpoch);
      await second.append(
        Array.from({ length: profile.slots }, (_, slot) => ({
          time: start + slot * profile.interval,
          value: 120,
          unit: profile.ucum,
        })),
      );
      await second.seal(world.now, firstEpoch);
      await clinic.intake.submit(await second.sign(firstEpoch, patient.device));
    },
  );
}

/**
 * Goes past the SDK's own check, straight to the circuit: the witness is made for
 * terms that any reading meets, then the real terms and the lie are put in.
 */
async function proveBare(
  { patient, calendar, world }: Stage,
  request: ClaimRequest,
  lie: { readonly codes?: readonly (readonly number[])[]; readonly secret?: bigint },
): Promise<ProofOf> {
  const anything = { low: 1, high: calendar.profile.codes, shareMin: 0, coverageMin: 1 };
  const honest = claimWitness(patient.identity.secret(), {
    ...request,
    terms: { ...request.terms, ...anything },
  });
  const terms = packTerms(request.terms);
  const publicInputs = honest.publicInputs.map((value, i) => (i === 2 ? terms : value));
  const witness = new Witness(STATEMENT, publicInputs, { ...honest.circuitInput(), terms, ...lie });
  return prove(childProcessProver(), await world.artifacts.load(STATEMENT), witness);
}
