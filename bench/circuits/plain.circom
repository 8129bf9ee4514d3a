// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "comparators.circom";
include "bitify.circom";
include "../../circuits/claims/distribution.circom";

/*
 * The statement of `distribution` as a careful user of circomlib would write it,
 * for comparison only: comparators of the codes' own width instead of 32 bits,
 * every input range-checked before it is compared, words packed before they are
 * hashed. Everything around the readings is that of our claims (holder, log,
 * anchor, terms, bounds), with the same signals, so the same inputs fit; what
 * differs is how a reading is classified.
 *
 * 4 K + 5 constraints a reading, K bits of the highest code.
 *
 * @param CODES   highest code
 * @input band    ordered, inside the table
 * @input code    untrusted
 * @output checked           the code, tagged: in [0, CODES]
 * @output missing, inside   exact indicators
 */
template PlainClassify(CODES) {
    var K = bitsOf(CODES);
    input Band band;
    signal input code;
    signal output {max} checked;
    signal output missing, inside;

    // Comparators take K bits for granted, so the bits come first.
    _ <== Num2Bits(K)(code);
    signal inTable <== LessEqThan(K)([code, CODES]);
    inTable === 1;
    checked.max = CODES;
    checked <== code;

    missing <== IsZero()(code);
    signal notBelow <== GreaterEqThan(K)([code, band.low]);
    signal notAbove <== LessEqThan(K)([code, band.high]);
    inside <== notBelow * notAbove; // low is at least 1, so a missing reading is outside
}

/* Same statement and same signals as DistributionDirect. */
template PlainDistribution(PROFILE, EPOCHS, SLOTS, BASE, CODES) {
    var DEPTH = MAX_DEPTH();
    var N = EPOCHS * SLOTS;
    signal input holder, anchorRoot, terms, scope;
    signal input secret, previousHead, salts[EPOCHS], codes[EPOCHS][SLOTS];
    signal input depth, index, siblings[DEPTH];

    TermsHeader(DISTRIBUTION_FLAGS()) header;
    DistributionTerms opened;
    (header, opened) <== OpenDistribution(PROFILE, EPOCHS, CODES)(terms);

    signal {max} checked[EPOCHS][SLOTS];
    checked.max = CODES;
    component slots[EPOCHS][SLOTS];
    var missing = 0;
    var inside = 0;
    var sum = 0;
    for (var e = 0; e < EPOCHS; e++) {
        for (var i = 0; i < SLOTS; i++) {
            slots[e][i] = PlainClassify(CODES);
            slots[e][i].band <== opened.band;
            slots[e][i].code <== codes[e][i];
            checked[e][i] <== slots[e][i].checked;
            missing += slots[e][i].missing;
            inside += slots[e][i].inside;
            sum += codes[e][i];
        }
    }

    Path(DEPTH) path;
    path.depth <== depth;
    path.index <== index;
    path.siblings <== siblings;
    _ <== AnchoredReadings(EPOCHS, SLOTS, BASE)(
        holder <== holder, anchorRoot <== anchorRoot, scope <== scope, context <== header.context,
        secret <== secret, previous <== previousHead, salts <== salts, codes <== checked, path <== path
    );

    DistributionBounds(N, CODES)(opened, header.flags, missing, inside, sum);
}
