// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "../lib/generated/protocol.circom";
include "../lib/sparse_poseidon.circom";
include "bitify.circom";

/*
 * A consent's rights: three masks and an end, unpacked.
 *
 *   rights = purposes(8) | roles(8) | classes(8) | until(26)
 *
 * @input masks[3]   any field elements: constrained to 8 bits
 * @input until      any field element: constrained to 26 bits; minutes since 1970-01-01 UTC, the consent's end
 * @output bits      of the masks
 * @output rights    unique for masks and end
 */
template Rights() {
    signal input masks[3], until;
    signal output {binary} bits[3][8];
    signal output rights;

    // A mask has 8 bits, since its bits are chosen by indices of 3.
    for (var m = 0; m < 3; m++) {
        bits[m] <== Num2Bits(8)(masks[m]);
    }
    _ <== Num2Bits(RIGHTS_UNTIL_BITS())(until);
    rights <== masks[0] * 2 ** RIGHTS_PURPOSES_SHIFT() + masks[1] * 2 ** RIGHTS_ROLES_SHIFT()
        + masks[2] * 2 ** RIGHTS_CLASSES_SHIFT() + until * 2 ** RIGHTS_UNTIL_SHIFT();
}

/*
 * Who can sign for a consent, revoke it, and use it:
 *
 *   owner = P4(T_owner, signer, handle, grantee)
 */
template Owner() {
    signal input signer, handle, grantee;
    signal output out;

    var tag = TAG_OWNER();
    out <== SparsePoseidon(4)([tag, signer, handle, grantee]);
}

/* handle = P2(T_handle, secret): who knows the secret can revoke. */
template Handle() {
    signal input secret;
    signal output out;

    var tag = TAG_HANDLE();
    out <== SparsePoseidon(2)([tag, secret]);
}

/*
 * leaf = P3(T_consent * 2^64 + rights, owner, audit)
 *
 * @input rights   below 2^64: checked by the caller, or opened from a leaf that was made with such
 * @input audit    key of the pads of this consent's records, known to patient and custodian
 */
template ConsentLeaf() {
    signal input rights, owner, audit;
    signal output out;

    var tag = TAG_CONSENT();
    out <== SparsePoseidon(3)([tag * 2 ** 64 + rights, owner, audit]);
}
