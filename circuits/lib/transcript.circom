// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "generated/protocol.circom";
include "lookup.circom"; // Absorb
include "sparse_poseidon.circom";

/*
 * Ties the circuit's words to the words that a contract has in calldata and storage, at three public inputs for any
 * number of words:
 *
 *   digest = Absorb(TAG, salt, words ‖ extra)            a commitment, made before x exists
 *   x      = keccak256(domain ‖ digest ‖ words) mod r    computed by the contract from its own words
 *   y      = w0 + x (w1 + x (w2 + …))                    computed by both
 *
 * Why it is sound. `digest` fixes the circuit's words, the hash covers the contract's words, and x comes after both. If
 * they differ, two different polynomials of degree below WORDS agree at x: for one digest with probability below
 * WORDS / r, 2^-240 for 8,192 words, and each try costs a hash. Without `digest` under the hash a prover who knows x
 * solves one linear equation for the words; test/circuits keeps that variant and its forgery.
 *
 * `extra` is everything else that has to be fixed before x, or a challenge derived from it, exists. Values that are
 * compared at a challenge and are in neither `words` nor `extra`, nor follow from them, can be chosen after it.
 *
 * A contract may leave out trailing words that are 0: they change neither polynomial.
 *
 * @param TAG            counted domain separator
 * @param WORDS, EXTRA   (WORDS + EXTRA) / 14 <= 256
 * @input digest, x, y   public; the contract refuses values that are not below r
 * @input salt           hides words of low entropy and `extra`: at least 128 random bits
 * @input words[WORDS]   any field elements. Packed words are range-checked by the caller, so that each has one meaning
 */
template Transcript(TAG, WORDS, EXTRA) {
    signal input digest, x, y;
    signal input salt, words[WORDS], extra[EXTRA];

    signal all[WORDS + EXTRA];
    for (var i = 0; i < WORDS; i++) {
        all[i] <== words[i];
    }
    for (var i = 0; i < EXTRA; i++) {
        all[WORDS + i] <== extra[i];
    }
    signal absorbed <== Absorb(TAG, WORDS + EXTRA)(salt, all);
    digest === absorbed;

    signal horner[WORDS];
    horner[WORDS - 1] <== words[WORDS - 1];
    for (var i = WORDS - 2; i >= 0; i--) {
        horner[i] <== horner[i + 1] * x + words[i];
    }
    y === horner[0];
}

/*
 * Challenge number NUMBER out of a transcript's x: P3(T_batchChallenge, x, NUMBER). Different numbers give
 * independent challenges.
 */
template TranscriptChallenge(NUMBER) {
    signal input x;
    signal output out;

    var tag = TAG_BATCH_CHALLENGE();
    out <== SparsePoseidon(3)([tag, x, NUMBER]);
}
