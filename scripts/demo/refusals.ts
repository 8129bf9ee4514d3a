// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type ClaimRequest,
  claimWitness,
  createIdentity,
  Log,
  memoryStore,
  type ProofOf,
  prove,
} from "@vitalproof/sdk";
import { childProcessProver } from "@vitalproof/sdk/node";
import { bareWitness, type Lie, withoutUnwanted } from "../../simulation/index.ts";
import type { Period, Stage } from "./stage.ts";

/**
 * What must not work, each tried for real: past the SDK at the circuit, past the
 * circuit at the contract, and at the attester's intake.
 *
 * @param claimed a period that was paid already, with its proof, if there is one
 */
export async function showRefusals(
  stage: Stage,
  submit: (period: Period, proof: ProofOf) => Promise<unknown>,
  claimed: { readonly period: Period; readonly proof: ProofOf } | undefined,
): Promise<void> {
  const { report, periods, scenario } = stage;
  report.section("What is refused, and why");
  for (const { name, check } of periods.filter((period) => !period.check.holds)) {
    report.note(`${name} does not meet the terms: ${check.failing.map(({ text }) => text).join(" ")}`);
  }
  const bad = periods.find(({ check }) => !check.holds && check.valid > 0);
  if (bad === undefined) {
    report.note(`(every ${scenario.noun} of these readings meets the terms, so that cannot be shown)`);
  } else await refuseBadPeriod(stage, bad, submit, claimed?.proof);

  if (claimed === undefined) {
    report.note(`(fewer than two ${scenario.noun}s meet the terms: no second claim to show)`);
  } else {
    await report.refusal(
      `the same period twice (${claimed.period.name})`,
      ["ClaimsPayout_PeriodAlreadyClaimed"],
      () => submit(claimed.period, claimed.proof),
    );
  }
  await refuseStrangers(stage);
}

async function refuseBadPeriod(
  stage: Stage,
  bad: Period,
  submit: (period: Period, proof: ProofOf) => Promise<unknown>,
  borrowed: ProofOf | undefined,
): Promise<void> {
  const { report, patient, periods } = stage;
  const { noun } = stage.scenario;
  const { request, name } = bad;
  const codes = request.epochs.map((record) => record.codes);
  await report.refusal(
    `a ${noun} that does not meet the terms (${name}): the SDK says so`,
    ["STATEMENT_NOT_MET"],
    () => patient.proveClaim(request),
  );
  await report.refusal(
    `the same ${noun}, past the SDK: the circuit has no witness`,
    ["WITNESS_REJECTED"],
    () => proveBare(stage, request, { codes }),
  );
  if (borrowed !== undefined) {
    await report.refusal(
      `the same ${noun}, with a good one's proof: the contract's inputs are those of another ${noun}`,
      ["ClaimsPayout_InvalidProof"],
      () => submit(bad, borrowed),
    );
  }
  const kept = withoutUnwanted(request.terms, codes);
  await report.refusal(
    request.terms.ofValid
      ? "readings dropped to look better: too few are left"
      : "readings dropped to look better: missing counts against the claimant",
    ["STATEMENT_NOT_MET"],
    async () =>
      claimWitness(patient.identity.secret(), {
        ...request,
        epochs: request.epochs.map((record, i) => ({ ...record, codes: kept[i]! })),
      }),
  );
  const good = periods.find(({ check }) => check.holds);
  if (good === undefined) return;
  await report.refusal(
    "readings replaced by good ones: they are not what was sealed and anchored",
    ["WITNESS_REJECTED"],
    () => proveBare(stage, request, { codes: good.request.epochs.map((record) => record.codes) }),
  );
}

async function refuseStrangers(stage: Stage): Promise<void> {
  const { report, attester, patient, scenario, world, periods } = stage;
  const { calendar, noun } = scenario;
  const shown = periods.find(({ check }) => check.holds) ?? periods[0]!;
  await report.refusal(
    "another person's log: the thief's secret does not open it",
    ["WITNESS_REJECTED"],
    () => proveBare(stage, shown.request, { secret: createIdentity().secret() }),
  );
  await report.refusal(
    `a re-sealed ${calendar.epochsPerPeriod === 1 ? noun : "day"}: the attester has a head for it already`,
    ["INTAKE_EPOCH_TAKEN"],
    async () => {
      const { firstEpoch } = calendar;
      const second = await Log.create(memoryStore(), "second", patient.log.opening);
      // The same readings again: a new salt makes another head of them.
      const [start, end] = [calendar.startOf(firstEpoch), calendar.endOf(firstEpoch)];
      await second.append(scenario.readings.filter(({ time }) => start <= time && time < end));
      await second.seal(world.now, firstEpoch);
      await attester.submitHead(await second.sign(firstEpoch, patient.device));
    },
  );
}

/** Past the SDK's own check, straight to the circuit. */
async function proveBare(
  { patient, scenario, world }: Stage,
  request: ClaimRequest,
  lie: Lie,
): Promise<ProofOf> {
  const witness = bareWitness(patient.identity.secret(), request, lie);
  return prove(childProcessProver(), await world.artifacts.load(scenario.circuit), witness);
}
