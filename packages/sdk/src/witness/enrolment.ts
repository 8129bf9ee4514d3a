// SPDX-License-Identifier: GPL-3.0-or-later
import { assertField } from "../field.ts";
import { holderOf, subjectOf } from "../hashes/names.ts";
import { Witness } from "./witness.ts";

/**
 * Witness of the circuit `enrolment`: the holder of a scope and the subject of a log come from one secret. The
 * proof is over the digest of one holder attestation and so is the patient's acceptance of exactly that one.
 *
 * Public inputs in order: `holder, subject, scope, policyHash`.
 * @param policyHash EIP-712 digest of the attestation modulo r (`policyHashOf`)
 */
export function enrolmentWitness(secret: bigint, request: { scope: bigint; policyHash: bigint }): Witness {
  assertField("policyHash", request.policyHash);
  const holder = holderOf(secret, request.scope);
  const subject = subjectOf(secret);
  const { scope, policyHash } = request;
  return new Witness("enrolment", [holder, subject, scope, policyHash], {
    holder,
    subject,
    scope,
    policyHash,
    secret,
  });
}
