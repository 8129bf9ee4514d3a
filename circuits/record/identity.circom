// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "../lib/sparse_poseidon.circom";
include "../lib/generated/protocol.circom";

/*
 * subject = P3(T_subject, secret, 0): the name under which an attester files a
 * person's log. The same in every scope, so it never leaves the attester.
 */
template Subject() {
    signal input secret;
    signal output out;

    var tag = TAG_SUBJECT();
    out <== SparsePoseidon(3)([tag, secret, 0]);
}

/*
 * holder = P3(T_holder, secret, scope): the policyholder's pseudonym in one
 * scope. Holders of one person in two scopes cannot be linked without the secret.
 */
template Holder() {
    signal input secret, scope;
    signal output out;

    var tag = TAG_HOLDER();
    out <== SparsePoseidon(3)([tag, secret, scope]);
}
