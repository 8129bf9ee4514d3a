// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "../lib/generated/protocol.circom";
include "../lib/range.circom";
include "../lib/sparse_poseidon.circom";
include "bitify.circom";

/*
 * The record of one access: 46 of 62 bits. The rest is 0, so that a patient who tries the key of their consent on every
 * record of a page knows their own by 16 zero bits and 8 bits of slot.
 *
 *   slot(8) | actor(16) | role(3) | purpose(3) | class(3) | minute(12) | glass(1) | zero(16)     (protocol.json)
 *
 * @input slot … minute   any field elements: constrained to their bits
 * @input glass           a bit, checked by the caller
 * @output indices        bits of purpose, role and class: of the masks of rights, in their order
 */
template Record() {
    signal input slot, actor, role, purpose, class, minute, glass;
    signal output record;
    signal output {binary} indices[3][3];

    _ <== Num2Bits(RECORD_SLOT_BITS())(slot);
    _ <== Num2Bits(RECORD_ACTOR_BITS())(actor);
    indices[0] <== Num2Bits(RECORD_PURPOSE_BITS())(purpose);
    indices[1] <== Num2Bits(RECORD_ROLE_BITS())(role);
    indices[2] <== Num2Bits(RECORD_CLASS_BITS())(class);
    _ <== Num2Bits(RECORD_MINUTE_BITS())(minute);
    record <== slot * 2 ** RECORD_SLOT_SHIFT() + actor * 2 ** RECORD_ACTOR_SHIFT() + role * 2 ** RECORD_ROLE_SHIFT()
        + purpose * 2 ** RECORD_PURPOSE_SHIFT() + class * 2 ** RECORD_CLASS_SHIFT()
        + minute * 2 ** RECORD_MINUTE_SHIFT() + glass * 2 ** RECORD_GLASS_SHIFT();
}

/** Bits of an encrypted record, and how many of them make a word of the body: 31 bytes. */
function CIPHER_BITS() { return 62; }
function CIPHERS_PER_WORD() { return 4; }

/* Bit number `index` of eight: 7 constraints. */
template BitOf8() {
    signal input {binary} bits[8];
    signal input {binary} index[3];
    signal output out;

    signal pairs[4], fours[2];
    for (var i = 0; i < 4; i++) {
        pairs[i] <== bits[2 * i] + index[0] * (bits[2 * i + 1] - bits[2 * i]);
    }
    for (var i = 0; i < 2; i++) {
        fours[i] <== pairs[2 * i] + index[1] * (pairs[2 * i + 1] - pairs[2 * i]);
    }
    out <== fours[0] + index[2] * (fours[1] - fours[0]);
}

/*
 * cipher = ((record + pad) mod r) mod 2^62,  pad = P3(T_pad, audit, nonce)
 *
 * Exact: cipher + 2^62 * high is below r for every high up to floor(r / 2^62) - 1, so a sum has one split. The sums that
 * have none are the last r mod 2^62 ones, and no pad is found that reaches them. Nobody finds a pad for which the sum wraps
 * around r either, so a patient gets the record back as (cipher - pad) mod 2^62.
 *
 * @input record   below 2^62
 * @output cipher  below 2^62
 */
template Encrypt() {
    var BITS = CIPHER_BITS();
    var HIGH = 4746256094707699759555065279892984198819696952616205795909 - 1; // floor(r / 2^62) - 1
    signal input record, audit, nonce;
    signal output cipher;

    var tag = TAG_PAD();
    signal pad <== SparsePoseidon(3)([tag, audit, nonce]);
    signal high <-- (pad + record) >> BITS;
    signal {max} checkedHigh <== AtMost(HIGH)(high);
    cipher <== pad + record - checkedHigh * 2 ** BITS;
    _ <== Num2Bits(BITS)(cipher);
}
