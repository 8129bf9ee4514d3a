// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "sparse_poseidon.circom";
include "generated/protocol.circom";
include "packing.circom";
include "range.circom";

/*
 * Absorbs words into a state, 14 at a time; unused words are 0:
 *
 *   state = P16(TAG + j, state, next 14 words),  j = 0, 1, …
 *
 * @param TAG     counted domain separator: TAG + j, j < 256, is the tag of block j
 * @param WORDS   fixed by the instance
 */
template Absorb(TAG, WORDS) {
    var EACH = 14;
    var BLOCKS = (WORDS + EACH - 1) \ EACH;
    assert(BLOCKS <= 256);
    signal input state, words[WORDS];
    signal output out;

    signal states[BLOCKS + 1];
    states[0] <== state;
    for (var j = 0; j < BLOCKS; j++) {
        var block[16];
        block[0] = TAG + j;
        block[1] = states[j];
        for (var i = 0; i < EACH; i++) {
            block[2 + i] = j * EACH + i < WORDS ? words[j * EACH + i] : 0;
        }
        states[j + 1] <== SparsePoseidon(16)(block);
    }
    out <== states[BLOCKS];
}

/*
 * Every pair (index, mark) is in the table, at place `index`, and how often
 * each place occurs, by a lookup argument (LogUp, Haböck 2022,
 * https://eprint.iacr.org/2022/1530). With v = index + 2^S * mark for pairs and
 * table alike:
 *
 *   sum over pairs 1 / (x - v)  =  sum over table counts[t] / (x - v[t])
 *
 * as rational functions in x, checked at one random point x.
 *
 * Why it is sound here, and is not in the variant of docs/security.md T2: every
 * index and mark is range-checked on its own (tag `max`) and the commitment
 * determines all of them, and the counts, before x exists. So both sides are
 * fixed rational functions when x is drawn; the table's poles are distinct, so
 * they are equal only if every pair is in the table and every count exact, and
 * unequal ones agree at x with probability below (N + ENTRIES) / r < 2^-240.
 *
 * @param ENTRIES, N        size of the table, number of pairs; N < r
 * @input indices[N]        range-checked: in [0, ENTRIES)
 * @input marks[N]          range-checked: below 2^100
 * @input table[ENTRIES]    the mark that belongs to each index, below 2^100;
 *                          fixed by public inputs or absorbed in `commitment`
 * @input commitment        collision-resistant commitment to all indices and marks
 * @output counts[ENTRIES]  exact
 */
template Lookup(ENTRIES, N) {
    var S = bitsOf(ENTRIES - 1);
    var BITS = bitsOf(N);
    var WORDS = wordsOf(ENTRIES, BITS);
    signal input {max} indices[N];
    signal input {max} marks[N];
    signal input table[ENTRIES];
    signal input commitment;
    signal output counts[ENTRIES];

    assert(indices.max < 2 ** S);
    assert(marks.max < 2 ** 100);

    var tally[ENTRIES];
    for (var t = 0; t < ENTRIES; t++) {
        tally[t] = 0;
    }
    for (var i = 0; i < N; i++) {
        // A code outside the table fails its own range check; it must not
        // crash the witness generator here first.
        var inTable = indices[i] >= 0 && indices[i] < ENTRIES ? 1 : 0;
        tally[inTable * indices[i]] += 1;
    }

    // Counts are bound to the challenge with the readings. The range checks make
    // the packing unique.
    signal {max} checked[ENTRIES];
    checked.max = 2 ** BITS - 1;
    for (var t = 0; t < ENTRIES; t++) {
        counts[t] <-- tally[t];
        checked[t] <== Bits(BITS)(counts[t]);
    }
    signal words[WORDS] <== Pack(ENTRIES, BITS)(checked);
    var tag = TAG_CHALLENGE();
    signal x <== Absorb(tag, WORDS)(commitment, words);

    var shift = 2 ** S;
    // Hints only: 1 / (x - v) for the whole table by one division. `upTo[t]` is the
    // product of the first t distances; from its inverse the single ones follow
    // backwards (Montgomery's trick). A pair outside the table has no true hint.
    var upTo[ENTRIES + 1];
    upTo[0] = 1;
    for (var t = 0; t < ENTRIES; t++) {
        upTo[t + 1] = upTo[t] * (x - t - table[t] * shift);
    }
    var rest = 1 / upTo[ENTRIES];
    var reciprocal[ENTRIES];
    for (var t = ENTRIES - 1; t >= 0; t--) {
        reciprocal[t] = rest * upTo[t];
        rest = rest * (x - t - table[t] * shift);
    }

    var left = 0;
    signal inverses[N];
    for (var i = 0; i < N; i++) {
        var inTable = indices[i] >= 0 && indices[i] < ENTRIES ? 1 : 0;
        inverses[i] <-- reciprocal[inTable * indices[i]];
        inverses[i] * (x - indices[i] - marks[i] * shift) === 1;
        left += inverses[i];
    }
    var right = 0;
    signal shares[ENTRIES];
    for (var t = 0; t < ENTRIES; t++) {
        shares[t] <-- counts[t] * reciprocal[t];
        shares[t] * (x - t - table[t] * shift) === counts[t];
        right += shares[t];
    }
    left === right;
}

/*
 * How often each code occurs: a lookup without marks.
 *
 * @param CODES, N     highest code, number of slots; N < r
 * @input codes[N]     range-checked: in [0, CODES]
 * @input commitment   collision-resistant commitment to all codes
 * @output counts[CODES + 1]   exact
 */
template Histogram(CODES, N) {
    signal input {max} codes[N];
    signal input commitment;
    signal output counts[CODES + 1];

    assert(codes.max == CODES);
    signal {max} none[N];
    none.max = 0;
    signal table[CODES + 1];
    for (var i = 0; i < N; i++) {
        none[i] <== 0;
    }
    for (var c = 0; c <= CODES; c++) {
        table[c] <== 0;
    }
    counts <== Lookup(CODES + 1, N)(codes, none, table, commitment);
}
