// SPDX-License-Identifier: GPL-3.0-or-later
//
// A consent of the health ledger that a policy's claims rely on.
import {
  bindActionOf,
  bindSlotWitness,
  boundConsentIdOf,
  type Matter,
  packRights,
} from "@vitalproof/sdk/ledger";
import { patientOf, RIGHTS } from "../../support/ledgerPage.ts";
import { deployLedger, minute, TestPage } from "./ledger.ts";
import { idOf, simulated } from "./realCircuits.ts";

/** A policy whose controller's patient has a consent for its insurer in slot 1, and periods that are anchored. */
export async function deployBound() {
  const world = await deployLedger();
  const { ledger, insurer, controller, claims, purpose } = world;
  await ledger.connect(insurer).registerGrantee();
  const grantee = Number(await ledger.granteeOf(insurer.address));
  const page = await TestPage.open(world);
  const until = (await minute()) + 10 * 24 * 60;
  const rightsAt = [
    { ...RIGHTS, purposes: 0b0100 },
    { ...RIGHTS, until },
    { ...RIGHTS, until },
  ];
  await page.grant(3, (slot) =>
    patientOf(`insured ${slot}`, rightsAt[slot], slot === 2 ? grantee + 1 : grantee),
  );
  const firstEpoch = await world.nextEpoch();
  const policy = await world.issue({ firstEpoch, periods: 5n });
  for (const period of [0n, 1n, 2n]) await world.anchorPeriod(policy, period);
  const { program } = await claims.policy(policy);
  const matter: Matter = { patient: controller.address, grantee: insurer.address, purpose, program };
  return { ...world, page, policy, firstEpoch, program, matter, until };
}
export type Bound = Awaited<ReturnType<typeof deployBound>>;

/** Arguments of `bind` for a slot, with a proof of exactly them; changes come after the proof. */
export function binding(
  { page, matter }: Bound,
  slot: number,
  changes: { matter?: Matter; rights?: bigint } = {},
) {
  const { consent, secret } = page.patients[slot]!;
  const action = bindActionOf(page.address, matter);
  const witness = bindSlotWitness({ leaves: page.state.leaves, slot, consent, secret, action });
  const proof = simulated("bind-slot", witness.publicInputs);
  const rights = changes.rights ?? packRights(consent.rights);
  return [page.page, idOf("bind-slot"), slot, rights, changes.matter ?? matter, proof] as const;
}

/** With the consent in slot 1 bound. */
export async function bound() {
  const world = await deployBound();
  await world.ledger.connect(world.stranger).bind(...binding(world, 1));
  return { ...world, consentId: boundConsentIdOf(1n, 1, world.matter) };
}
