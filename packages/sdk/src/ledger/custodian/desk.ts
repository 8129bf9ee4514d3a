// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where consents are offered, given and revoked, before they are in a batch.
import { VitalproofError } from "../../errors.ts";
import { randomBytes, randomFieldElement } from "../../field.ts";
import { assertInteger, invalid } from "../../invalid.ts";
import {
  auditKeyOf,
  consentLeafOf,
  grantMessageOf,
  handleOf,
  type OpenConsent,
  signerOf,
} from "../consent.ts";
import type { Grant, Revocation, sizesOf } from "../consentBatch.ts";
import { grantDomainOf, isLive, PAGE_SLOTS } from "../page.ts";
import { isGrantSignature, SlotKey } from "../signature.ts";
import type { ConsentOffer } from "../wallet.ts";
import { packRights, type Rights, unpackRights } from "../words.ts";
import type { CustodianState, GivenConsent, OpenOffer } from "./state.ts";
import type { PageView } from "./view.ts";

/** A slot for one patient, and what the wallet needs to sign for it. */
export type SlotOffer = OpenOffer & ConsentOffer;

export type OfferRequest = { readonly rights: Rights; readonly grantee: number };

/** The contents of the next consent batch. */
export type ConsentPlan = {
  readonly grants: readonly GivenConsent[];
  readonly revocations: readonly Revocation[];
};

/**
 * Offers the next slot. Nobody else is ever offered it, since its audit key is shown here.
 * @throws INVALID_ARGUMENT for rights that are not the page's form, and for a page that has no slot left
 */
export function offerSlot(
  state: CustodianState,
  { rights, grantee }: OfferRequest,
  expires: number,
): SlotOffer {
  const packed = packRights(rights);
  if (state.form !== 0n && packed !== state.form)
    throw invalid("packed rights", packed, `${state.form}, as of every consent of this page`);
  assertInteger("grantee", grantee, 0, 2 ** 32 - 1);
  const slot = state.offered;
  if (slot >= PAGE_SLOTS)
    throw invalid("slots of the page that were offered", slot, `below ${PAGE_SLOTS}; open another page`);
  const offer: OpenOffer = { slot, rights, grantee, expires };
  state.offered = slot + 1;
  state.offers = [...state.offers, offer];
  return { ...offer, address: state.address, audit: auditKeyOf(state.master, state.address.page, slot) };
}

/**
 * Takes a consent for the slot that was offered.
 * @returns undefined when it was given before
 * @throws GRANT_NOT_SIGNED when it fits no open offer, or its patient did not sign exactly it
 */
export function takeGrant(state: CustodianState, grant: Grant): GivenConsent | undefined {
  const { consent, key, signature } = grant;
  const leaf = consentLeafOf(consent);
  if (state.given.some((each) => each.leaf === leaf)) return undefined;
  const { page } = state.address;
  const offer = state.offers.find(({ slot }) => auditKeyOf(state.master, page, slot) === consent.audit);
  if (offer === undefined) throw notSigned("The consent fits no open offer", undefined);
  const { slot } = offer;
  const isOffered =
    packRights(consent.rights) === packRights(offer.rights) && consent.grantee === offer.grantee;
  if (!isOffered) throw notSigned(`The consent for slot ${slot} is not the one that was offered`, slot);
  const message = grantMessageOf(grantDomainOf(state.address), slot, leaf);
  if (signerOf(key) !== consent.signer || !isGrantSignature(message, signature, key))
    throw notSigned(`The consent for slot ${slot} is not signed`, slot);
  const given = { slot, leaf, grant };
  state.offers = state.offers.filter((each) => each.slot !== slot);
  state.given = [...state.given, given].sort((a, b) => a.slot - b.slot);
  return given;
}

/**
 * Queues a revocation.
 * @returns whether it is new
 * @throws REVOCATION_NOT_POSSIBLE for a slot without a live consent, or the secret of another one
 */
export function takeRevocation(
  state: CustodianState,
  view: PageView,
  consents: ReadonlyMap<bigint, OpenConsent>,
  { slot, secret, at }: { readonly slot: number; readonly secret: bigint; readonly at: number },
): boolean {
  assertInteger("slot", slot, 0, PAGE_SLOTS - 1);
  const leaf = view.leaves[slot] ?? state.given.find((each) => each.slot === slot)?.leaf;
  const consent = leaf === undefined ? undefined : consents.get(leaf);
  const isThere = slot >= view.leaves.length || isLive(view.current.live, slot);
  if (leaf === undefined || consent?.handle !== handleOf(secret) || !isThere) {
    throw new VitalproofError(
      "REVOCATION_NOT_POSSIBLE",
      `The consent in slot ${slot} cannot be revoked so.`,
      {
        details: { slot },
        hint: "The slot must hold a live consent, and the secret must be the one of its handle.",
      },
    );
  }
  if (state.revocations.some((each) => each.leaf === leaf)) return false;
  state.revocations = [...state.revocations, { slot, leaf, secret, at }];
  return true;
}

/**
 * Slots fill in order without a hole. An offer that was withdrawn or expired below one that was answered would leave one,
 * and the audit key of its slot was shown. So the slot is spent on an empty consent of a key that is thrown away.
 * @returns whether there was such a slot
 */
export function fillHoles(state: CustodianState, view: PageView, now: number): boolean {
  const last = state.given.at(-1)?.slot ?? -1;
  const given = new Set(state.given.map(({ slot }) => slot));
  const open = new Set(state.offers.filter(({ expires }) => expires > now).map(({ slot }) => slot));
  const holes: number[] = [];
  for (let slot = view.leaves.length; slot < last; slot++) {
    if (open.has(slot)) break;
    if (!given.has(slot)) holes.push(slot);
  }
  if (holes.length === 0) return false;
  const empty = holes.map((slot) => emptyConsent(state, slot));
  state.offers = state.offers.filter(({ slot }) => !holes.includes(slot));
  state.given = [...state.given, ...empty.map(({ given: each }) => each)].sort((a, b) => a.slot - b.slot);
  state.revocations = [...state.revocations, ...empty.map(({ revocation }) => ({ ...revocation, at: 0 }))];
  return true;
}

/** Given and revoked in one batch, so that it is never live. */
function emptyConsent({ master, address, form }: CustodianState, slot: number) {
  const key = new SlotKey(randomBytes(32));
  const secret = randomFieldElement();
  const consent: OpenConsent = {
    rights: unpackRights(form),
    signer: signerOf(key.publicKey),
    handle: handleOf(secret),
    grantee: 0,
    audit: auditKeyOf(master, address.page, slot),
  };
  const leaf = consentLeafOf(consent);
  const signature = key.sign(grantMessageOf(grantDomainOf(address), slot, leaf));
  const grant: Grant = { consent, key: key.publicKey, signature };
  return { given: { slot, leaf, grant }, revocation: { slot, leaf, secret } };
}

/**
 * The next consent batch; undefined when nothing is due. Revocations are due at once, with the consents that wait.
 * Consents alone wait until they fill a batch, or for `close`.
 */
export function planConsents(
  state: CustodianState,
  view: PageView,
  consents: ReadonlyMap<bigint, OpenConsent>,
  { mostGrants, mostRevocations, close }: ReturnType<typeof sizesOf> & { readonly close: boolean },
): ConsentPlan | undefined {
  const filled = view.leaves.length;
  const revocation = (leaf: bigint): Revocation[] =>
    state.revocations
      .filter((each) => each.leaf === leaf)
      .map(({ slot, secret }) => ({ slot, secret, consent: consents.get(leaf)! }));
  const revocations = view.leaves
    .flatMap((leaf, slot) => (isLive(view.current.live, slot) ? revocation(leaf) : []))
    .slice(0, mostRevocations);
  const isUrgent = revocations.length > 0;
  const grants: GivenConsent[] = [];
  for (let slot = filled; grants.length < mostGrants; slot++) {
    const given = state.given.find((each) => each.slot === slot);
    if (given === undefined) break;
    const revoked = revocation(given.leaf);
    // A consent that is revoked already must not be live for a moment.
    if (revocations.length + revoked.length > mostRevocations) break;
    revocations.push(...revoked);
    grants.push(given);
  }
  const isDue = isUrgent || grants.length === mostGrants || (close && grants.length > 0);
  return isDue ? { grants, revocations } : undefined;
}

function notSigned(what: string, slot: number | undefined): VitalproofError {
  return new VitalproofError("GRANT_NOT_SIGNED", `${what}.`, {
    details: { slot },
    hint: "The patient signs exactly what was offered, for its slot. Make a new offer if it was withdrawn or expired.",
  });
}
