// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "comparators.circom";
include "poseidon.circom";
include "../../circuits/record/anchor.circom";
include "../../circuits/record/identity.circom";

/*
 * The circuit of the implementation guide, for comparison only; nothing but the
 * bench compiles it, and no contract may ever take its proofs.
 *
 * As printed there it does not compile. What had to change, and nothing else:
 *   - components were declared inside the loop: circom wants an array of them,
 *     declared before it;
 *   - the result was a `var` multiplied by every comparison: the expression has
 *     degree N, so the product is a chain of intermediate signals here;
 *   - the number of readings became a parameter.
 *
 * What it does not check: that readings are below 2^32, which LessThan(32)
 * takes for granted (a false witness exists without that), whose readings they
 * are, or that they were ever measured. A range check would make it 32
 * constraints a reading dearer; it is left out, to the guide's advantage.
 *
 * 34 N - 1 constraints: 33 for each comparison, one for each product.
 *
 * @param N            readings
 * @input readings[N]  private
 * @input threshold    public
 * @output allBelow    1 if every reading is below the threshold, else 0
 */
template GuideLoop(N) {
    signal input readings[N];
    signal input threshold;
    signal output allBelow;

    component below[N];
    signal holds[N];
    for (var i = 0; i < N; i++) {
        below[i] = LessThan(32);
        below[i].in[0] <== readings[i];
        below[i].in[1] <== threshold;
        if (i == 0) {
            holds[i] <== below[i].out;
        } else {
            holds[i] <== holds[i - 1] * below[i].out;
        }
    }
    allBelow <== holds[N - 1];
}

/*
 * How one commits to N readings without packing them: each is a field element
 * of its own in a chain of Poseidon with 16 inputs, 15 readings and the state
 * before. 40.6 constraints a reading.
 *
 * @input start        what the chain begins with
 * @input readings[N]
 * @output out
 */
template UnpackedHash(N) {
    var BLOCKS = (N + 14) \ 15;
    signal input start, readings[N];
    signal output out;

    signal states[BLOCKS + 1];
    states[0] <== start;
    for (var j = 0; j < BLOCKS; j++) {
        var block[16];
        block[0] = states[j];
        for (var i = 0; i < 15; i++) {
            block[1 + i] = j * 15 + i < N ? readings[j * 15 + i] : 0;
        }
        states[j + 1] <== Poseidon(16)(block);
    }
    out <== states[BLOCKS];
}

/*
 * What a claim needs besides its statement, as our claims have it: the holder
 * and the log's name come from one secret, the readings hash to a leaf, and the
 * leaf is in the day's tree of depth 20. Identity, leaf and path are the very
 * templates of our claims; the hash of the readings is the plain one above.
 *
 * @input holder, anchorRoot, scope, context   public
 * @input secret, previous, salt, readings, depth, index, siblings   private
 */
template GuideCommitment(N) {
    var DEPTH = MAX_DEPTH();
    signal input holder, anchorRoot, scope, context;
    signal input secret, previous, salt, readings[N];
    signal input depth, index, siblings[DEPTH];

    signal derivedHolder <== Holder()(secret, scope);
    holder === derivedHolder;
    signal subject <== Subject()(secret);

    signal start <== Poseidon(3)([previous, context, salt]);
    signal head <== UnpackedHash(N)(start, readings);
    signal leaf <== Leaf()(subject, context, head);
    Path(DEPTH) path;
    path.depth <== depth;
    path.index <== index;
    path.siblings <== siblings;
    signal root <== AnchorRoot(DEPTH)(leaf, path);
    anchorRoot === root;
}

/*
 * Like for like, one threshold: the guide's loop over readings that belong to
 * the holder and are anchored. Our heart-rate-hour proves more with less: a band
 * instead of one limit, a share instead of all, mean, coverage, ranges.
 *
 * PUBLIC   holder, anchorRoot, scope, context, threshold
 */
template GuideClaimBelow(N) {
    var DEPTH = MAX_DEPTH();
    signal input holder, anchorRoot, scope, context, threshold;
    signal input secret, previous, salt, readings[N];
    signal input depth, index, siblings[DEPTH];

    GuideCommitment(N)(
        holder <== holder, anchorRoot <== anchorRoot, scope <== scope, context <== context,
        secret <== secret, previous <== previous, salt <== salt, readings <== readings,
        depth <== depth, index <== index, siblings <== siblings
    );
    signal allBelow <== GuideLoop(N)(readings, threshold);
    allBelow === 1;
}

/*
 * Like for like, a share in a band. Each reading takes two comparisons. Their
 * product is counted, and the count is compared with a public bound.
 *
 * PUBLIC   holder, anchorRoot, scope, context, low, high, atLeast
 */
template GuideClaimShare(N) {
    var DEPTH = MAX_DEPTH();
    signal input holder, anchorRoot, scope, context, low, high, atLeast;
    signal input secret, previous, salt, readings[N];
    signal input depth, index, siblings[DEPTH];

    GuideCommitment(N)(
        holder <== holder, anchorRoot <== anchorRoot, scope <== scope, context <== context,
        secret <== secret, previous <== previous, salt <== salt, readings <== readings,
        depth <== depth, index <== index, siblings <== siblings
    );

    component belowLow[N];
    component belowHigh[N];
    signal inside[N];
    var count = 0;
    for (var i = 0; i < N; i++) {
        belowLow[i] = LessThan(32);
        belowLow[i].in[0] <== readings[i];
        belowLow[i].in[1] <== low;
        belowHigh[i] = LessThan(32);
        belowHigh[i].in[0] <== readings[i];
        belowHigh[i].in[1] <== high + 1;
        inside[i] <== (1 - belowLow[i].out) * belowHigh[i].out;
        count += inside[i];
    }
    signal enough <== LessThan(32)([atLeast, count + 1]);
    enough === 1;
}
