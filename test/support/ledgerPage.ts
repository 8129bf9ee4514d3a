// SPDX-License-Identifier: GPL-3.0-or-later
//
// A page of the health ledger and its patients, the same in every run.
import {
  type Access,
  consentLeafOf,
  type Grant,
  grantDomainOf,
  grantMessageOf,
  handleOf,
  type OpenConsent,
  type PageAddress,
  type PageState,
  type Rights,
  SlotKey,
  signerOf,
} from "@vitalproof/sdk/ledger";
import { keccak256, toUtf8Bytes } from "ethers";

/** Purposes 1, 2 and 4, roles 0 to 3, classes 4 to 7. */
export const RIGHTS: Rights = {
  purposes: 0b0001_0110,
  roles: 0b0000_1111,
  classes: 0b1111_0000,
  until: 40_000_000,
};

export const ADDRESS: PageAddress = {
  chainId: 31_337n,
  ledger: "0x00000000000000000000000000000000000000A1",
  page: 1n,
};

/** Numbers that look random: 248 bits. */
export function numberOf(seed: string): bigint {
  return BigInt(keccak256(toUtf8Bytes(seed))) >> 8n;
}

/** A patient's side of one consent. */
export type Patient = { readonly key: SlotKey; readonly secret: bigint; readonly consent: OpenConsent };

export function patientOf(
  name: string,
  rights: Rights = RIGHTS,
  grantee = Number(numberOf(`${name}/grantee`) & 0xffff_ffffn),
): Patient {
  const key = new SlotKey(Buffer.from(keccak256(toUtf8Bytes(`${name}/key`)).slice(2), "hex"));
  const secret = numberOf(`${name}/secret`);
  const consent = {
    rights,
    signer: signerOf(key.publicKey),
    handle: handleOf(secret),
    grantee,
    audit: numberOf(`${name}/audit`),
  };
  return { key, secret, consent };
}

/** A consent that its patient signed for a slot. */
export function grantOf({ key, consent }: Patient, slot: number, address: PageAddress = ADDRESS): Grant {
  const message = grantMessageOf(grantDomainOf(address), slot, consentLeafOf(consent));
  return { consent, key: key.publicKey, signature: key.sign(message) };
}

/** A page whose slots are filled and live up to a number. */
export function pageOf(
  filled: number,
  rights: Rights = RIGHTS,
): { readonly page: PageState; readonly patients: readonly Patient[] } {
  const patients = Array.from({ length: filled }, (_, slot) => patientOf(`patient ${slot}`, rights));
  const leaves = patients.map(({ consent }) => consentLeafOf(consent));
  return { page: { leaves, live: (1n << BigInt(filled)) - 1n }, patients };
}

/**
 * Accesses that a full batch may have, one a minute: over all these patients in turns, each by another actor, and every
 * fiftieth with broken glass for a purpose that `RIGHTS` does not have.
 */
export function sampleAccesses(patients: readonly Pick<Patient, "consent">[], count: number): Access[] {
  return Array.from({ length: count }, (_, i) => {
    const slot = (7 * i) % patients.length;
    const usual = { slot, actor: i, role: 1, purpose: 2, class: 4, minute: i, glass: 0 };
    const { consent } = patients[slot]!;
    return i % 50 === 7 ? { ...usual, consent, purpose: 7, glass: 1 } : { ...usual, consent };
  });
}
