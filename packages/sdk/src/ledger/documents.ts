// SPDX-License-Identifier: GPL-3.0-or-later
//
// Files between patient and custodian. They are separate from the documents that everybody exchanges because they hold secrets
// of the two: an audit key reads all records of its consent.
import type { Document } from "../wire/documents.ts";
import {
  address as account,
  type Field,
  fieldElement,
  integer,
  object,
  optional,
  pair,
  UINT32,
  uint256,
} from "../wire/fields.ts";
import type { Grant } from "./consentBatch.ts";
import { PAGE_SLOTS, type PageAddress } from "./page.ts";
import type { ConsentOffer, KeptConsent } from "./wallet.ts";
import { TIME_END } from "./words.ts";

/** A grant, and where it belongs. */
export type SignedGrant = {
  readonly address: PageAddress;
  readonly slot: number;
  readonly grant: Grant;
};

/** What a custodian needs to revoke a consent that it has. */
export type RevocationRequest = {
  readonly address: PageAddress;
  readonly slot: number;
  /** Of this slot alone. */
  readonly secret: bigint;
};

export const pageAddress = object({ chainId: uint256, ledger: account, page: uint256 });
export const slotNumber = integer(0, PAGE_SLOTS - 1);
const place = { address: pageAddress, slot: slotNumber };

const mask = integer(0, 255);
export const rights = object({ purposes: mask, roles: mask, classes: mask, until: integer(0, TIME_END - 1) });
export const grantee = integer(0, UINT32);
const consent = object({ rights, signer: fieldElement, handle: fieldElement, grantee, audit: fieldElement });
const point = pair(fieldElement);

export const CONSENT_OFFER: Document<ConsentOffer> = {
  kind: "vitalproof/consent-offer",
  version: 1,
  title: "a consent offer",
  body: object({ ...place, rights, grantee, audit: fieldElement, form: optional(fieldElement) }),
};

export const SIGNED_GRANT: Document<SignedGrant> = {
  kind: "vitalproof/signed-grant",
  version: 1,
  title: "a signed grant",
  body: object({
    ...place,
    grant: object({ consent, key: point, signature: object({ R8: point, S: uint256 }) }),
  }) as Field<SignedGrant>,
};

/** A patient's own file. */
export const KEPT_CONSENT: Document<KeptConsent> = {
  kind: "vitalproof/kept-consent",
  version: 1,
  title: "a kept consent",
  body: object({ ...place, consent }),
};

export const REVOCATION_REQUEST: Document<RevocationRequest> = {
  kind: "vitalproof/consent-revocation",
  version: 1,
  title: "a consent's revocation",
  body: object({ ...place, secret: fieldElement }),
};
