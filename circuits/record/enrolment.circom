// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "identity.circom";

/*
 * One person is behind a holder and a subject.
 *
 * PUBLIC   holder      the pseudonym in `scope`
 *          subject     the name of the person's log at the attester
 *          scope       of the program
 *          policyHash  EIP-712 digest of the holder attestation, mod r
 * PRIVATE  secret      the identity secret
 *
 * `policyHash` takes part in no relation: as a public input it is bound by the
 * verifier. The square keeps it in the constraint system whatever the compiler
 * or the key set-up does with unused inputs.
 *
 * Not checked here: that the attestation behind `policyHash` names this holder
 * and an honest controller (the attester compares before signing), and that
 * the attester knows the person behind `subject` (its register).
 */
template Enrolment() {
    signal input holder, subject, scope, policyHash;
    signal input secret;

    signal derivedHolder <== Holder()(secret, scope);
    signal derivedSubject <== Subject()(secret);
    holder === derivedHolder;
    subject === derivedSubject;
    signal bound <== policyHash * policyHash;
}
