// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "poseidon.circom";
include "comparators.circom";
include "binary-merkle-root.circom";
include "generated/protocol.circom";
include "range.circom";

/** A path in an anchor tree (LeanIMT): the siblings from the leaf upwards. */
bus Path(DEPTH) {
    signal depth;
    signal index;
    signal siblings[DEPTH];
}

/* leaf = P4(T_leaf, subject, ctx, head) */
template Leaf() {
    signal input subject, context, head;
    signal output out;

    var tag = TAG_LEAF();
    out <== Poseidon(4)([tag, subject, context, head]);
}

/*
 * The root that a leaf and a path lead to.
 *
 * The library's template answers 0 for a depth above its maximum, so the depth
 * is constrained here. A root of 0 is refused by AnchorRegistry as well.
 *
 * @input leaf       assumes a hash with the leaf tag: inner nodes are P2 values
 *                   and cannot be passed off as leaves
 * @input path       untrusted
 * @output root
 *
 * Not checked here: that the root is the anchor of the right group and day. The
 * contract derives the root that the proof must have.
 */
template AnchorRoot(DEPTH) {
    signal input leaf;
    input Path(DEPTH) path;
    signal output root;

    signal {max} depth <== AtMost(DEPTH)(path.depth);
    root <== BinaryMerkleRoot(DEPTH)(leaf, depth, path.index, path.siblings);
}
