// SPDX-License-Identifier: GPL-3.0-or-later
//
// A consent of the health ledger, as circuits/ledger/consent.circom has it.
import { poseidon2 } from "poseidon-lite/poseidon2";
import { poseidon3 } from "poseidon-lite/poseidon3";
import { poseidon4 } from "poseidon-lite/poseidon4";
import { assertField } from "../field.ts";
import { TAGS } from "../generated/protocol.ts";
import type { Point } from "../internal/babyJubJub.ts";
import { assertInteger } from "../invalid.ts";
import { packRights, type Rights } from "./words.ts";

/** An opened consent. Patient and custodian know it; its leaf reveals nothing. */
export type OpenConsent = {
  readonly rights: Rights;
  /** `signerOf` the patient's key of this slot. */
  readonly signer: bigint;
  /** `handleOf` the patient's revocation secret of this slot. */
  readonly handle: bigint;
  /** Whom the consent is for: 32 bits. */
  readonly grantee: number;
  /** Key that encrypts its records. The person who has it can read them. */
  readonly audit: bigint;
};

/** `P2(T_handle, secret)` */
export function handleOf(secret: bigint): bigint {
  assertField("revocation secret", secret, { secret: true });
  return poseidon2([TAGS.handle, secret]);
}

/** `P3(T_signer, A.x, A.y)` */
export function signerOf([x, y]: Point): bigint {
  return poseidon3([TAGS.signer, x, y]);
}

/** `P4(T_owner, signer, handle, grantee)` */
export function ownerOf({
  signer,
  handle,
  grantee,
}: Pick<OpenConsent, "signer" | "handle" | "grantee">): bigint {
  assertField("signer", signer);
  assertField("handle", handle);
  assertInteger("grantee", grantee, 0, 2 ** 32 - 1);
  return poseidon4([TAGS.owner, signer, handle, BigInt(grantee)]);
}

/** `P3(T_consent · 2^64 + rights, owner, audit)` */
export function consentLeafOf(consent: OpenConsent): bigint {
  assertField("audit key", consent.audit, { secret: true });
  return poseidon3([(TAGS.consent << 64n) + packRights(consent.rights), ownerOf(consent), consent.audit]);
}

/**
 * What a patient signs: `P4(T_grant, domain, slot, leaf)`. It holds for one slot of one page.
 * @param domain `grantDomainOf` the page
 */
export function grantMessageOf(domain: bigint, slot: number, leaf: bigint): bigint {
  assertField("domain", domain);
  assertInteger("slot", slot, 0, 255);
  assertField("leaf", leaf);
  return poseidon4([TAGS.grant, domain, BigInt(slot), leaf]);
}

/**
 * Key that encrypts the records of one slot, from a custodian's master: `P3(T_auditKey, master, page · 256 + slot)`. The
 * person who has the master can read every record of the custodian.
 */
export function auditKeyOf(master: bigint, page: bigint, slot: number): bigint {
  assertField("audit master", master, { secret: true });
  assertInteger("slot", slot, 0, 255);
  return poseidon3([TAGS.auditKey, master, page * 256n + BigInt(slot)]);
}
