// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "bitify.circom";
include "../lib/generated/protocol.circom";
include "../lib/sparse_poseidon.circom";
include "../lib/steps.circom";

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
    out <== SparsePoseidon(4)([tag, subject, context, head]);
}

/*
 * The root that a leaf and a path lead to, in a LeanIMT.
 *
 * Above the level where the path ends nothing is hashed: the open levels' hashes
 * are switched on, all others off, so that a small tree costs the prover little.
 *
 * @input leaf       assumes a hash with the leaf tag: inner nodes are P2 values
 *                   and cannot be passed off as leaves
 * @input path       untrusted; siblings above its depth are not looked at
 * @output root      never of a depth above DEPTH: such a depth has no witness
 *
 * Not checked here: that the root is the anchor of the right group and day. The
 * contract derives the root that the proof must have.
 */
template AnchorRoot(DEPTH) {
    signal input leaf;
    input Path(DEPTH) path;
    signal output root;

    signal {binary} ended[DEPTH + 1] <== Steps(DEPTH)(path.depth);
    signal sides[DEPTH] <== Num2Bits(DEPTH)(path.index);

    signal nodes[DEPTH + 1];
    signal ends[DEPTH + 1]; // the node with which the path ends, if it ends here, else 0
    signal exchanges[DEPTH];
    nodes[0] <== leaf;
    ends[0] <== ended[0] * leaf;
    var sum = ends[0];
    for (var i = 0; i < DEPTH; i++) {
        // 0 where the path has ended, if the prover makes it so; it does not matter there.
        var node = nodes[i] - ends[i];
        exchanges[i] <== sides[i] * (path.siblings[i] - node);
        nodes[i + 1] <== GatedPoseidon(2)(
            1 - ended[i],
            [node + exchanges[i], path.siblings[i] - exchanges[i]]
        );
        ends[i + 1] <== (ended[i + 1] - ended[i]) * nodes[i + 1];
        sum += ends[i + 1];
    }
    root <== sum;
}
