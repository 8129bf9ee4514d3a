// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "../lib/band.circom";
include "../record/claim.circom";
include "terms.circom";

/*
 * Template "regularity": the number of epochs (days, or nights from noon to
 * noon) that reach a level, between two bounds; the share of all slots inside a
 * band, between two bounds; and the coverage. An epoch's level is the number of
 * its readings in the band, or with the flag `sum` the sum of all its readings
 * in steps above the lowest code ("used 4 hours on 70 % of 30 nights", "a dose
 * taken on 27 of 30 days").
 */

/** The template's fields of `terms`: codes, readings or steps, epochs, 1/10,000. */
bus RegularityTerms {
    Band() band;
    signal level;
    signal epochsMin;
    signal epochsMax;
    signal shareMin;
    signal shareMax;
    signal coverageMin;
}

/*
 * Opens `terms` for this template: header, band and bounds, each in its range,
 * everything else 0. 1 <= low <= high <= CODES and level <= GREATEST hold afterwards.
 *
 * @param GREATEST   the greatest level that an epoch can have
 */
template OpenRegularity(PROFILE, EPOCHS, CODES, GREATEST) {
    signal input terms;
    output TermsHeader(REGULARITY_FLAGS()) header;
    output RegularityTerms opened;

    var template_ = REGULARITY_ID();
    var flags = REGULARITY_FLAGS();
    header <== OpenHeader(template_, PROFILE, EPOCHS, flags)(terms);
    signal values[8] <== Fields(8,
        [REGULARITY_LOW_SHIFT(), REGULARITY_HIGH_SHIFT(), REGULARITY_LEVEL_SHIFT(), REGULARITY_EPOCHS_MIN_SHIFT(), REGULARITY_EPOCHS_MAX_SHIFT(), REGULARITY_SHARE_MIN_SHIFT(), REGULARITY_SHARE_MAX_SHIFT(), REGULARITY_COVERAGE_MIN_SHIFT()],
        [REGULARITY_LOW_BITS(), REGULARITY_HIGH_BITS(), REGULARITY_LEVEL_BITS(), REGULARITY_EPOCHS_MIN_BITS(), REGULARITY_EPOCHS_MAX_BITS(), REGULARITY_SHARE_MIN_BITS(), REGULARITY_SHARE_MAX_BITS(), REGULARITY_COVERAGE_MIN_BITS()]
    )(header.fields);

    opened.band <== OpenBand(CODES)(values[0], values[1]);
    opened.level <== values[2];
    Ordered(REGULARITY_LEVEL_BITS())(opened.level, GREATEST);
    opened.epochsMin <== values[3];
    opened.epochsMax <== values[4];
    opened.shareMin <== values[5];
    opened.shareMax <== values[6];
    opened.coverageMin <== values[7];
}

/*
 * [value >= level], exact.
 *
 * @param MAX             greatest value of both
 * @input value, level    in [0, MAX] by construction; the caller says why
 */
template Reaches(MAX) {
    var BITS = bitsOf(MAX);
    signal input value, level;
    signal output {binary} out;

    // value - level + 2^BITS is in (0, 2^(BITS + 1)); its top bit is the answer.
    component bits = Num2Bits(BITS + 1);
    bits.in <== value - level + 2 ** BITS;
    out <== bits.out[BITS];
}

/*
 * PUBLIC   holder, anchorRoot, terms, scope: all derived by the contract
 * PRIVATE  secret              identity secret
 *          previousHead        head before the period
 *          salts[EPOCHS]       of the epochs
 *          codes[EPOCHS][SLOTS]
 *          depth, index, siblings   path of the last head's leaf in the anchor tree
 */
template Regularity(PROFILE, EPOCHS, SLOTS, BASE, CODES) {
    var DEPTH = MAX_DEPTH();
    var N = EPOCHS * SLOTS;
    var UNIT = SHARE_UNIT();
    // A reading adds 1, or its steps above code 1.
    var STEP = CODES > 1 ? CODES - 1 : 1;
    var GREATEST = SLOTS * STEP;
    assert(N < NO_BOUND());
    signal input holder, anchorRoot, terms, scope;
    signal input secret, previousHead, salts[EPOCHS], codes[EPOCHS][SLOTS];
    signal input depth, index, siblings[DEPTH];

    // 1. what the program asks for
    TermsHeader(REGULARITY_FLAGS()) header;
    RegularityTerms opened;
    (header, opened) <== OpenRegularity(PROFILE, EPOCHS, CODES, GREATEST)(terms);
    var ofValid = header.flags[FLAG_OF_VALID()];
    var bySum = header.flags[REGULARITY_FLAG_SUM()];

    // 2. every reading: its range, and where it is; every epoch: does it reach
    //    the level if missing readings add nothing, and if they add the most
    signal {max} checked[EPOCHS][SLOTS];
    checked.max = CODES;
    component slots[EPOCHS][SLOTS];
    signal levels[EPOCHS], adverse[EPOCHS];
    signal {binary} reached[EPOCHS], mayReach[EPOCHS];
    signal greatest <== (1 - ofValid) * (1 + bySum * (STEP - 1)); // what a missing reading may have added
    var missing = 0;
    var inside = 0;
    var epochsReached = 0;
    var epochsThatMay = 0;
    for (var e = 0; e < EPOCHS; e++) {
        var missingHere = 0;
        var insideHere = 0;
        var sumHere = 0;
        for (var i = 0; i < SLOTS; i++) {
            slots[e][i] = Classify(CODES);
            slots[e][i].band <== opened.band;
            slots[e][i].code <== codes[e][i];
            checked[e][i] <== slots[e][i].checked;
            missingHere += slots[e][i].missing;
            insideHere += slots[e][i].inside;
            sumHere += codes[e][i] - (1 - slots[e][i].missing);
        }
        levels[e] <== insideHere + bySum * (sumHere - insideHere);
        adverse[e] <== greatest * missingHere;
        // Each slot adds at most STEP to either, so both stay within GREATEST.
        reached[e] <== Reaches(GREATEST)(levels[e], opened.level);
        mayReach[e] <== Reaches(GREATEST)(levels[e] + adverse[e], opened.level);
        missing += missingHere;
        inside += insideHere;
        epochsReached += reached[e];
        epochsThatMay += mayReach[e];
    }

    // 3. whose readings, complete and anchored
    Path(DEPTH) path;
    path.depth <== depth;
    path.index <== index;
    path.siblings <== siblings;
    _ <== AnchoredReadings(EPOCHS, SLOTS, BASE)(
        holder <== holder, anchorRoot <== anchorRoot, scope <== scope, context <== header.context,
        secret <== secret, previous <== previousHead, salts <== salts, codes <== checked, path <== path
    );

    // 4. the statement. Both sides of every comparison are below 2^16 * 2^16.
    var valid = N - missing;
    signal counted <== N - ofValid * missing; // the share's denominator
    var unknown = counted - valid;            // missing slots that count against the claimant
    signal shareFloor <== opened.shareMin * counted;
    signal shareCeiling <== opened.shareMax * counted;
    Ordered(32)(opened.epochsMin, epochsReached);
    Ordered(32)(epochsThatMay, opened.epochsMax);
    Ordered(32)(shareFloor, inside * UNIT);
    Ordered(32)((inside + unknown) * UNIT, shareCeiling);
    Ordered(32)(1, valid);
    Ordered(32)(opened.coverageMin * N, valid * UNIT);
}
