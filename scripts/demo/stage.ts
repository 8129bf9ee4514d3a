// SPDX-License-Identifier: GPL-3.0-or-later
import {
  anchorDayOf,
  type CheckResult,
  type ClaimRequest,
  checkTerms,
  explainTerms,
  type HolderAttestation,
  type ProofOf,
  profileOf,
  type Reading,
  VitalproofError,
} from "@vitalproof/sdk";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { Calendar } from "./calendar.ts";
import { SimulatedClinic } from "./clinic.ts";
import { Insurer } from "./insurer.ts";
import { Patient } from "./patient.ts";
import type { Report } from "./report.ts";
import { World } from "./world.ts";

export const STATEMENT = "glucose-day";
const PROFILE = "glucose-mg-dl-5min";
const DAY = 86_400;
const MINUTE = 60;
const USD = 1_000_000n;
const BENEFIT = 25n * USD;

/** One day as the patient knows it. */
export interface Day {
  readonly epoch: number;
  readonly period: number;
  readonly date: string;
  readonly request: ClaimRequest;
  readonly check: CheckResult;
}

/** Everybody and everything in the story, once the readings are sealed and anchored. */
export interface Stage {
  readonly report: Report;
  readonly calendar: Calendar;
  readonly world: World;
  readonly clinic: SimulatedClinic;
  readonly insurer: Insurer;
  readonly patient: Patient;
  readonly application: { readonly attestation: HolderAttestation; readonly proof: ProofOf };
  readonly policy: bigint;
  /** The consent given at enrolment. */
  readonly consent: string;
  readonly days: readonly Day[];
}

/** From an empty chain to anchored readings. */
export async function setStage(
  hre: HardhatRuntimeEnvironment,
  report: Report,
  input: { readonly readings: readonly Reading[]; readonly zone: string },
): Promise<Stage> {
  const calendar = new Calendar(profileOf(PROFILE), input.zone, input.readings);
  const offers = await publish(hre, report, calendar);
  const enrolled = await enrol(report, calendar, offers);
  await seal(report, calendar, { ...offers, ...enrolled }, input.readings);
  const days = await Promise.all(
    calendar.epochs.map(async (epoch, period): Promise<Day> => {
      const request = await enrolled.patient.claimRequest(offers.clinic, offers.insurer, STATEMENT, epoch);
      const codes = request.epochs.map((record) => record.codes);
      return {
        epoch,
        period,
        date: calendar.dateOf(epoch),
        request,
        check: checkTerms(request.terms, codes),
      };
    }),
  );
  return { report, calendar, ...offers, ...enrolled, days };
}

async function publish(hre: HardhatRuntimeEnvironment, report: Report, calendar: Calendar) {
  const { epochs, firstEpoch, offset } = calendar;
  report.section(
    `Setting: ${epochs.length} days from ${calendar.dateOf(firstEpoch)}; the chain begins the day before`,
  );
  const world = await report.step("deploy the contracts with Ignition", async () => {
    const value = await World.create(hre, calendar.startOf(firstEpoch) - DAY);
    const { chainId, claims } = await value.claimsAs(value.roles.relayer).domain();
    return { value, detail: `ClaimsPayout at ${claims}, chain ${chainId}` };
  });
  const clinic = await report.step("the clinic opens its group", async () => {
    const { clinic: value, created } = await SimulatedClinic.open(world);
    return {
      value,
      gas: created.gasUsed,
      detail: `group ${value.group}, class self-attested: whoever runs the device is trusted with what pays`,
    };
  });
  const insurer = await report.step("the insurer publishes a program", async () => {
    const value = await Insurer.publish(world, clinic.group, {
      request: { statement: STATEMENT, offset, band: { atLeast: 70, atMost: 180 }, share: { atLeast: 70 } },
      benefit: BENEFIT,
    });
    return { value, gas: value.created.gasUsed, detail: explainTerms(value.terms).join("\n    ") };
  });
  await report.step("the insurer funds it", async () => {
    const { result, gasUsed } = await insurer.fund(BENEFIT * BigInt(epochs.length));
    return { value: undefined, gas: gasUsed, detail: `${usd(result)} free` };
  });
  return { world, clinic, insurer };
}

async function enrol(
  report: Report,
  { epochs, firstEpoch, offset }: Calendar,
  { world, clinic, insurer }: Pick<Stage, "world" | "clinic" | "insurer">,
) {
  report.section("Enrolment");
  const periods = epochs.length;
  const patient = new Patient(world);
  await report.step("the clinic enrols the patient and a simulated device", async () => {
    await patient.enrol(clinic, { profile: PROFILE, offset, firstEpoch });
    const { publicKey, curve } = patient.device;
    return { value: undefined, detail: `device ${publicKey.slice(0, 18)}… (${curve})` };
  });
  const application = await report.step(
    "the patient proves: holder and subject are one person",
    async (progress) => {
      const cover = { firstEpoch, periods };
      const value = await patient.apply(insurer, cover, { onProgress: ({ phase }) => progress(phase) });
      return {
        value,
        detail: "enrolment proof over the digest of the attestation; it stays between patient and clinic",
      };
    },
  );
  const attestation = {
    scopeNumber: insurer.scopeNumber,
    subject: patient.identity.subject,
    proof: application.proof.proof,
    publicInputs: application.proof.publicInputs,
  };
  await report.refusal(
    "a stolen enrolment proof with the thief's account as controller",
    ["ATTESTATION_MISMATCH"],
    () =>
      clinic.attest({
        ...attestation,
        attestation: { ...application.attestation, controller: world.roles.stranger.address },
      }),
  );
  const policy = await report.step("the clinic attests, the insurer issues the policy", async () => {
    const signature = await clinic.attest({ ...attestation, attestation: application.attestation });
    const { result, gasUsed } = await insurer.issuePolicy(application.attestation, signature);
    return {
      value: result,
      gas: gasUsed,
      detail: `policy ${result}: ${periods} days, ${usd(BENEFIT * BigInt(periods))} reserved`,
    };
  });
  const consent = await report.step("the patient consents; a relayer carries the signature", async () => {
    const { result, gasUsed } = await patient.consent(insurer.program);
    return { value: result, gas: gasUsed, detail: `consent ${result.slice(0, 18)}…` };
  });
  return { patient, application, policy, consent };
}

async function seal(
  report: Report,
  calendar: Calendar,
  { world, clinic, patient }: Pick<Stage, "world" | "clinic" | "patient">,
  readings: readonly Reading[],
): Promise<void> {
  report.section("Readings");
  await report.step("read the export into the patient's log", async () => {
    const { given, taken, saturated, duplicates, refused } = await patient.log.append(readings);
    const lost = Object.entries(refused)
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => `${count} ${reason}`)
      .join(", ");
    if (taken === 0) {
      throw new VitalproofError(
        "READING_NOT_REPRESENTABLE",
        `None of the ${given} readings fits the profile ${PROFILE}: ${lost}.`,
        { hint: "The demo takes CGM readings in whole mg/dL." },
      );
    }
    return {
      value: undefined,
      detail: `${given} readings: ${taken} taken (${saturated} beyond the scale), ${duplicates} duplicates, refused: ${lost || "none"}`,
    };
  });

  // Sealing at a day's end, anchoring when the intake is closed, which can be
  // after the end of the next day: so by the clock, not day by day.
  const events = calendar.epochs.flatMap((epoch) => {
    const day = anchorDayOf(calendar.profile, calendar.offset, epoch);
    return [
      { at: calendar.endOf(epoch) + MINUTE, epoch, day, kind: "seal" as const },
      { at: clinic.anchorTime(day), epoch, day, kind: "anchor" as const },
    ];
  });
  for (const { at, epoch, day, kind } of events.sort((a, b) => a.at - b.at)) {
    await world.passUntil(at);
    if (kind === "seal") {
      await report.step(`${calendar.dateOf(epoch)}: sealed, signed, taken in`, async () => {
        const [receipt] = await patient.sealAndSend(clinic);
        return {
          value: undefined,
          detail: `the clinic sees a head and a signature; receipt for leaf ${short(receipt!.leaf)}`,
        };
      });
    } else {
      await report.step(`${calendar.dateOf(epoch)}: anchored`, async () => {
        const { closed, sent } = (await clinic.anchor(day))!;
        return {
          value: undefined,
          gas: sent.gasUsed,
          detail: `root ${short(closed.root)} over ${closed.leaves} leaf`,
        };
      });
    }
  }
}

export function usd(amount: bigint): string {
  return `${(Number(amount) / Number(USD)).toFixed(2)} tUSDC`;
}

function short(value: bigint): string {
  return `0x${value.toString(16).padStart(64, "0").slice(0, 12)}…`;
}
