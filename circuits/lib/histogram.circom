// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "poseidon.circom";
include "generated/protocol.circom";
include "packing.circom";
include "range.circom";

/*
 * How often each code occurs, by a lookup argument (LogUp, Haböck 2022,
 * https://eprint.iacr.org/2022/1530):
 *
 *   sum over slots 1 / (x - code)  =  sum over table counts[c] / (x - c)
 *
 * as rational functions in x, checked at one random point x.
 *
 * Why it is sound here, and is not in the variant of docs/security.md T2: every
 * code is range-checked on its own (tag `max`) and the commitment determines all
 * of them before x exists. So both sides are fixed rational functions when x is
 * drawn; poles are distinct, so they are equal only if every count is exact, and
 * unequal ones agree at x with probability below (N + CODES) / r < 2^-240.
 *
 * @param CODES, N     highest code, number of slots; N < r
 * @input codes[N]     range-checked: in [0, CODES]
 * @input commitment   collision-resistant commitment to all codes
 * @output counts[CODES + 1]   exact
 */
template Histogram(CODES, N) {
    var BITS = bitsOf(N);
    var WORDS = wordsOf(CODES + 1, BITS);
    var NEXT = 14;
    var BLOCKS = (WORDS + NEXT - 1) \ NEXT;
    signal input {max} codes[N];
    signal input commitment;
    signal output counts[CODES + 1];

    assert(codes.max == CODES);

    var tally[CODES + 1];
    for (var c = 0; c <= CODES; c++) {
        tally[c] = 0;
    }
    for (var i = 0; i < N; i++) {
        // A code outside the table fails its own range check; it must not
        // crash the witness generator here first.
        var inTable = codes[i] >= 0 && codes[i] <= CODES ? 1 : 0;
        tally[inTable * codes[i]] += 1;
    }

    // Counts are bound to the challenge with the readings. The range checks make
    // the packing unique.
    signal {max} checked[CODES + 1];
    checked.max = 2 ** BITS - 1;
    for (var c = 0; c <= CODES; c++) {
        counts[c] <-- tally[c];
        checked[c] <== Bits(BITS)(counts[c]);
    }
    signal words[WORDS] <== Pack(CODES + 1, BITS)(checked);
    signal states[BLOCKS + 1];
    states[0] <== commitment;
    for (var j = 0; j < BLOCKS; j++) {
        var block[16];
        block[0] = TAG_CHALLENGE() + j;
        block[1] = states[j];
        for (var i = 0; i < NEXT; i++) {
            block[2 + i] = j * NEXT + i < WORDS ? words[j * NEXT + i] : 0;
        }
        states[j + 1] <== Poseidon(16)(block);
    }
    signal x <== states[BLOCKS];

    var left = 0;
    signal inverses[N];
    for (var i = 0; i < N; i++) {
        inverses[i] <-- 1 / (x - codes[i]);
        inverses[i] * (x - codes[i]) === 1;
        left += inverses[i];
    }
    var right = 0;
    signal shares[CODES + 1];
    for (var c = 0; c <= CODES; c++) {
        shares[c] <-- counts[c] / (x - c);
        shares[c] * (x - c) === counts[c];
        right += shares[c];
    }
    left === right;
}

/*
 * [c >= threshold] for every code c of the table, as a running sum over a
 * one-hot vector.
 *
 * @param CODES
 * @input threshold        assumes nothing; a threshold outside [0, CODES] has no witness
 * @output reached[CODES + 1]
 */
template Steps(CODES) {
    signal input threshold;
    signal output reached[CODES + 1];

    signal hot[CODES + 1];
    var total = 0;
    var position = 0;
    for (var c = 0; c <= CODES; c++) {
        hot[c] <-- threshold == c ? 1 : 0;
        hot[c] * (hot[c] - 1) === 0;
        total += hot[c];
        position += c * hot[c];
        reached[c] <== total;
    }
    total === 1;
    position === threshold;
}
