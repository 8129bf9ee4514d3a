// SPDX-License-Identifier: GPL-3.0-or-later
import {
  anchorDayOf,
  type ClaimItem,
  checkTerms,
  countOutcomes,
  StatementClient,
  settle,
  statementIdOf,
  statementOf,
} from "@vitalproof/sdk";
import type { SimulatedClinic } from "../demo/clinic.ts";
import { Insurer } from "../demo/insurer.ts";
import { Patient } from "../demo/patient.ts";
import { glucoseOf } from "../demo/readings.ts";
import { scenarioOf } from "../demo/statements.ts";
import type { World } from "../demo/world.ts";
import type { Clock } from "./clock.ts";

const MINUTE = 60;
/** 25 tUSDC. */
const BENEFIT = 25_000_000n;
/** The demo's person lives there. */
const ZONE = "Europe/Berlin";

/** Somebody with a policy, a consent and readings to come. */
interface Member {
  readonly patient: Patient;
  readonly policy: bigint;
  readonly consentId: string;
}

/**
 * Something for a page to show: one program, two patients, a made-up week of glucose, and every claim that holds, settled
 * by the relayer. Ends when the week's last day is anchored.
 *
 * @param say is told what happens, a line each
 * @throws Error when a claim that holds is not settled, or the chain is past the week already
 */
export async function playScenario(
  world: World,
  clinic: SimulatedClinic,
  clock: Clock,
  say: (line: string) => void,
): Promise<void> {
  const { statement, terms, calendar, kinds, readings } = await scenarioOf("glucose-day");
  const { profile, offset, firstEpoch, periods, epochs } = calendar;
  const insurer = await Insurer.publish(world, clinic.group, { statement, terms, benefit: BENEFIT });
  await insurer.fund(BENEFIT * BigInt(2 * periods));
  say(`Program ${insurer.program}: published and funded.`);

  // The other one has the same week the other way round.
  const firstDay = calendar.nameOf(0);
  const weeks = [readings, await glucoseOf(profile, [...kinds].reverse(), firstDay, ZONE)];
  const members: Member[] = [];
  for (const week of weeks) {
    const patient = new Patient(world);
    await patient.enrol(clinic, { profile: profile.name, offset, firstEpoch });
    const { attestation, proof } = await patient.apply(insurer, { firstEpoch, periods });
    const { scopeNumber } = insurer;
    const { subject } = patient.identity;
    const signature = await clinic.attest({
      attestation,
      scopeNumber,
      subject,
      proof: proof.proof,
      publicInputs: proof.publicInputs,
    });
    const { result: policy } = await insurer.issuePolicy(attestation, signature);
    const { result: consentId } = await patient.consent(insurer.program);
    await patient.log.append(week);
    members.push({ patient, policy, consentId });
    say(`Policy ${policy}: enrolled, attested, issued, consented.`);
  }

  for (const epoch of epochs) {
    await clock.passUntil(calendar.endOf(epoch) + MINUTE);
    for (const { patient } of members) await patient.sealAndSend(clinic);
  }
  const lastDay = anchorDayOf(profile, offset, epochs.at(-1)!);
  await clock.passUntil(clinic.anchorTime(lastDay));
  say(`${periods} days of both: sealed and anchored.`);

  const items: ClaimItem[] = [];
  for (const { patient, policy, consentId } of members) {
    for (let period = 0; period < periods; period++) {
      const request = await patient.claimRequest(clinic, insurer, statement, calendar.firstEpochOf(period));
      const codes = request.epochs.map((epoch) => epoch.codes);
      if (!checkTerms(request.terms, codes).holds) continue;
      const { proof } = await patient.proveClaim(request);
      const { name, version } = statementOf(statement);
      const anchorRoot = request.path.root;
      items.push({ policy, period, consentId, statement: statementIdOf(name, version), anchorRoot, proof });
    }
    say(`Policy ${policy}: its claims are proven.`);
  }
  const { relayer } = world.roles;
  const report = await settle(items, {
    claims: world.claimsAs(relayer),
    statements: new StatementClient(await world.contracts.statements.getAddress(), relayer),
  });
  const { settled } = countOutcomes(report);
  if (settled !== items.length)
    throw new Error(`Of ${items.length} claims that hold ${settled} were settled.`);
  say(`${settled} of ${members.length * periods} claims hold, and are settled.`);
}
