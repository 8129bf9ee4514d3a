// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "poseidon_constants.circom";
include "generated/poseidon_inverses.circom";

/*
 * Poseidon (https://eprint.iacr.org/2019/458), the very function of circomlib's
 * template and of poseidon-lite, with the same number of constraints.
 *
 * What differs is which values are wires. A prover pays for every term on the
 * sides A and B of a constraint A * B = C and for none on side C. circomlib keeps
 * what leaves an S-box as a wire, so that what enters the next one is a sum of up
 * to T + 68 wires, and occurs three times in A and B. Here what *enters* an S-box
 * is the wire, and what leaves it is written, on side C, as the linear function of
 * later inputs that it is: rounds are read backwards. 16 inputs: 1,314 terms in A
 * and B instead of 16,248.
 *
 * Sound because every linear step of the permutation can be undone: the inverse
 * of a round's matrix takes the inputs of the next round to the outputs of this
 * one, uniquely, and those are constrained to be fifth powers of this round's
 * inputs. So by induction over the rounds no other wires are possible.
 *
 * With `unit` = 0 the round constants are switched off: inputs of 0 then make
 * every wire 0, which costs a prover next to nothing, and the output says nothing.
 *
 * @param INPUTS   2, 3, 4, 14 or 16 (scripts/generate/poseidon.ts)
 * @input unit     1, or 0 for no hash at all; constrained by the caller
 * @input inputs[INPUTS]
 * @output out     P_INPUTS(inputs) if unit = 1
 */
template GatedPoseidon(INPUTS) {
    var HALF = 4; // full rounds before and after the partial ones
    var T = INPUTS + 1;
    var PARTIAL = poseidonPartialRounds(T);
    // circomlib's optimised form: constants come after S-boxes, M mixes full
    // rounds, P the last one before the partial rounds, sparse matrices S those.
    var C[T * 2 * HALF + PARTIAL] = POSEIDON_C(T);
    var S[PARTIAL * (2 * T - 1)] = POSEIDON_S(T);
    var M[T][T] = POSEIDON_M(T);
    var P[T][T] = POSEIDON_P(T);
    var inverseM[T][T] = poseidonInverseM(T);
    var inverseP[T][T] = poseidonInverseP(T);
    var inverseS[PARTIAL] = poseidonInverseS(T);
    signal input unit, inputs[INPUTS];
    signal output out;

    // What enters the S-boxes, its square and its fourth power.
    signal full[2 * HALF][T], fullSquare[2 * HALF][T], fullFourth[2 * HALF][T];
    signal partial[PARTIAL], partialSquare[PARTIAL], partialFourth[PARTIAL];

    // Forwards: values for the wires.
    var state[T];
    for (var i = 0; i < T; i++) {
        full[0][i] <== (i == 0 ? 0 : inputs[i - 1]) + C[i] * unit;
    }
    for (var r = 0; r < 2 * HALF; r++) {
        var constants = (r + 1) * T + (r < HALF ? 0 : PARTIAL);
        var left[T];
        for (var i = 0; i < T; i++) {
            fullSquare[r][i] <== full[r][i] * full[r][i];
            fullFourth[r][i] <== fullSquare[r][i] * fullSquare[r][i];
            left[i] = fullFourth[r][i] * full[r][i] + (r < 2 * HALF - 1 ? C[constants + i] * unit : 0);
        }
        for (var i = 0; i < T; i++) {
            state[i] = 0;
            for (var j = 0; j < T; j++) {
                state[i] += (r == HALF - 1 ? P[j][i] : M[j][i]) * left[j];
            }
        }
        if (r == HALF - 1) {
            for (var k = 0; k < PARTIAL; k++) {
                var row = (2 * T - 1) * k;
                partial[k] <-- state[0];
                partialSquare[k] <== partial[k] * partial[k];
                partialFourth[k] <== partialSquare[k] * partialSquare[k];
                var first = partialFourth[k] * partial[k] + C[(HALF + 1) * T + k] * unit;
                state[0] = S[row] * first;
                for (var i = 1; i < T; i++) {
                    state[0] += S[row + i] * state[i];
                    state[i] += S[row + T + i - 1] * first;
                }
            }
        }
        if (r < 2 * HALF - 1) {
            for (var i = 0; i < T; i++) {
                full[r + 1][i] <-- state[i];
            }
        }
    }
    out <-- state[0];

    // Backwards: what leaves each S-box, from what enters those after it.
    var lasts = 0;
    signal fifth[INPUTS];
    for (var i = 1; i < T; i++) {
        fifth[i - 1] <== fullFourth[2 * HALF - 1][i] * full[2 * HALF - 1][i];
        lasts += M[i][0] * fifth[i - 1];
    }
    M[0][0] * fullFourth[2 * HALF - 1][0] * full[2 * HALF - 1][0] === out - lasts;

    for (var r = 2 * HALF - 2; r >= 0; r--) {
        var constants = (r + 1) * T + (r < HALF ? 0 : PARTIAL);
        var later[T];
        for (var i = 0; i < T; i++) {
            later[i] = full[r + 1][i];
        }
        if (r == HALF - 1) {
            for (var k = PARTIAL - 1; k >= 0; k--) {
                var row = (2 * T - 1) * k;
                var first = later[0];
                for (var i = 1; i < T; i++) {
                    first -= S[row + i] * later[i];
                }
                first *= inverseS[k];
                partialFourth[k] * partial[k] === first - C[(HALF + 1) * T + k] * unit;
                for (var i = 1; i < T; i++) {
                    later[i] -= S[row + T + i - 1] * first;
                }
                later[0] = partial[k];
            }
        }
        for (var i = 0; i < T; i++) {
            var left = 0;
            for (var j = 0; j < T; j++) {
                left += (r == HALF - 1 ? inverseP[j][i] : inverseM[j][i]) * later[j];
            }
            fullFourth[r][i] * full[r][i] === left - C[constants + i] * unit;
        }
    }
}

/* P_INPUTS(inputs). */
template SparsePoseidon(INPUTS) {
    signal input inputs[INPUTS];
    signal output out;

    out <== GatedPoseidon(INPUTS)(1, inputs);
}
