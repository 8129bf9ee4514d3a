// SPDX-License-Identifier: GPL-3.0-or-later

import { VitalproofError } from "../errors.ts";
import { Witness } from "../witness/witness.ts";
import { consentLeafOf, handleOf, type OpenConsent } from "./consent.ts";
import { pagePathOf } from "./page.ts";
import { packRights } from "./words.ts";

/** "Slot `slot` of this page is mine, and I want `action`." */
export type OwnSlotRequest = {
  /** Of the page, from calldata. */
  readonly leaves: readonly bigint[];
  readonly slot: number;
  readonly consent: OpenConsent;
  /** Secret whose hash is the consent's handle. */
  readonly secret: bigint;
  /** Such as `revokeActionOf`. */
  readonly action: bigint;
};

/**
 * Witness that a patient owns a slot. Public inputs: `root, slot, action`.
 * @throws SLOT_NOT_OWNED when the slot does not hold this consent, or the secret is not the one of its handle
 */
export function ownSlotWitness(request: OwnSlotRequest): Witness {
  assertOwned(request);
  return uncheckedOwnSlot(request);
}

/** Like `ownSlotWitness`, but checks nothing. */
export function uncheckedOwnSlot({ leaves, slot, consent, secret, action }: OwnSlotRequest): Witness {
  const { root, children } = pagePathOf(leaves, slot);
  return new Witness("own-slot", [root, BigInt(slot), action], {
    ...{ root, slot, action, secret, children },
    rights: packRights(consent.rights),
    signer: consent.signer,
    grantee: consent.grantee,
    audit: consent.audit,
  });
}

/**
 * Like `ownSlotWitness`, but also reveals rights and grantee. Public inputs: `root, slot, action, rights, grantee`.
 * @throws SLOT_NOT_OWNED
 */
export function bindSlotWitness(request: OwnSlotRequest): Witness {
  assertOwned(request);
  const { leaves, slot, consent, secret, action } = request;
  const { root, children } = pagePathOf(leaves, slot);
  const rights = packRights(consent.rights);
  const grantee = BigInt(consent.grantee);
  return new Witness("bind-slot", [root, BigInt(slot), action, rights, grantee], {
    ...{ root, slot, action, rights, grantee, secret, children },
    signer: consent.signer,
    audit: consent.audit,
  });
}

function assertOwned({ leaves, slot, consent, secret }: OwnSlotRequest): void {
  if (leaves[slot] === consentLeafOf(consent) && handleOf(secret) === consent.handle) return;
  throw new VitalproofError("SLOT_NOT_OWNED", `Slot ${slot} is not one of this wallet's.`, {
    details: { slot },
    hint: "Check page and slot, and that the leaf in the chain's data is that of your consent.",
  });
}
