// SPDX-License-Identifier: GPL-3.0-or-later
import { type ClaimRequest, DAY, epochStart, type ProofOf } from "@vitalproof/sdk";
import { expect } from "chai";
import hre from "hardhat";
import { defaultCircuits } from "../../ignition/circuits.ts";
import { reasonOf } from "../../scripts/demo/report.ts";
import {
  CIRCUIT,
  type Insurer,
  OFFSET,
  Patient,
  PROFILE,
  publishDayInRange,
  SimulatedAttester,
  World,
} from "../../simulation/index.ts";
import type { GlucoseDayVerifier } from "../../types/ethers-contracts/index.ts";

export { BENEFIT, CIRCUIT, OFFSET, PROFILE } from "../../simulation/index.ts";

export const FIRST_EPOCH = 20_500;

export interface Fixture {
  readonly world: World;
  readonly attester: SimulatedAttester;
  readonly insurer: Insurer;
  readonly patient: Patient;
  readonly policy: bigint;
  readonly consent: string;
  /** The same person over the same days under another program: same terms, another scope. */
  readonly other: { readonly insurer: Insurer; readonly policy: bigint; readonly consent: string };
  /** Of each period, in order. */
  readonly requests: readonly ClaimRequest[];
  /** Of each period that meets the terms. */
  readonly proofs: readonly (ProofOf | undefined)[];
}

/** Readings of one day, `inBand` of 288 inside 70 to 180 mg/dL. */
export function dayReadings(epoch: number, inBand: number) {
  const start = epochStart(PROFILE, OFFSET, epoch);
  return Array.from({ length: PROFILE.slots }, (_, slot) => ({
    time: start + slot * PROFILE.interval + 2,
    value: slot < inBand ? 120 : 250,
    unit: "mg/dL",
  }));
}

/**
 * One patient with one policy over some days, each sealed, taken in and
 * anchored, and a proof for each day that meets "at least 70 % in 70 to 180".
 *
 * @param days readings in band, of 288, for each day
 * @param early what else happens before the first day begins
 * @param more circuits beside those that a deployment starts with
 */
export async function claimable(
  days: readonly number[],
  early: (parts: Pick<Fixture, "world" | "attester" | "patient">) => Promise<void> = async () => {},
  more: readonly string[] = [],
): Promise<Fixture> {
  const world = await World.create(hre, epochStart(PROFILE, OFFSET, FIRST_EPOCH) - DAY, [
    ...defaultCircuits(hre.config.paths.root),
    ...more,
  ]);
  const { attester } = await SimulatedAttester.open(world);
  const publish = () => publishDayInRange(world, attester.group, 20);
  const insurer = await publish();
  const otherInsurer = await publish();
  const patient = new Patient(world);
  await patient.enrol(attester, { profile: PROFILE.name, offset: OFFSET, firstEpoch: FIRST_EPOCH });
  const policy = await issue({ attester, insurer, patient }, days.length);
  const consent = (await patient.consent(insurer.program)).result;
  const other = {
    insurer: otherInsurer,
    policy: await issue({ attester, insurer: otherInsurer, patient }, days.length),
    consent: (await patient.consent(otherInsurer.program)).result,
  };

  await early({ world, attester, patient });

  for (const [i, inBand] of days.entries()) await patient.log.append(dayReadings(FIRST_EPOCH + i, inBand));
  for (const i of days.keys()) {
    const day = Math.floor((epochStart(PROFILE, OFFSET, FIRST_EPOCH + i + 1) - 1) / DAY);
    await world.passUntil(epochStart(PROFILE, OFFSET, FIRST_EPOCH + i + 1) + 60);
    await patient.sealAndSend(attester);
    await world.passUntil(attester.anchorTime(day));
    await attester.anchorDay(day);
  }
  const requests: ClaimRequest[] = [];
  const proofs: (ProofOf | undefined)[] = [];
  for (const [i, inBand] of days.entries()) {
    const request = await patient.claimRequest(attester, insurer, CIRCUIT, FIRST_EPOCH + i);
    requests.push(request);
    proofs.push(inBand >= 202 ? await patient.proveClaim(request) : undefined);
  }
  return { world, attester, insurer, patient, policy, consent, other, requests, proofs };
}

/** A policy by the proper way: enrolment proof, attestation, issuance. */
export async function issue(
  { attester, insurer, patient }: Pick<Fixture, "attester" | "insurer" | "patient">,
  periods: number,
  firstEpoch = FIRST_EPOCH,
): Promise<bigint> {
  const application = await patient.apply(insurer.program, { firstEpoch, periods });
  const signature = await patient.attested(attester, application);
  return (await insurer.issuePolicy(application.attestation, signature)).result;
}

/** Expects a refusal by its contract error or SDK code. */
export async function refused(act: Promise<unknown>, reason: string): Promise<void> {
  try {
    await act;
  } catch (error) {
    if (reasonOf(error) !== reason) throw error;
    return;
  }
  expect.fail(`went through; expected ${reason}`);
}

/** The verifier behind the first program's circuit. */
export async function verifierOf({ world }: Pick<Fixture, "world">): Promise<GlucoseDayVerifier> {
  const id = (await world.contracts.claims.program(1)).circuit;
  const { verifier } = await world.contracts.circuits.circuit(id);
  const contract = await world.connection.ethers.getContractAt("GlucoseDayVerifier", verifier);
  return contract as unknown as GlucoseDayVerifier;
}
