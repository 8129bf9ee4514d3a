// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "../lib/sparse_poseidon.circom";
include "../lib/generated/protocol.circom";
include "../lib/packing.circom";

/*
 * What one epoch holds, hidden by its salt (docs/protocol.md, "Hashes"):
 *
 *   state = P(T_inner, ctx, salt, first words)
 *   state = P(T_innerBlock + j, state, next words),  j = 1, 2, …
 *
 * Each block is the smallest of P3, P4 and P14 that holds the words that are left;
 * unused inputs of P14 are 0. The profile fixes the number of words and so every
 * block. Tags of the first and of every further block differ, so no state in the
 * middle of a hash is the inner hash of an epoch.
 *
 * @param WORDS   words of the profile
 * @input context, salt, words
 * @output out    the inner hash. It says nothing about the past: see Head.
 */
template Inner(WORDS) {
    // The first block has tag, context and salt as well, a further one tag and state.
    var INPUTS = INNER_INPUTS();
    var FIRST = INPUTS - 3;
    var NEXT = INPUTS - 2;
    var REST = WORDS <= FIRST ? 0 : WORDS - FIRST;
    // A last block of one or two words is a smaller hash.
    var SMALL = REST % NEXT <= 2 ? REST % NEXT : 0;
    var BLOCKS = (REST - SMALL + NEXT - 1) \ NEXT;
    assert((SMALL == 0 ? BLOCKS : BLOCKS + 1) <= INNER_MAX_FURTHER_BLOCKS());
    signal input context, salt, words[WORDS];
    signal output out;

    signal states[BLOCKS + 1];
    if (WORDS == 1) {
        states[0] <== SparsePoseidon(4)([TAG_INNER(), context, salt, words[0]]);
    } else {
        var first[INPUTS];
        first[0] = TAG_INNER();
        first[1] = context;
        first[2] = salt;
        for (var i = 0; i < FIRST; i++) {
            first[3 + i] = i < WORDS ? words[i] : 0;
        }
        states[0] <== SparsePoseidon(INPUTS)(first);
    }
    for (var j = 1; j <= BLOCKS; j++) {
        var block[INPUTS];
        block[0] = TAG_INNER_BLOCK() + j;
        block[1] = states[j - 1];
        for (var i = 0; i < NEXT; i++) {
            var at = FIRST + (j - 1) * NEXT + i;
            block[2 + i] = at < WORDS ? words[at] : 0;
        }
        states[j] <== SparsePoseidon(INPUTS)(block);
    }
    var last = TAG_INNER_BLOCK() + BLOCKS + 1;
    if (SMALL == 1) {
        out <== SparsePoseidon(3)([last, states[BLOCKS], words[WORDS - 1]]);
    } else if (SMALL == 2) {
        out <== SparsePoseidon(4)([last, states[BLOCKS], words[WORDS - 2], words[WORDS - 1]]);
    } else {
        out <== states[BLOCKS];
    }
}

/*
 * The head after an epoch: P3(T_head, previous head, inner).
 *
 * Intake computes it from the head on record and the inner hash that the device
 * signed, so no head on record follows another past. Here `previous` is private.
 *
 * @input previous   the head before; what it covers is not this period's business
 * @input inner      of Inner
 * @output out       the head
 */
template Head() {
    signal input previous, inner;
    signal output out;

    out <== SparsePoseidon(3)([TAG_HEAD(), previous, inner]);
}

/*
 * The chain of a period: head after head, epoch after epoch, from the period's
 * first epoch to its last.
 *
 * @param EPOCHS, SLOTS, BASE
 * @input previous              the head before the period
 * @input context               of the first epoch; the others follow by counting,
 *                              so none is repeated, skipped or out of order
 * @input salts[EPOCHS]         one per epoch (0 in a gap epoch)
 * @input codes[EPOCHS][SLOTS]  range-checked
 * @output last                 the last head
 * @output lastContext          the last epoch's context
 */
template Chain(EPOCHS, SLOTS, BASE) {
    var WORDS = wordsOf(SLOTS, BASE);
    var oneEpoch = 2 ** CONTEXT_EPOCH_SHIFT();
    signal input previous, context, salts[EPOCHS];
    signal input {max} codes[EPOCHS][SLOTS];
    signal output last, lastContext;

    signal inner[EPOCHS], heads[EPOCHS + 1];
    heads[0] <== previous;
    for (var e = 0; e < EPOCHS; e++) {
        var words[WORDS] = Pack(SLOTS, BASE)(codes[e]);
        inner[e] <== Inner(WORDS)(context + e * oneEpoch, salts[e], words);
        heads[e + 1] <== Head()(heads[e], inner[e]);
    }
    last <== heads[EPOCHS];
    lastContext <== context + (EPOCHS - 1) * oneEpoch;
}
