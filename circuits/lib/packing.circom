// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "generated/protocol.circom";

/** Words that `slots` slots of `base` bits fill. */
function wordsOf(slots, base) {
    var perWord = WORD_BITS() \ base;
    return (slots + perWord - 1) \ perWord;
}

/*
 * Packs slots into words of 252 bits, slot 0 least significant.
 *
 * Unique, because every slot is below 2^BASE (tag `max`, asserted) and a word
 * stays below 2^252: two different slot vectors never give the same words.
 *
 * A word is a wire that enters a hash. Were it replaced by its sum, or one of its
 * slots by the rest, the sum would occur two or three times in sides A and B of
 * constraints, where the prover pays for every term. So each word is tied to its
 * sum by a constraint that circom cannot solve for one of them: on side C of the
 * square of a wire that is 0.
 *
 * @param SLOTS, BASE   slots, and bits per slot
 * @input slots[SLOTS]  range-checked
 * @output words
 */
template Pack(SLOTS, BASE) {
    var WORDS = wordsOf(SLOTS, BASE);
    var perWord = WORD_BITS() \ BASE;
    signal input {max} slots[SLOTS];
    signal output words[WORDS];

    assert(slots.max < 2 ** BASE);
    signal zero <-- 0;
    zero * zero === 0;
    var step = 2 ** BASE;
    for (var w = 0; w < WORDS; w++) {
        var sum = 0;
        var weight = 1;
        for (var i = w * perWord; i < (w + 1) * perWord && i < SLOTS; i++) {
            sum += slots[i] * weight;
            weight *= step;
        }
        words[w] <-- sum;
        zero * zero === words[w] - sum;
    }
}
