// SPDX-License-Identifier: GPL-3.0-or-later
import {
  attestationDomainOf,
  type PresentationRequest,
  packTerms,
  presentationWitness,
  prove,
  termsForPeriod,
  VitalproofError,
  verifyAttestation,
  verifyPresentation,
  verifyUnattested,
} from "@vitalproof/sdk";
import { type Body, documentText, PRESENTATION, parseDocument } from "@vitalproof/sdk/wire";
import type { AlertParts } from "./parts.ts";
import type { AlertPeriod } from "./period.ts";
import { type KnownRequest, readAttestation } from "./requests.ts";

/**
 * Proves every statement of a request over a period that has its receipt.
 * @returns the document's text
 * @throws STATEMENT_NOT_MET; ANCHOR_PATH_INVALID for the secret of another person; ATTESTATION_MISMATCH and ATTESTATION_EXPIRED,
 *         before anything is proven; what the prover throws
 */
export async function makePresentation(
  { prover, circuits, secretOf }: Pick<AlertParts, "prover" | "circuits" | "secretOf">,
  { request, log, attestation }: KnownRequest,
  period: AlertPeriod,
  at: { readonly now: number; readonly signal: AbortSignal },
): Promise<string> {
  const { receipt, previousHead, epochs } = period;
  if (receipt === undefined) throw new Error("a period is proven against its receipt");
  const secret = await secretOf(log.person);
  const proofs: Body<typeof PRESENTATION>["proofs"] = [];
  let holder = 0n;
  for (const [index, { circuit, terms }] of request.statements.entries()) {
    const of = { previousHead, epochs, path: { receiptLeaf: receipt.leaf } };
    const witness = presentationWitness(secret, request, index, of);
    holder = witness.publicInputs[0]!;
    if (index === 0 && attestation !== undefined)
      await assertUsable(attestation, request, log.attester.trust.attester, { holder, now: at.now });
    const { artifacts, keyHash } = await circuits(circuit);
    const { proof } = await prove(prover, artifacts, witness, { signal: at.signal });
    proofs.push({
      circuit,
      verificationKey: keyHash,
      terms: packTerms(termsForPeriod(terms, epochs[0]!.epoch)),
      proof: { a: [...proof.a], b: [[...proof.b[0]], [...proof.b[1]]], c: [...proof.c] },
      receipt,
    });
  }
  return documentText(PRESENTATION, { holder, proofs });
}

/**
 * Verifies the bytes that will be delivered, as the verifier will. Whether the attester knows the holder is checked where its
 * attestation is configured.
 * @param now Unix seconds
 * @throws what `verifyPresentation` throws
 */
export async function checkPresentation(
  { circuits }: Pick<AlertParts, "circuits">,
  { request, log, attestation }: KnownRequest,
  text: string,
  now: number,
): Promise<void> {
  const presentation = presentationOf(text, request);
  const { domain: anchors, ...attesters } = log.attester.trust;
  const trust = { ...attesters, anchors, now };
  const keyOf = async (circuit: string) => (await circuits(circuit)).artifacts.verificationKey;
  if (attestation === undefined) await verifyUnattested(request, presentation, trust, keyOf);
  else {
    const attested = await readAttestation(attestation);
    await verifyPresentation(request, presentation, { ...trust, ...attested }, keyOf);
  }
}

function presentationOf(text: string, { statements }: PresentationRequest) {
  const { holder, proofs } = parseDocument(PRESENTATION, text, "the presentation");
  return {
    holder,
    proofs: proofs.map(({ circuit, terms, proof, receipt }, i) => {
      if (receipt === undefined) throw new Error(`statement ${i + 1} of ${statements.length} has no receipt`);
      return { circuit, terms, proof, evidence: { receipt } };
    }),
  };
}

/** What no proof can mend is said before one is made. */
async function assertUsable(
  file: string,
  request: PresentationRequest,
  attester: string,
  { holder, now }: { readonly holder: bigint; readonly now: number },
): Promise<void> {
  const { attestation, attestationSignature } = await readAttestation(file);
  if (attestation.holder !== holder) {
    throw new VitalproofError("ATTESTATION_MISMATCH", "The attestation is for another holder.", {
      hint: "Apply for one with this request, and name its file in the alert's configuration.",
    });
  }
  // After a hand-over the previous attester's signature does not count: nothing says when it was made.
  verifyAttestation(attestationDomainOf(request), attestation, attestationSignature, attester);
  if (attestation.expiry >= BigInt(Math.floor(now))) return;
  throw new VitalproofError("ATTESTATION_EXPIRED", `The attestation expired at ${attestation.expiry}.`, {
    details: { expiry: attestation.expiry },
    hint: "Apply for a new one, give it to the verifier, and put it into the same file.",
  });
}
