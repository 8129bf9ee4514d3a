// SPDX-License-Identifier: GPL-3.0-or-later
import type { VerificationKey } from "../artifacts/artifacts.ts";
import { verifyAttestation } from "../attester/attestation.ts";
import { type Detail, VitalproofError } from "../errors.ts";
import { packContext } from "../hashes/context.ts";
import { scopeOf } from "../hashes/scope.ts";
import { verifyReceipt } from "../log/receipt.ts";
import { profileOf } from "../profiles/profile.ts";
import { verifyProof } from "../prove/verify.ts";
import type { Terms } from "../templates/templates.ts";
import { packTerms, termsForPeriod, unpackTerms } from "../terms/pack.ts";
import { anchorDayOf, epochEnd, epochStart } from "../time/epochs.ts";
import type { Presentation, PresentationRequest, PresentationTrust, PresentedProof } from "./presentation.ts";
import { validateRequest } from "./validateRequest.ts";

/** A presentation that holds. `start` and `end` are Unix seconds, half open. */
export type VerifiedPresentation = {
  holder: bigint;
  start: number;
  end: number;
};

type UnattestedTrust = Omit<PresentationTrust, "attestation" | "attestationSignature">;

/**
 * Verifies an answer to a request off chain: every circuit of the request is there once, over the same seconds, for
 * one holder whom the attester attested to this verifier, with a proof over a log head that the attester signed a
 * receipt for or anchored, and fresh.
 *
 * Not checked: whether the same presentation came before. It says the same thing again; who counts alerts keeps
 * `(holder, start)`.
 *
 * @param keyOf verification key of a circuit, from artifacts that the verifier trusts
 * @throws REQUEST_INVALID; PRESENTATION_MISMATCH naming what does not fit the request, PRESENTATION_STALE, ATTESTATION_MISMATCH,
 *         ATTESTATION_EXPIRED, RECEIPT_INVALID, ANCHOR_DAY_UNKNOWN, PROOF_INVALID, PROOF_MALFORMED
 */
export async function verifyPresentation(
  request: PresentationRequest,
  presentation: Presentation,
  trust: PresentationTrust,
  keyOf: (circuit: string) => Promise<VerificationKey>,
): Promise<VerifiedPresentation> {
  validateRequest(request);
  assertAttested(request, presentation.holder, trust);
  return verifyUnattested(request, presentation, trust, keyOf);
}

/**
 * The same for somebody who has no attestation, such as the person who is about to answer: everything but whether the
 * attester knows the holder.
 * @throws as `verifyPresentation`, without ATTESTATION_MISMATCH and ATTESTATION_EXPIRED
 */
export async function verifyUnattested(
  request: PresentationRequest,
  presentation: Presentation,
  trust: UnattestedTrust,
  keyOf: (circuit: string) => Promise<VerificationKey>,
): Promise<VerifiedPresentation> {
  validateRequest(request);
  const { holder, proofs } = presentation;
  if (proofs.length !== request.statements.length) {
    throw mismatch(`It has ${proofs.length} proofs where ${request.statements.length} are asked for.`, {
      wanted: request.statements.length,
      given: proofs.length,
    });
  }
  const { account: scopes, chainId } = request.verifier;
  const scope = scopeOf({ chainId, scopes, scopeNumber: request.scopeNumber });

  let period: { start: number; end: number } | undefined;
  for (const [i, wanted] of request.statements.entries()) {
    const given = proofs[i]!;
    const terms = assertTerms(wanted, given);
    const here = periodOf(terms);
    period ??= here;
    if (here.start !== period.start || here.end !== period.end) {
      throw mismatch(`${given.circuit} covers other seconds than ${proofs[0]!.circuit}.`, {
        circuit: given.circuit,
        start: here.start,
        end: here.end,
        wantedStart: period.start,
        wantedEnd: period.end,
      });
    }
    assertFresh(request, period.end, trust.now);
    const root = await rootOf(request, terms, given, trust);
    verifyProof(await keyOf(given.circuit), [holder, root, given.terms, scope], given.proof);
  }
  return { holder, ...period! };
}

function assertAttested(request: PresentationRequest, holder: bigint, trust: PresentationTrust): void {
  const { attestation, attester, attestationSignature } = trust;
  if (attestation.holder !== holder) {
    throw new VitalproofError("ATTESTATION_MISMATCH", "The attestation is for another holder.", {
      details: { wanted: holder, given: attestation.holder },
      hint: "Ask the attester for an attestation of this holder in this verifier's scope.",
    });
  }
  if (attestation.expiry < BigInt(Math.floor(trust.now))) {
    throw new VitalproofError("ATTESTATION_EXPIRED", `The attestation expired at ${attestation.expiry}.`, {
      details: { expiry: attestation.expiry, now: trust.now },
    });
  }
  const { account: claims, chainId } = request.verifier;
  verifyAttestation({ chainId, claims }, attestation, attestationSignature, attester);
}

/** The proof is for the circuit and terms that were asked for; only the first epoch is the person's to say. */
function assertTerms(wanted: PresentationRequest["statements"][number], given: PresentedProof): Terms {
  if (given.circuit !== wanted.circuit) {
    throw mismatch(`It proves ${given.circuit} where ${wanted.circuit} is asked for.`, {
      wanted: wanted.circuit,
      given: given.circuit,
    });
  }
  const terms = unpackTerms(given.terms);
  if (packTerms(termsForPeriod(wanted.terms, terms.epoch)) !== given.terms) {
    throw mismatch(`The terms of ${given.circuit} are not those that were asked for.`, {
      circuit: given.circuit,
      given: given.terms,
    });
  }
  return terms;
}

function assertFresh(request: PresentationRequest, end: number, now: number): void {
  if (end > now) {
    throw new VitalproofError("PRESENTATION_STALE", `Its period ends at ${end}, now it is ${now}.`, {
      details: { end, now },
      hint: "A period can be proven once it is over; check both clocks.",
    });
  }
  if (request.maxAge === undefined || now - end <= request.maxAge) return;
  throw new VitalproofError(
    "PRESENTATION_STALE",
    `Its period ended ${now - end} s ago; ${request.maxAge} s are allowed.`,
    {
      details: { end, now, maxAge: request.maxAge },
      hint: "Prove the present period.",
    },
  );
}

/** The root that the proof must be for, from what the attester signed or anchored. */
async function rootOf(
  request: PresentationRequest,
  terms: Terms,
  given: PresentedProof,
  trust: UnattestedTrust,
): Promise<bigint> {
  const profile = profileOf(terms.profile);
  const lastEpoch = terms.epoch + terms.epochs - 1;
  if ("receipt" in given.evidence) {
    const { receipt } = given.evidence;
    verifyReceipt(trust.anchors, receipt, trust);
    const context = packContext({ profile: profile.id, offset: terms.offset, epoch: lastEpoch });
    if (receipt.group !== request.group || receipt.context !== context) {
      throw mismatch(`The receipt of ${given.circuit} is for another group or epoch.`, {
        group: receipt.group,
        wantedGroup: request.group,
        context: receipt.context,
        wantedContext: context,
      });
    }
    return receipt.leaf;
  }
  const day = anchorDayOf(profile, terms.offset, lastEpoch);
  if (given.evidence.anchorDay !== day) {
    throw mismatch(`${given.circuit} ends on day ${day}, not ${given.evidence.anchorDay}.`, {
      wanted: day,
      given: given.evidence.anchorDay,
    });
  }
  const root = await trust.anchorRootOf?.(day);
  if (root === undefined || root === 0n) {
    throw new VitalproofError("ANCHOR_DAY_UNKNOWN", `Group ${request.group} has no anchor of day ${day}.`, {
      details: { group: request.group, day },
      hint: "Wait for the anchor, or ask for the receipt.",
    });
  }
  return root;
}

function periodOf(terms: Terms): { start: number; end: number } {
  const profile = profileOf(terms.profile);
  return {
    start: epochStart(profile, terms.offset, terms.epoch),
    end: epochEnd(profile, terms.offset, terms.epoch + terms.epochs - 1),
  };
}

function mismatch(message: string, details: Record<string, Detail>): VitalproofError {
  return new VitalproofError("PRESENTATION_MISMATCH", message, {
    details,
    hint: "Answer exactly the request: its circuits, in its order, for one holder and the same time.",
  });
}
