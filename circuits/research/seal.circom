// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "generated/research.circom";
include "../lib/sparse_poseidon.circom";
include "babyjub.circom";
include "bitify.circom";
include "comparators.circom";
include "escalarmulany.circom";
include "escalarmulfix.circom";

/*
 * Words encrypted to a key on BabyJubJub. With S = ephemeral * 8 key:
 *
 *   point = ephemeral * B8,   ciphers[j] = plain[j] + P4(T_answer, S.x, request, j)
 *
 * The request is in the pad, so that an ephemeral number that is used twice does not use a pad twice.
 *
 * @param WORDS
 * @input key         any field elements: constrained to the curve; 8 times it is in the subgroup, and constrained not to be
 *                    its neutral element
 * @input ephemeral   any field element: constrained to 250 bits. A prover who gives it away gives the answer away, which
 *                    they know anyway
 * @input request     another one for each answer
 */
template Seal(WORDS) {
    signal input key[2], ephemeral, request, plain[WORDS];
    signal output point[2], ciphers[WORDS];
    var BASE8[2] = [
        5299619240641551281634865583518297030282874472190772894086521144482721001553,
        16950150798460657717958625567821834550301663161624707787222815936182638968203
    ];

    BabyCheck()(key[0], key[1]);
    signal doubled[4][2];
    doubled[0] <== key;
    for (var d = 0; d < 3; d++) {
        (doubled[d + 1][0], doubled[d + 1][1]) <== BabyDbl()(doubled[d][0], doubled[d][1]);
    }
    signal neutral <== IsZero()(doubled[3][0]);
    neutral === 0;

    signal bits[250] <== Num2Bits(250)(ephemeral);
    point <== EscalarMulFix(250, BASE8)(bits);
    signal shared[2] <== EscalarMulAny(250)(bits, doubled[3]);
    var tag = TAG_ANSWER();
    signal pads[WORDS];
    for (var j = 0; j < WORDS; j++) {
        pads[j] <== SparsePoseidon(4)([tag, shared[0], request, j]);
        ciphers[j] <== plain[j] + pads[j];
    }
}
