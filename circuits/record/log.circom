// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "../lib/sparse_poseidon.circom";
include "../lib/generated/protocol.circom";
include "../lib/packing.circom";

/*
 * The head of one epoch of a log (docs/protocol.md, "Hashes"):
 *
 *   state   = P16(T_head, previous, ctx, salt, w0 … w11)
 *   state   = P16(T_headBlock + j, state, next 14 words),  j = 1, 2, …
 *
 * The number of blocks is fixed by the number of words, and the tags of the
 * first and of every further block differ, so no state in the middle of a hash
 * can stand for a head.
 *
 * @param WORDS             words of the profile
 * @input previous          the head before; any field element (what it covers is
 *                          not this period's business)
 * @input context, salt, words
 * @output out              the head
 */
template Head(WORDS) {
    var FIRST = 12;
    var NEXT = 14;
    var BLOCKS = WORDS <= FIRST ? 0 : (WORDS - FIRST + NEXT - 1) \ NEXT;
    signal input previous, context, salt, words[WORDS];
    signal output out;

    signal states[BLOCKS + 1];
    var first[16];
    first[0] = TAG_HEAD();
    first[1] = previous;
    first[2] = context;
    first[3] = salt;
    for (var i = 0; i < FIRST; i++) {
        first[4 + i] = i < WORDS ? words[i] : 0;
    }
    states[0] <== SparsePoseidon(16)(first);

    for (var j = 1; j <= BLOCKS; j++) {
        var block[16];
        block[0] = TAG_HEAD_BLOCK() + j;
        block[1] = states[j - 1];
        for (var i = 0; i < NEXT; i++) {
            var at = FIRST + (j - 1) * NEXT + i;
            block[2 + i] = at < WORDS ? words[at] : 0;
        }
        states[j] <== SparsePoseidon(16)(block);
    }
    out <== states[BLOCKS];
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

    signal heads[EPOCHS + 1];
    heads[0] <== previous;
    for (var e = 0; e < EPOCHS; e++) {
        var words[WORDS] = Pack(SLOTS, BASE)(codes[e]);
        heads[e + 1] <== Head(WORDS)(heads[e], context + e * oneEpoch, salts[e], words);
    }
    last <== heads[EPOCHS];
    lastContext <== context + (EPOCHS - 1) * oneEpoch;
}
