// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a custodian's service offers over HTTP. Client, server and OpenAPI are made from this table. It is separate from the
// other services' tables because its bodies hold audit keys and revocation secrets.
import * as v from "valibot";
import { headedField } from "../wire/documents.ts";
import { get, nothing, post } from "../wire/endpoint.ts";
import { bytes32, type Field, integer, list, object, oneOf, seconds, text } from "../wire/fields.ts";
import type { MissedReason } from "./custodian/plan.ts";
import {
  CONSENT_OFFER,
  grantee,
  pageAddress,
  REVOCATION_REQUEST,
  rights,
  SIGNED_GRANT,
  slotNumber,
} from "./documents.ts";

/** No control characters, and no half of a surrogate pair: such a text has no bytes to hash. */
const key = text(/^[^\p{Cc}\p{Cs}]{1,256}$/u, "a text of 1 to 256 characters");
const bit = integer(0, 7);
const access = {
  key,
  slot: slotNumber,
  actor: integer(0, 65_535),
  role: bit,
  purpose: bit,
  class: bit,
  at: seconds,
  glass: integer(0, 1) as Field<0 | 1>,
};
const reasons: Readonly<Record<MissedReason, true>> = {
  purpose: true,
  role: true,
  class: true,
  expired: true,
  "not-live": true,
  "not-in-page": true,
  "outside-window": true,
  "too-late": true,
};

/** Accesses that one answer lists. */
export const MOST_MISSED = 1_000;

export const CUSTODIAN_ENDPOINTS = {
  /** The access is stored before the answer: from then on it is logged or reported as missed. */
  record: post(
    "/accesses",
    {
      summary: "Records an access, or refuses it; the same key again is the same access",
      roles: ["recorder"],
      repeatable: true,
    },
    object(access),
    object({ outcome: oneOf(["recorded", "known"]) }),
  ),
  /** Its audit key is for the patient alone. */
  offer: post(
    "/offers",
    { summary: "Offers the next slot to a patient", roles: ["operator"] },
    object({ rights, grantee }),
    object({ offer: headedField(CONSENT_OFFER), expires: seconds }),
  ),
  accept: post(
    "/grants",
    { summary: "Takes a consent that was offered and signed", roles: ["operator"], repeatable: true },
    headedField(SIGNED_GRANT),
    nothing,
  ),
  revoke: post(
    "/revocations",
    {
      summary: "Revokes a consent; accesses are refused from now on",
      roles: ["operator"],
      repeatable: true,
    },
    headedField(REVOCATION_REQUEST),
    nothing,
  ),
  missed: get(
    "/missed",
    { summary: "Accesses that were accepted and cannot be logged", roles: ["operator"] },
    object({
      accesses: list(
        object({ ...access, reason: oneOf(Object.keys(reasons) as MissedReason[]), isLeft: v.boolean() }),
        { max: MOST_MISSED },
      ),
      /** How many more there are than are listed. */
      more: integer(),
    }),
  ),
  decide: post(
    "/decisions",
    {
      summary:
        "Says of a missed access that it was an emergency, if it is missed as not-live, or that it stays missed",
      roles: ["operator"],
    },
    object({ key, decision: oneOf(["emergency", "leave-out"]) }),
    nothing,
  ),
  status: get(
    "/status",
    {
      summary: "What waits, and when the next batch closes",
      roles: ["recorder", "operator", "monitor"],
    },
    object({
      address: pageAddress,
      waiting: integer(),
      missed: integer(),
      unsettled: list(bytes32, { max: 10_000 }),
      /** Unix second. */
      closesAt: seconds,
    }),
  ),
} as const;
