// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "anchor.circom";
include "identity.circom";
include "log.circom";

/*
 * What every claim shares: the readings are those of the person behind
 * `holder`, complete for the period, and anchored.
 *
 *   1. holder and subject come from one secret
 *   2. the heads are chained from the period's first epoch to its last
 *   3. the last head is filed under the subject in the anchor tree
 *
 * @param EPOCHS, SLOTS, BASE  of the instance
 * @input holder, anchorRoot, scope   public
 * @input context              of the first epoch, from `terms`
 * @input secret, previous, salts, path   private, untrusted
 * @input codes                range-checked
 * @output head                the last head: it commits to every code of the period
 *
 * Not checked here: anything about the values; that is the template's part.
 */
template AnchoredReadings(EPOCHS, SLOTS, BASE) {
    var DEPTH = MAX_DEPTH();
    signal input holder, anchorRoot, scope, context;
    signal input secret, previous, salts[EPOCHS];
    signal input {max} codes[EPOCHS][SLOTS];
    input Path(DEPTH) path;
    signal output head;

    // 1
    signal derivedHolder <== Holder()(secret, scope);
    holder === derivedHolder;
    signal subject <== Subject()(secret);

    // 2
    component chain = Chain(EPOCHS, SLOTS, BASE);
    chain.previous <== previous;
    chain.context <== context;
    chain.salts <== salts;
    chain.codes <== codes;
    head <== chain.last;

    // 3
    signal leaf <== Leaf()(subject, chain.lastContext, head);
    signal root <== AnchorRoot(DEPTH)(leaf, path);
    anchorRoot === root;
}
