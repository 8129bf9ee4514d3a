// SPDX-License-Identifier: GPL-3.0-or-later
//
// The whole story of docs/architecture.md on one chain: from a file of readings
// to a payment, and then everything that must not work.
import {
  anchorDayOf,
  type ClaimRequest,
  checkTerms,
  claimWitness,
  codeOf,
  createIdentity,
  dayOffsetOf,
  epochAt,
  epochEnd,
  epochStart,
  explainTerms,
  Log,
  memoryStore,
  type ProofOf,
  packTerms,
  profileOf,
  prove,
  type Reading,
  Witness,
} from "@vitalproof/sdk";
import { childProcessProver } from "@vitalproof/sdk/node";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { SimulatedClinic } from "./clinic.ts";
import { Insurer } from "./insurer.ts";
import { Patient } from "./patient.ts";
import type { Report } from "./report.ts";
import { World } from "./world.ts";

const STATEMENT = "glucose-day";
const PROFILE = "glucose-mg-dl-5min";
const DAY = 86_400;
const MINUTE = 60;
const USD = 1_000_000n;

export interface StoryInput {
  readonly readings: readonly Reading[];
  readonly zone: string;
}

export interface DayResult {
  readonly epoch: number;
  /** Local date on which the day begins. */
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
  input: StoryInput,
): Promise<StoryResult> {
  const profile = profileOf(PROFILE);
  const times = input.readings.map(({ time }) => time);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const offset = dayOffsetOf(input.zone, first);
  const firstEpoch = epochAt(profile, offset, first);
  const lastEpoch = epochAt(profile, offset, last);
  const periods = lastEpoch - firstEpoch + 1;
  const dateOf = (epoch: number) =>
    new Date((epochStart(profile, offset, epoch) + (offset > 48 ? DAY / 2 : 0)) * 1000)
      .toISOString()
      .slice(0, 10);

  report.section(`Setting: ${periods} days from ${dateOf(firstEpoch)}; the chain begins the day before`);
  const world = await report.step("deploy the contracts with Ignition", async () => {
    const value = await World.create(hre, epochStart(profile, offset, firstEpoch) - DAY);
    return {
      value,
      detail: `ClaimsPayout at ${value.addresses.claims}, chain ${(await value.claimsAs(value.roles.relayer).domain()).chainId}`,
    };
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
      benefit: 25n * USD,
    });
    return { value, gas: value.created.gasUsed, detail: explainTerms(value.terms).join("\n    ") };
  });
  await report.step("the insurer funds it", async () => {
    const { result, gasUsed } = await insurer.fund(25n * USD * BigInt(periods));
    return { value: undefined, gas: gasUsed, detail: `${usd(result)} free` };
  });

  report.section("Enrolment");
  const patient = new Patient(world);
  await report.step("the clinic enrols the patient and a simulated device", async () => {
    await patient.enrol(clinic, { profile: PROFILE, offset, firstEpoch });
    return {
      value: undefined,
      detail: `device ${patient.device.publicKey.slice(0, 18)}… (${patient.device.curve})`,
    };
  });
  const application = await report.step(
    "the patient proves: holder and subject are one person",
    async (progress) => {
      const value = await patient.apply(
        insurer,
        { firstEpoch, periods },
        { onProgress: ({ phase }) => progress(phase) },
      );
      return {
        value,
        detail: "enrolment proof over the digest of the attestation; it stays between patient and clinic",
      };
    },
  );
  const policy = await report.step("the clinic attests, the insurer issues the policy", async () => {
    const signature = await clinic.attest({
      attestation: application.attestation,
      scopeNumber: insurer.scopeNumber,
      subject: patient.identity.subject,
      proof: application.proof.proof,
      publicInputs: application.proof.publicInputs,
    });
    const { result, gasUsed } = await insurer.issuePolicy(application.attestation, signature);
    return {
      value: result,
      gas: gasUsed,
      detail: `policy ${result}: ${periods} days, ${usd(25n * USD * BigInt(periods))} reserved`,
    };
  });
  await report.refusal(
    "a stolen enrolment proof with the thief's account as controller",
    ["ATTESTATION_MISMATCH"],
    () =>
      clinic.attest({
        attestation: { ...application.attestation, controller: world.roles.stranger.address },
        scopeNumber: insurer.scopeNumber,
        subject: patient.identity.subject,
        proof: application.proof.proof,
        publicInputs: application.proof.publicInputs,
      }),
  );
  let consent = await report.step("the patient consents; a relayer carries the signature", async () => {
    const { result, gasUsed } = await patient.consent(insurer.program);
    return { value: result, gas: gasUsed, detail: `consent ${result.slice(0, 18)}…` };
  });

  report.section("Readings");
  await report.step("read the export into the patient's log", async () => {
    const { given, taken, saturated, duplicates, refused } = await patient.log.append(input.readings);
    const lost = Object.entries(refused)
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => `${count} ${reason}`);
    return {
      value: undefined,
      detail: `${given} readings: ${taken} taken (${saturated} beyond the scale), ${duplicates} duplicates, refused: ${lost.join(", ") || "none"}`,
    };
  });

  // Sealing and anchoring as time passes: sealing at a day's end, anchoring when
  // the intake is closed, which can be after the end of the next day.
  const epochs = Array.from({ length: periods }, (_, i) => firstEpoch + i);
  const events = epochs.flatMap((epoch) => [
    { at: epochEnd(profile, offset, epoch) + MINUTE, epoch, kind: "seal" as const },
    { at: clinic.anchorTime(anchorDayOf(profile, offset, epoch)), epoch, kind: "anchor" as const },
  ]);
  for (const { at, epoch, kind } of events.sort((a, b) => a.at - b.at)) {
    await world.passUntil(at);
    if (kind === "seal") {
      await report.step(`${dateOf(epoch)}: sealed, signed, taken in`, async () => {
        const [receipt] = await patient.sealAndSend(clinic);
        return {
          value: undefined,
          detail: `the clinic sees a head and a signature; receipt for leaf ${short(receipt!.leaf)}`,
        };
      });
    } else {
      await report.step(`${dateOf(epoch)}: anchored`, async () => {
        const { closed, sent } = (await clinic.anchor(anchorDayOf(profile, offset, epoch)))!;
        return {
          value: undefined,
          gas: sent.gasUsed,
          detail: `root ${short(closed.root)} over ${closed.leaves} leaf`,
        };
      });
    }
  }

  report.section("Claims");
  const requestOf = (epoch: number) => patient.claimRequest(clinic, insurer, STATEMENT, epoch);
  const checkOf = (request: ClaimRequest) =>
    checkTerms(
      request.terms,
      request.epochs.map(({ codes }) => codes),
    );
  const requests = new Map<number, ClaimRequest>();
  for (const epoch of epochs) requests.set(epoch, await requestOf(epoch));
  const good = epochs.filter((epoch) => checkOf(requests.get(epoch)!).holds);
  const bad = epochs.filter((epoch) => !good.includes(epoch));
  const submit = (epoch: number, proof: ProofOf, consentId = consent) =>
    world
      .claimsAs(world.roles.relayer)
      .submitClaim({ policy, period: epoch - firstEpoch, consentId, proof: proof.proof });
  const proofs = new Map<number, ProofOf>();
  const proveDay = (epoch: number) =>
    report.step(`${dateOf(epoch)}: prove`, async (progress) => {
      const value = await patient.proveClaim(requests.get(epoch)!, {
        onProgress: ({ phase }) => progress(phase),
      });
      proofs.set(epoch, value);
      return { value, detail: checkOf(requests.get(epoch)!).bounds[1]!.text };
    });
  const claimDay = (epoch: number, proof: ProofOf) =>
    report.step(`${dateOf(epoch)}: claim verified and credited`, async () => {
      const { gasUsed } = await submit(epoch, proof);
      return { value: undefined, gas: gasUsed, detail: `${usd(25n * USD)} owed` };
    });

  // The last good day waits for the story of the revoked consent.
  for (const epoch of good.slice(0, -1)) await claimDay(epoch, await proveDay(epoch));

  report.section("What is refused, and why");
  const prover = childProcessProver();
  const bareWitness = (
    request: ClaimRequest,
    codes: readonly (readonly number[])[],
    secret = patient.identity.secret(),
  ) => {
    // Past the SDK's own check, straight to the circuit.
    const met: ClaimRequest = {
      ...request,
      terms: { ...request.terms, low: 1, high: profile.codes, shareMin: 0, coverageMin: 1 },
    };
    const honest = claimWitness(patient.identity.secret(), met);
    const terms = packTerms(request.terms);
    const input = { ...honest.circuitInput(), terms, codes, secret };
    const publicInputs = honest.publicInputs.map((value, i) => (i === 2 ? terms : value));
    return new Witness(STATEMENT, publicInputs, input);
  };
  const artifacts = await world.artifacts.load(STATEMENT);
  for (const epoch of bad) {
    const check = checkOf(requests.get(epoch)!);
    report.note(
      `${dateOf(epoch)} does not meet the terms: ${check.failing.map(({ text }) => text).join(" ")}`,
    );
  }
  const worst = bad.find((epoch) => checkOf(requests.get(epoch)!).valid > 0);
  if (worst === undefined)
    report.note("(no day of this file is below the limit, so three refusals cannot be shown)");
  else {
    const request = requests.get(worst)!;
    const codes = request.epochs.map((record) => record.codes);
    await report.refusal(
      `a day below the limit (${dateOf(worst)}): the SDK says by how much`,
      ["STATEMENT_NOT_MET"],
      () => patient.proveClaim(request),
    );
    await report.refusal("the same day, past the SDK: the circuit has no witness", ["WITNESS_REJECTED"], () =>
      prove(prover, artifacts, bareWitness(request, codes)),
    );
    const borrowed = good.map((epoch) => proofs.get(epoch)).find((proof) => proof !== undefined);
    if (borrowed !== undefined) {
      await report.refusal(
        "the same day, with a good day's proof: the contract's inputs are another day's",
        ["ClaimsPayout_InvalidProof"],
        () => submit(worst, borrowed),
      );
    }
    const dropped = codes.map((row) =>
      row.map((code) => (code >= insurer.terms.low && code <= insurer.terms.high ? code : 0)),
    );
    await report.refusal(
      "readings dropped to look better: missing counts against the claimant",
      ["STATEMENT_NOT_MET"],
      () =>
        Promise.resolve(
          claimWitness(patient.identity.secret(), {
            ...request,
            epochs: request.epochs.map((record, i) => ({ ...record, codes: dropped[i]! })),
          }),
        ),
    );
    const better = codes.map((row) => row.map((code) => (code === 0 ? 0 : codeOf(profile, 120))));
    await report.refusal(
      "readings replaced by good ones: they are not what was sealed and anchored",
      ["WITNESS_REJECTED"],
      () => prove(prover, artifacts, bareWitness(request, better)),
    );
  }

  const claimed = good.slice(0, -1)[0];
  if (claimed === undefined)
    report.note("(fewer than two days meet the terms, so a second claim cannot be shown)");
  else {
    await report.refusal(
      `the same period twice (${dateOf(claimed)})`,
      ["ClaimsPayout_PeriodAlreadyClaimed"],
      () => submit(claimed, proofs.get(claimed)!),
    );
  }

  const pending = good.at(-1);
  const subjectOfShow = pending ?? epochs[0]!;
  const thief = createIdentity();
  await report.refusal(
    "another person's log: the thief's secret does not open it",
    ["WITNESS_REJECTED"],
    () => {
      const request = requests.get(subjectOfShow)!;
      return prove(
        prover,
        artifacts,
        bareWitness(
          request,
          request.epochs.map(({ codes }) => codes),
          thief.secret(),
        ),
      );
    },
  );
  await report.refusal(
    "a re-sealed day: the clinic has a head for it already",
    ["INTAKE_EPOCH_TAKEN"],
    async () => {
      const second = await Log.create(memoryStore(), "second", patient.log.opening);
      const start = epochStart(profile, offset, firstEpoch);
      await second.append(
        Array.from({ length: profile.slots }, (_, i) => ({
          time: start + i * profile.interval,
          value: 120,
          unit: "mg/dL",
        })),
      );
      await second.seal(world.now, firstEpoch);
      await clinic.intake.submit(await second.sign(firstEpoch, patient.device));
    },
  );

  if (pending === undefined) report.note("(no day meets the terms, so there is nothing to claim)");
  else {
    const proof = await proveDay(pending);
    await report.step("the patient revokes the consent", async () => {
      const { gasUsed } = await patient.revoke(insurer.program, consent);
      return { value: undefined, gas: gasUsed, detail: "final for this consent" };
    });
    await report.refusal(
      `a claim under the revoked consent (${dateOf(pending)})`,
      ["ClaimsPayout_NoActiveConsent"],
      () => submit(pending, proof),
    );
    consent = await report.step("the patient consents again, with a new consent", async () => {
      const { result, gasUsed } = await patient.consent(insurer.program);
      return { value: result, gas: gasUsed, detail: "" };
    });
    await claimDay(pending, proof);
  }

  report.section("Payment");
  const claims = world.claimsAs(world.roles.relayer);
  let paid = 0n;
  if (good.length > 0) {
    paid = await report.step("anybody triggers the payment; the policy's payee gets it", async () => {
      const { result, gasUsed } = await claims.pay(policy);
      const payee = await claims.payeeOf(policy);
      const balance = await world.token.balanceOf(payee);
      return { value: balance, gas: gasUsed, detail: `${usd(result)} to ${payee}` };
    });
    await report.refusal("paying twice", ["ClaimsPayout_NothingOwed"], () => claims.pay(policy));
  }

  const days = await Promise.all(
    epochs.map(async (epoch): Promise<DayResult> => {
      const check = checkOf(requests.get(epoch)!);
      const { state } = await claims.periodOf(policy, epoch - firstEpoch);
      const reason = check.failing.map(({ text }) => text).join(" ");
      return {
        epoch,
        date: dateOf(epoch),
        valid: check.valid,
        inBand: check.inBand,
        missing: check.missing,
        share: Math.round((check.inBand * 10_000) / check.slots) / 100,
        holds: check.holds,
        outcome: state === "credited" ? "paid" : "refused",
        ...(check.holds ? {} : { reason }),
      };
    }),
  );
  return { days, paid: usd(paid), claims: good.length };
}

function usd(amount: bigint): string {
  return `${(Number(amount) / Number(USD)).toFixed(2)} tUSDC`;
}

function short(value: bigint): string {
  return `0x${value.toString(16).padStart(64, "0").slice(0, 12)}…`;
}
