// SPDX-License-Identifier: GPL-3.0-or-later
import { type ConsentFields, grantTypes, revocationTypes } from "./documents.ts";
import { domainOf, time } from "./network.ts";
import { DAY } from "./values.ts";
import { deployWorld } from "./world.ts";

export async function signing() {
  const world = await deployWorld();
  const domain = await domainOf("Vitalproof Consent", world.consents);
  const deadline = BigInt(await time.latest()) + DAY;
  const signGrant = (consent: ConsentFields, by = world.controller, until = deadline) =>
    by.signTypedData(domain, grantTypes, { ...consent, deadline: until });
  const signRevocation = (consentId: string, by = world.controller, until = deadline) =>
    by.signTypedData(domain, revocationTypes, { consentId, deadline: until });
  const isActive = (id: string, c: ConsentFields) =>
    world.consents.isActive(id, c.patient, c.grantee, c.purpose, c.program);
  return { ...world, domain, deadline, signGrant, signRevocation, isActive };
}
