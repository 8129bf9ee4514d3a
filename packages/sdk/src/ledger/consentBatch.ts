// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { randomFieldElement } from "../field.ts";
import { LEDGER_CIRCUITS } from "../generated/ledgerProtocol.ts";
import { TAGS } from "../generated/protocol.ts";
import { transcriptDigest } from "../hashes/transcript.ts";
import type { Point } from "../internal/babyJubJub.ts";
import { invalid } from "../invalid.ts";
import { Witness } from "../witness/witness.ts";
import type { PageState } from "./accessBatch.ts";
import { consentLeafOf, grantMessageOf, handleOf, type OpenConsent, signerOf } from "./consent.ts";
import { grantDomainOf, isLive, PAGE_SLOTS, type PageAddress, pageRootOf } from "./page.ts";
import { consentHeadOf, consentInputs } from "./publicInputs.ts";
import { type GrantSignature, IDENTITY_POINT, isGrantSignature } from "./signature.ts";
import { packRights } from "./words.ts";

/** A new consent, signed by its patient for the slot that it will have. */
export type Grant = {
  readonly consent: OpenConsent;
  /** The patient's key of this slot. */
  readonly key: Point;
  readonly signature: GrantSignature;
};

/** A consent that its patient revokes. */
export type Revocation = {
  readonly slot: number;
  readonly consent: OpenConsent;
  /** Secret whose hash is the consent's handle. */
  readonly secret: bigint;
};

export type ConsentBatchRequest = {
  /** A consent batch of circuits.json. */
  readonly circuit: string;
  readonly address: PageAddress;
  /** Before the batch. */
  readonly page: PageState;
  /** 0, or the rights that every consent of this page has. */
  readonly form: bigint;
  /** For the next slots, in their order. */
  readonly grants: readonly Grant[];
  readonly revocations: readonly Revocation[];
};

/** A batch that can be proven and sent. */
export type ConsentBatch = {
  /** The page after it. */
  readonly page: PageState;
  readonly root: bigint;
  /** Of the new consents. */
  readonly leaves: readonly bigint[];
  readonly revoked: number;
  readonly digest: bigint;
  readonly witness: Witness;
};

/**
 * A batch of new consents and revocations.
 * @throws GRANT_NOT_SIGNED, REVOCATION_NOT_POSSIBLE naming the first that the circuit would reject; INVALID_ARGUMENT
 */
export function consentBatch(request: ConsentBatchRequest): ConsentBatch {
  const { page, grants, revocations, form, address } = request;
  const filled = page.leaves.length;
  if (filled + grants.length > PAGE_SLOTS)
    throw invalid("number of new consents", grants.length, `at most ${PAGE_SLOTS - filled}, the free slots`);
  const domain = grantDomainOf(address);
  for (const [i, { consent, key, signature }] of grants.entries()) {
    const slot = filled + i;
    const fits = signerOf(key) === consent.signer && (form === 0n || form === packRights(consent.rights));
    const message = grantMessageOf(domain, slot, consentLeafOf(consent));
    if (fits && isGrantSignature(message, signature, key)) continue;
    throw new VitalproofError("GRANT_NOT_SIGNED", `New consent ${i} is not signed for slot ${slot}.`, {
      details: { index: i, slot },
      hint: "The patient signs the exact consent for the exact slot, with rights as the page's form has them.",
    });
  }
  const seen = new Set<number>();
  for (const [i, { slot, consent, secret }] of revocations.entries()) {
    const leaf = [...page.leaves, ...grants.map((grant) => consentLeafOf(grant.consent))][slot];
    const isThere = slot >= filled || isLive(page.live, slot);
    const possible = leaf === consentLeafOf(consent) && isThere && !seen.has(slot);
    seen.add(slot);
    if (possible && handleOf(secret) === consent.handle) continue;
    throw new VitalproofError(
      "REVOCATION_NOT_POSSIBLE",
      `Revocation ${i}, of slot ${slot}, is not possible.`,
      {
        details: { index: i, slot },
        hint: "The slot must hold this consent, live, once in the batch, and the secret must be the one of its handle.",
      },
    );
  }
  return uncheckedConsentBatch(request, { ...sizesOf(request.circuit), salt: randomFieldElement() });
}

/** Like `consentBatch`, but checks nothing: tests use it to show what the circuit rejects. */
export function uncheckedConsentBatch(
  { circuit, address, page, form, grants, revocations }: ConsentBatchRequest,
  {
    mostGrants,
    mostRevocations,
    salt,
  }: { readonly mostGrants: number; readonly mostRevocations: number; readonly salt: bigint },
): ConsentBatch {
  if (grants.length > mostGrants)
    throw invalid("number of new consents", grants.length, `at most ${mostGrants}`);
  if (revocations.length > mostRevocations)
    throw invalid("number of revocations", revocations.length, `at most ${mostRevocations}`);
  const filled = page.leaves.length;
  const added = grants.map(({ consent }) => consentLeafOf(consent));
  const after = [...page.leaves, ...added];
  let live = page.live;
  for (let slot = filled; slot < after.length; slot++) live |= 1n << BigInt(slot);
  for (const { slot } of revocations) live &= ~(1n << BigInt(slot));
  const root = pageRootOf(after);
  const domain = grantDomainOf(address);
  const header = { filled, granted: grants.length, revoked: revocations.length };
  const before = { root: pageRootOf(page.leaves), live: page.live };
  const head = consentHeadOf(address, header, { before, after: { root, live }, form });
  const words = [...head, ...added, ...new Array<bigint>(mostGrants - added.length).fill(0n)];
  const digest = transcriptDigest({ tag: TAGS.consentBatch, salt, words, extra: [0n] });
  // Zeros behind the last leaf add nothing to y.
  const [, x, y] = consentInputs(address, digest, head, added);
  const all = Array.from({ length: mostGrants }, (_, i) => grants[i] ?? NO_GRANT);
  const back = Array.from({ length: mostRevocations }, (_, i) => revocations[i] ?? NO_REVOCATION);
  const witness = new Witness(circuit, [digest, x, y], {
    ...{ digest, x, y, salt, ...header, domain, form },
    live: Array.from({ length: PAGE_SLOTS }, (_, s) => (page.live >> BigInt(s)) & 1n),
    leaves: Array.from({ length: PAGE_SLOTS }, (_, s) => after[s] ?? 0n),
    grantMasks: all.map(({ consent: { rights } }) => [rights.purposes, rights.roles, rights.classes]),
    grantUntil: all.map(({ consent }) => consent.rights.until),
    grantGrantee: all.map(({ consent }) => consent.grantee),
    grantHandle: all.map(({ consent }) => consent.handle),
    grantAudit: all.map(({ consent }) => consent.audit),
    grantA: all.map(({ key }) => key),
    grantR8: all.map(({ signature }) => signature.R8),
    grantS: all.map(({ signature }) => signature.S),
    slot: back.map(({ slot }) => slot),
    secret: back.map(({ secret }) => secret),
    rights: back.map(({ consent }) => packRights(consent.rights)),
    signer: back.map(({ consent }) => consent.signer),
    grantee: back.map(({ consent }) => consent.grantee),
    audit: back.map(({ consent }) => consent.audit),
  });
  return { page: { leaves: after, live }, root, leaves: added, revoked: revocations.length, digest, witness };
}

const NOTHING: OpenConsent = {
  rights: { purposes: 0, roles: 0, classes: 0, until: 0 },
  ...{ signer: 0n, handle: 0n, grantee: 0, audit: 0n },
};
const NO_GRANT: Grant = {
  consent: NOTHING,
  key: IDENTITY_POINT,
  signature: { R8: IDENTITY_POINT, S: 0n },
};
const NO_REVOCATION: Revocation = { slot: 0, consent: NOTHING, secret: 0n };

/** How many new consents and revocations a circuit takes. @throws INVALID_ARGUMENT for another circuit */
export function sizesOf(circuit: string): { readonly mostGrants: number; readonly mostRevocations: number } {
  const known = Object.values(LEDGER_CIRCUITS).find(({ name }) => name === circuit);
  if (known !== undefined && "grants" in known.sizes)
    return { mostGrants: known.sizes.grants, mostRevocations: known.sizes.revocations };
  throw invalid("circuit", circuit, "a consent batch of circuits.json");
}
