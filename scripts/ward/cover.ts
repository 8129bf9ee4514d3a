// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY, Holder, httpAttester, httpRelayer, proofMaker } from "@vitalproof/sdk";
import { sharedProver } from "../../simulation/index.ts";
import type { Patient, Ward } from "./ward.ts";

const PROVEN_AT_ONCE = 2;

/** Gets every patient a policy for the day, and the consent to claim on it. @returns policies by bed */
export async function coverAll(ward: Ward): Promise<ReadonlyMap<string, bigint>> {
  const { report, patients } = ward;
  return report.step(
    `${patients.length} patients apply, get their policies, and consent over the relayer`,
    async (progress) => {
      const policies = new Map<string, bigint>();
      let gas = 0n;
      // The proofs two at a time; the transactions one after the other.
      for (let at = 0; at < patients.length; at += PROVEN_AT_ONCE) {
        progress(`${at} of ${patients.length}`);
        const some = patients.slice(at, at + PROVEN_AT_ONCE);
        const applications = await Promise.all(some.map((patient) => apply(ward, patient)));
        for (const [i, patient] of some.entries()) {
          const { application, signature } = applications[i]!;
          const { result, gasUsed } = await ward.insurer.issuePolicy(application.attestation, signature);
          await consent(ward, patient);
          policies.set(patient.bed.name, result);
          gas += gasUsed;
        }
      }
      const detail =
        "each proves that holder and subject are one person; the attester attests, the insurer issues";
      return { value: policies, gas, detail };
    },
  );
}

async function apply(ward: Ward, patient: Patient) {
  const { site, facts, epoch } = ward;
  const holder = holderOf(ward, patient);
  await site.world.follow();
  const cover = { firstEpoch: epoch, periods: 1 };
  const application = await holder.apply(facts, cover, { now: site.world.now });
  const attester = httpAttester(`${site.attester.url}/attester`, { token: site.token(patient.bed.name) });
  // The domain is the attester's own affair.
  const { domain: _, ...request } = application;
  const signature = await attester.attest(request);
  holder.assertAttested(application, signature, site.world.roles.attester.address);
  return { application, signature };
}

async function consent(ward: Ward, patient: Patient): Promise<void> {
  const { site, facts } = ward;
  await site.world.follow();
  const { now } = site.world;
  // A second before now: a block may be mined in the second of the last one.
  const on = { now, latest: now - 1, lasts: 365 * DAY };
  const { consent: agreed, deadline, signature } = await holderOf(ward, patient).consent(facts, on);
  const relayer = httpRelayer(site.relayerUrl, { token: site.token(patient.bed.name) });
  await relayer.consent({ consent: agreed, deadline, signature });
}

function holderOf({ site }: Ward, { identity }: Patient): Holder {
  const { relayer } = site.world.roles;
  const chain = { claims: site.world.claimsAs(relayer), consents: site.world.consentsAs(relayer) };
  return new Holder(identity, chain, proofMaker(sharedProver, site.world.artifacts));
}
