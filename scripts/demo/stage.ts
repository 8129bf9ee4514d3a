// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type Application,
  anchorDayOf,
  type CheckResult,
  type ClaimRequest,
  checkTerms,
  DAY,
  explainTerms,
  formatAmount,
  VitalproofError,
} from "@vitalproof/sdk";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { type Calendar, Insurer, Patient, SimulatedAttester, World } from "../../simulation/index.ts";
import type { Report } from "./report.ts";
import type { Scenario } from "./scenarios.ts";

/** Up to here every epoch is a line of its own. */
const FEW_EPOCHS = 10;
const MINUTE = 60;
const USD = 1_000_000n;
const BENEFIT = 25n * USD;

/** One period as the patient knows it. */
export interface Period {
  readonly epoch: number;
  readonly period: number;
  /** Its date, dates or time. */
  readonly name: string;
  readonly request: ClaimRequest;
  readonly check: CheckResult;
}

/** Everybody and everything in the story, once the readings are sealed and anchored. */
export interface Stage {
  readonly report: Report;
  readonly scenario: Scenario;
  readonly world: World;
  readonly attester: SimulatedAttester;
  readonly insurer: Insurer;
  readonly patient: Patient;
  readonly application: Application;
  readonly policy: bigint;
  /** The consent given at enrolment. */
  readonly consent: string;
  readonly periods: readonly Period[];
}

/** From an empty chain to anchored readings. */
export async function setStage(
  hre: HardhatRuntimeEnvironment,
  report: Report,
  scenario: Scenario,
): Promise<Stage> {
  const { calendar, circuit } = scenario;
  const offers = await publish(hre, report, scenario);
  const enrolled = await enrol(report, scenario, offers);
  await seal(report, scenario, { ...offers, ...enrolled });
  const periods = await Promise.all(
    Array.from({ length: calendar.periods }, async (_, period): Promise<Period> => {
      const epoch = calendar.firstEpochOf(period);
      const request = await enrolled.patient.claimRequest(offers.attester, offers.insurer, circuit, epoch);
      const codes = request.epochs.map((record) => record.codes);
      const name = calendar.nameOf(period);
      return { epoch, period, name, request, check: checkTerms(request.terms, codes) };
    }),
  );
  return { report, scenario, ...offers, ...enrolled, periods };
}

async function publish(hre: HardhatRuntimeEnvironment, report: Report, scenario: Scenario) {
  const { calendar, circuit, terms } = scenario;
  const start = calendar.startOf(calendar.firstEpoch);
  report.section(`Setting: ${count(scenario)} from ${calendar.nameOf(0)}; the chain begins a day before`);
  const world = await report.step("deploy the contracts with Ignition", async () => {
    const value = await World.create(hre, start - DAY, [circuit]);
    const { chainId, claims } = await value.claimsAs(value.roles.relayer).domain();
    return { value, detail: `ClaimsPayout at ${claims}, chain ${chainId}` };
  });
  const attester = await report.step("the attester opens its group", async () => {
    const { attester: value, created } = await SimulatedAttester.open(world);
    return {
      value,
      gas: created.gasUsed,
      detail: `group ${value.group}, class self-attested: the device's owner can influence whether they are paid`,
    };
  });
  const insurer = await report.step("the insurer publishes a program", async () => {
    // All claims come at the end of the story, so the first period's window must reach until then.
    const length = calendar.endOf(calendar.lastEpochOf(calendar.periods - 1)) - start;
    const value = await Insurer.publish(world, attester.group, {
      circuit,
      terms,
      benefit: BENEFIT,
      claimWindow: 30 * DAY + (calendar.epochsPerPeriod > 1 ? length : 0),
    });
    return { value, gas: value.created.gasUsed, detail: explainTerms(value.terms).join("\n    ") };
  });
  await report.step("the insurer funds it", async () => {
    const { result, gasUsed } = await insurer.fund(BENEFIT * BigInt(calendar.periods));
    return { value: undefined, gas: gasUsed, detail: `${usd(result)} free` };
  });
  return { world, attester, insurer };
}

async function enrol(
  report: Report,
  scenario: Scenario,
  { world, attester, insurer }: Pick<Stage, "world" | "attester" | "insurer">,
) {
  const { profile, offset, firstEpoch, periods } = scenario.calendar;
  report.section("Enrolment");
  const patient = new Patient(world);
  await report.step("the attester enrols the patient and a simulated device", async () => {
    await patient.enrol(attester, { profile: profile.name, offset, firstEpoch });
    const { publicKey, curve } = patient.device;
    return { value: undefined, detail: `device ${publicKey.slice(0, 18)}… (${curve})` };
  });
  const application = await report.step(
    "the patient proves: holder and subject are one person",
    async (progress) => {
      const cover = { firstEpoch, periods };
      const value = await patient.apply(insurer.program, cover, {
        onProgress: ({ phase }) => progress(phase),
      });
      return {
        value,
        detail: "enrolment proof over the digest of the attestation; it stays between patient and attester",
      };
    },
  );
  await report.refusal(
    "a stolen enrolment proof with the thief's account as controller",
    ["ATTESTATION_MISMATCH"],
    () =>
      attester.attest({
        ...application,
        attestation: { ...application.attestation, controller: world.roles.stranger.address },
      }),
  );
  const policy = await report.step("the attester attests, the insurer issues the policy", async () => {
    const signature = await patient.attested(attester, application);
    const { result, gasUsed } = await insurer.issuePolicy(application.attestation, signature);
    return {
      value: result,
      gas: gasUsed,
      detail: `policy ${result}: ${count(scenario)}, ${usd(BENEFIT * BigInt(periods))} reserved`,
    };
  });
  const consent = await report.step("the patient consents; a relayer sends the signature", async () => {
    const { result, gasUsed } = await patient.consent(insurer.program);
    const { receiptHash } = patient.consents.get(result)!.consent;
    return {
      value: result,
      gas: gasUsed,
      detail: `consent ${result.slice(0, 18)}…; the patient keeps its receipt, whose hash is ${receiptHash.slice(0, 18)}…`,
    };
  });
  return { patient, application, policy, consent };
}

async function seal(
  report: Report,
  { calendar, readings }: Scenario,
  { world, attester, patient }: Pick<Stage, "world" | "attester" | "patient">,
): Promise<void> {
  report.section("Readings");
  await report.step("the readings go into the patient's log", async () => {
    const { given, taken, saturated, duplicates, refused } = await patient.log.append(readings);
    const lost = Object.entries(refused)
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => `${count} ${reason}`)
      .join(", ");
    if (taken === 0) {
      const { name, ucum, resolution } = calendar.profile;
      throw new VitalproofError(
        "READING_NOT_REPRESENTABLE",
        `None of the ${given} readings fits the profile ${name}: ${lost}.`,
        { hint: `It takes readings in ${ucum}, in steps of ${resolution}.` },
      );
    }
    return {
      value: undefined,
      detail: `${given} readings: ${taken} taken (${saturated} beyond the scale), ${duplicates} duplicates, refused: ${lost || "none"}`,
    };
  });

  const sealNow = async () => {
    const { receipts, gaps } = await patient.sealAndSend(attester);
    const [receipt] = receipts;
    const missed = gaps.length === 0 ? "" : `; ${gaps.length} came too late and count as missing`;
    return {
      value: undefined,
      detail: `the attester sees a head and a signature; its receipt is for leaf ${short(receipt!.leaf)}${missed}`,
    };
  };
  const anchorNow = async (day: number) => {
    const { closed, sent } = (await attester.anchorDay(day))!;
    return {
      value: undefined,
      gas: sent.gasUsed,
      detail: `root ${short(closed.root)} over ${closed.leaves} ${closed.leaves === 1 ? "leaf" : "leaves"}`,
    };
  };
  const events = schedule(calendar, attester);
  if (calendar.epochs.length > FEW_EPOCHS) {
    await report.step(
      `${calendar.epochs.length} days sealed, signed, accepted and anchored, each in its time`,
      async (progress) => {
        let gas = 0n;
        for (const [i, event] of events.entries()) {
          progress(`${Math.floor((100 * i) / events.length)} %`);
          await world.passUntil(event.at);
          if (event.kind === "seal") await sealNow();
          else gas += (await anchorNow(event.day)).gas;
        }
        return {
          value: undefined,
          gas,
          detail: "the attester sees heads and signatures, the chain sees roots",
        };
      },
    );
    return;
  }
  for (const event of events) {
    await world.passUntil(event.at);
    if (event.kind === "seal") await report.step(`${event.name}: sealed, signed, accepted`, sealNow);
    else await report.step(`${event.name}: anchored`, () => anchorNow(event.day));
  }
}

interface Event {
  readonly at: number;
  readonly kind: "seal" | "anchor";
  readonly day: number;
  readonly name: string;
}

/**
 * Sealing at an epoch's end, anchoring when the intake of a day is closed, which can be after the end of the next
 * day: so by the clock, not day by day.
 */
function schedule(calendar: Calendar, attester: SimulatedAttester): Event[] {
  const events: Event[] = [];
  const anchored = new Map<number, string[]>();
  for (const epoch of calendar.epochs) {
    const day = anchorDayOf(calendar.profile, calendar.offset, epoch);
    const name = calendar.nameOf(Math.floor((epoch - calendar.firstEpoch) / calendar.epochsPerPeriod));
    events.push({ at: calendar.endOf(epoch) + MINUTE, kind: "seal", day, name });
    anchored.set(day, [...(anchored.get(day) ?? []), name]);
  }
  for (const [day, names] of anchored) {
    const name = names.length === 1 ? names[0]! : `${names[0]} to ${names.at(-1)}`;
    events.push({ at: attester.anchorTime(day), kind: "anchor", day, name });
  }
  return events.sort((a, b) => a.at - b.at);
}

function count({ calendar, noun }: Scenario): string {
  return `${calendar.periods} ${noun}${calendar.periods === 1 ? "" : "s"}`;
}

export function usd(amount: bigint): string {
  return formatAmount(amount, { symbol: "tUSDC", decimals: 6 });
}

function short(value: bigint): string {
  return `0x${value.toString(16).padStart(64, "0").slice(0, 12)}…`;
}
