// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "generated/research.circom";
include "../lib/generated/protocol.circom";
include "../lib/lookup.circom"; // Absorb
include "../lib/sparse_poseidon.circom";
include "bitify.circom";

/** Bits from one value of a packed column to the next: one more than a value has. */
function VALUE_BASE() { return RESEARCH_VALUE_BITS() + 1; }

/*
 * Root of a column: its values, 19 to a word of 13 bits each, absorbed after a salt. The caller has each value constrained to
 * one interval of 2^13 integers, or the packing is not unique.
 *
 * Words are wires of their own, for the reason that Pack gives.
 *
 * @param N            values
 * @input values[N]    see above
 * @input salt         of this column alone, at least 128 random bits
 */
template ColumnRoot(N) {
    var PER_WORD = WORD_BITS() \ VALUE_BASE();
    var WORDS = (N + PER_WORD - 1) \ PER_WORD;
    signal input values[N], salt;
    signal output out;

    signal zero <-- 0;
    zero * zero === 0;
    signal words[WORDS];
    var step = 2 ** VALUE_BASE();
    for (var w = 0; w < WORDS; w++) {
        var sum = 0;
        var weight = 1;
        for (var i = w * PER_WORD; i < (w + 1) * PER_WORD && i < N; i++) {
            sum += values[i] * weight;
            weight *= step;
        }
        words[w] <-- sum;
        zero * zero === words[w] - sum;
    }
    out <== Absorb(TAG_COLUMN(), WORDS)(salt, words);
}

/*
 * [value + reach >= 2^12] for every record of one column, and the column's root.
 *
 * One decomposition into 13 bits is the indicator, and makes the packing unique: it holds a value to [-reach, 2^13 - reach),
 * an interval of 2^13 integers, and words are in base 2^13 and below 2^248 in absolute value. So two vectors of such values
 * never have the same words. The committed values are below 2^12, which PageWellFormed shows, and so they are in the interval
 * too: these values are the committed ones. No challenge takes part in this.
 *
 * @param N
 * @input values[N]   any field elements
 * @input reach       0 … 4,096, checked by the caller; 0 for a condition that never holds
 * @output holds[N]   exact
 * @output root       of the column
 */
template Condition(N) {
    var BASE = VALUE_BASE();
    signal input values[N], reach, salt;
    signal output {binary} holds[N];
    signal output root;

    signal bits[N][BASE];
    for (var i = 0; i < N; i++) {
        bits[i] <== Num2Bits(BASE)(values[i] + reach);
        holds[i] <== bits[i][BASE - 1];
    }
    root <== ColumnRoot(N)(values, salt);
}

/*
 * Root of a page of columns: P16(T_dataPage, number, its columns' roots).
 *
 * @input number    of the page in its dataset
 */
template DataPageRoot() {
    var COLUMNS = RESEARCH_COLUMNS();
    signal input number, columns[COLUMNS];
    signal output out;

    var tag = TAG_DATA_PAGE();
    var children[16];
    children[0] = tag;
    children[1] = number;
    for (var c = 0; c < COLUMNS; c++) {
        children[2 + c] = columns[c];
    }
    out <== SparsePoseidon(16)(children);
}

/*
 * columns[index]
 *
 * @input index   any field element: constrained to [0, COLUMNS)
 */
template ColumnAt() {
    var COLUMNS = RESEARCH_COLUMNS();
    signal input columns[COLUMNS], index;
    signal output out;

    signal at[COLUMNS], chosen[COLUMNS]; // one-hot
    var sum = 0;
    var position = 0;
    var column = 0;
    for (var c = 0; c < COLUMNS; c++) {
        at[c] <-- index == c ? 1 : 0;
        at[c] * (at[c] - 1) === 0;
        chosen[c] <== at[c] * columns[c];
        sum += at[c];
        position += c * at[c];
        column += chosen[c];
    }
    sum === 1;
    position === index;
    out <== column;
}
