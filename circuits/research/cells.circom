// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "generated/research.circom";
include "../lib/generated/protocol.circom";
include "../lib/lookup.circom";
include "../lib/packing.circom";
include "../lib/range.circom";
include "bitify.circom";
include "comparators.circom";

/** Classes of records in an answer: 0 not live, 1 and 2 group A with and without the outcome, 3 and 4 group B, 5 the rest. */
function CLASSES() { return 6; }

/** Bits of a committed class. */
function CLASS_BITS() { return 3; }

/*
 * [cell = 0 or cell >= 11], the least number of people that an answer may be about.
 *
 * @param BITS    1 … 250
 * @input cell    in [0, 2^BITS), by the caller
 */
template CellHolds(BITS) {
    var MIN = RESEARCH_MIN_CELL();
    assert(MIN < 2 ** BITS);
    signal input cell;
    signal output {binary} out;

    signal bits[BITS + 1] <== Num2Bits(BITS + 1)(cell + 2 ** BITS - MIN);
    signal none <== IsZero()(cell);
    out <== bits[BITS] + none; // never both
}

/*
 * Commitment to each record's class.
 *
 * @param N
 * @input classes[N]   below 2^3, by the caller: then the packing is unique
 * @input salt         at least 128 random bits
 */
template ClassesRoot(N) {
    var PER_WORD = WORD_BITS() \ CLASS_BITS();
    var WORDS = wordsOf(N, CLASS_BITS());
    signal input classes[N], salt;
    signal output out;

    signal zero <-- 0;
    zero * zero === 0;
    signal words[WORDS];
    for (var w = 0; w < WORDS; w++) {
        var sum = 0;
        for (var i = w * PER_WORD; i < (w + 1) * PER_WORD && i < N; i++) {
            sum += classes[i] * 2 ** (CLASS_BITS() * (i % PER_WORD));
        }
        words[w] <-- sum;
        zero * zero === words[w] - sum;
    }
    out <== Absorb(TAG_CLASSES(), WORDS)(salt, words);
}

/*
 * This answer together with an earlier one: how many of the 35 cells hold that the two make, one for each pair of classes
 * but "not live" in both. Every count that can be derived from both answers is a sum of these cells; so if each is 0 or at
 * least 11, then no difference of two released counts is about 1 to 10 people. A record that went or came is in "not live" of
 * one of them, so that a single one suppresses the answer, whichever class it was in.
 *
 * @param N
 * @input earlier[N]    any field elements: constrained to 3 bits
 * @input salt          of the earlier answer's commitment
 * @input classes[N]    in [0, 5], by the caller
 * @input commitment    determines all classes and the earlier answer's root
 * @output root         of the earlier answer's classes
 * @output holding      0 … 35
 */
template CellsWithEarlier(N) {
    var CODES = CLASSES() * 2 ** CLASS_BITS() - 1;
    signal input earlier[N], salt, classes[N], commitment;
    signal output root, holding;

    signal {max} pairs[N];
    pairs.max = CODES;
    for (var i = 0; i < N; i++) {
        _ <== Num2Bits(CLASS_BITS())(earlier[i]);
        pairs[i] <== CLASSES() * earlier[i] + classes[i];
    }
    root <== ClassesRoot(N)(earlier, salt);

    signal counts[CODES + 1] <== Histogram(CODES, N)(pairs, commitment);
    // Pair 0 is "not live" in both. Codes from 36 on are of classes that no answer commits to.
    var PAIRS = CLASSES() * CLASSES();
    signal {binary} holds[PAIRS - 1];
    var sum = 0;
    for (var pair = 1; pair < PAIRS; pair++) {
        holds[pair - 1] <== CellHolds(bitsOf(N))(counts[pair]);
        sum += holds[pair - 1];
    }
    holding <== sum;
}
