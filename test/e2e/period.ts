// SPDX-License-Identifier: GPL-3.0-or-later
//
// One period of a case, from readings to the point where it can be proven.
import {
  anchorDayOf,
  type ClaimRequest,
  circuitOf,
  DAY,
  epochEnd,
  epochStart,
  type ProofOf,
  profileOf,
  type Reading,
} from "@vitalproof/sdk";
import { expect } from "chai";
import hre from "hardhat";
import { Insurer, Patient, SimulatedAttester, World } from "../../simulation/index.ts";
import type { Case, Values } from "./cases.ts";
import { BENEFIT, issue } from "./fixture.ts";

/** Any scope will do where no contract asks for it. */
const SCOPE = 77n;

export interface Settled {
  readonly world: World;
  readonly patient: Patient;
  readonly policy: bigint;
  readonly consentId: string;
  readonly request: ClaimRequest;
}

/** A circuit over one period; what a case is without its readings. */
export type Period = Pick<Case, "circuit" | "terms" | "firstEpoch">;

/** A program, a policy and a consent over one period, sealed and anchored. */
export function insuredPeriod(of: Case, values: Values): Promise<Settled> {
  return insuredReadings(of, readingsOf(of, values));
}

/** The same with readings that come from elsewhere. */
export async function insuredReadings(of: Period, readings: readonly Reading[]): Promise<Settled> {
  const { profile, epochs } = shapeOf(of);
  const { offset } = of.terms;
  const start = epochStart(profile, offset, of.firstEpoch);
  const world = await World.create(hre, start - DAY, [of.circuit]);
  const { attester } = await SimulatedAttester.open(world);
  const insurer = await Insurer.publish(world, attester.group, {
    circuit: of.circuit,
    terms: of.terms,
    benefit: BENEFIT,
  });
  await insurer.fund(BENEFIT);
  const patient = new Patient(world);
  await patient.enrol(attester, { profile: profile.name, offset, firstEpoch: of.firstEpoch });
  const policy = await issue({ attester, insurer, patient }, 1, of.firstEpoch);
  const consentId = (await patient.consent(insurer.program)).result;
  await sealAndAnchor(of, readings, { world, attester, patient });
  expect(epochs).to.equal(of.terms.epochs);
  const request = await patient.claimRequest(attester, insurer, of.circuit, of.firstEpoch);
  return { world, patient, policy, consentId, request };
}

/** The same without a program: instances that no contract verifies have none. */
export async function anchoredPeriod(
  of: Case,
  values: Values,
): Promise<Pick<Settled, "world" | "patient" | "request">> {
  const { profile } = shapeOf(of);
  const { offset } = of.terms;
  const world = await World.create(hre, epochStart(profile, offset, of.firstEpoch) - DAY);
  const { attester } = await SimulatedAttester.open(world);
  const patient = new Patient(world);
  await patient.enrol(attester, { profile: profile.name, offset, firstEpoch: of.firstEpoch });
  await sealAndAnchor(of, readingsOf(of, values), { world, attester, patient });
  const offer = { terms: of.terms, scope: SCOPE };
  return { world, patient, request: await patient.claimRequest(attester, offer, of.circuit, of.firstEpoch) };
}

const proven = new Map<string, Promise<Settled & { readonly proof: ProofOf }>>();

/** The exact period of a case with its proof; made once, for all files of a run. */
export function provenPeriod(of: Case): Promise<Settled & { readonly proof: ProofOf }> {
  const found = proven.get(of.circuit);
  if (found !== undefined) return found;
  const making = insuredPeriod(of, of.exact).then(async (settled) => ({
    ...settled,
    proof: await settled.patient.proveClaim(settled.request),
  }));
  proven.set(of.circuit, making);
  return making;
}

function shapeOf({ circuit }: Period) {
  const { profile, epochs } = circuitOf(circuit);
  return { profile: profileOf(profile), epochs };
}

function readingsOf(of: Case, values: Values): Reading[] {
  const { profile, epochs } = shapeOf(of);
  const start = epochStart(profile, of.terms.offset, of.firstEpoch);
  return Array.from({ length: profile.samples * epochs }, (_, sample) => ({
    time: start + sample * profile.interval,
    value: values(sample),
    unit: profile.ucum,
  })).filter((reading): reading is typeof reading & { value: number } => reading.value !== undefined);
}

async function sealAndAnchor(
  of: Period,
  readings: readonly Reading[],
  { world, attester, patient }: { world: World; attester: SimulatedAttester; patient: Patient },
): Promise<void> {
  const { profile, epochs } = shapeOf(of);
  const { offset } = of.terms;
  const { taken } = await patient.log.append(readings);
  expect(taken).to.equal(readings.length);
  const lastEpoch = of.firstEpoch + epochs - 1;
  for (let epoch = of.firstEpoch; epoch <= lastEpoch; epoch++) {
    await world.passUntil(epochEnd(profile, offset, epoch) + 60);
    await patient.sealAndSend(attester);
  }
  const day = anchorDayOf(profile, offset, lastEpoch);
  await world.passUntil(attester.anchorTime(day));
  await attester.anchorDay(day);
}
