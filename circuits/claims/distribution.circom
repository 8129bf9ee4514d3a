// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "../lib/band.circom";
include "../record/claim.circom";
include "../lib/lookup.circom";
include "../lib/steps.circom";
include "terms.circom";

/*
 * Template "distribution": the share of slots inside a band, the mean, and the
 * coverage of a period, each between two bounds that are part of `terms`.
 *
 * Two constructions prove the same statement over the same heads:
 *   DistributionDirect     two range checks per reading; best below about 800 readings
 *   DistributionHistogram  a histogram by lookup; best above
 */

/** The template's fields of `terms`; codes, 1/10,000, codes, 1/10,000. */
bus DistributionTerms {
    Band() band;
    signal shareMin;
    signal shareMax;
    signal meanMin;
    signal meanMax;
    signal coverageMin;
    signal coverageMax;
}

/*
 * Opens `terms` for this template: header, band and bounds, each in its range,
 * everything else 0.
 *
 * The fields' ranges are disjoint in `terms` and end below bit 253, so the split
 * is unique. 1 <= low <= high <= CODES holds afterwards; the order of the other
 * bounds is not checked here: a lower bound above its upper bound is never met.
 */
template OpenDistribution(PROFILE, EPOCHS, CODES) {
    var K = bitsOf(CODES);
    // Levels are range-checked to K bits; wider ones would run into the next field.
    assert(K <= DISTRIBUTION_LOW_BITS());
    signal input terms;
    output TermsHeader(DISTRIBUTION_FLAGS()) header;
    output DistributionTerms opened;

    var template_ = DISTRIBUTION_ID();
    var flags = DISTRIBUTION_FLAGS();
    header <== OpenHeader(template_, PROFILE, EPOCHS, flags)(terms);

    var shareBits = DISTRIBUTION_SHARE_MIN_BITS();
    var levelMask = 2 ** DISTRIBUTION_LOW_BITS() - 1;
    var shareMask = 2 ** shareBits - 1;
    var lowAt = DISTRIBUTION_LOW_SHIFT();
    var highAt = DISTRIBUTION_HIGH_SHIFT();
    var shareMinAt = DISTRIBUTION_SHARE_MIN_SHIFT();
    var shareMaxAt = DISTRIBUTION_SHARE_MAX_SHIFT();
    var meanMinAt = DISTRIBUTION_MEAN_MIN_SHIFT();
    var meanMaxAt = DISTRIBUTION_MEAN_MAX_SHIFT();
    var coverageMinAt = DISTRIBUTION_COVERAGE_MIN_SHIFT();
    var coverageMaxAt = DISTRIBUTION_COVERAGE_MAX_SHIFT();

    opened.band.low <-- (header.fields >> lowAt) & levelMask;
    opened.band.high <-- (header.fields >> highAt) & levelMask;
    opened.shareMin <-- (header.fields >> shareMinAt) & shareMask;
    opened.shareMax <-- (header.fields >> shareMaxAt) & shareMask;
    opened.meanMin <-- (header.fields >> meanMinAt) & levelMask;
    opened.meanMax <-- (header.fields >> meanMaxAt) & levelMask;
    opened.coverageMin <-- (header.fields >> coverageMinAt) & shareMask;
    opened.coverageMax <-- (header.fields >> coverageMaxAt) & shareMask;

    // 0 <= low - 1, 0 <= high - low, 0 <= CODES - high, each below 2^K < 2^16:
    // order and ranges at once.
    _ <== Num2Bits(K)(opened.band.low - 1);
    _ <== Num2Bits(K)(opened.band.high - opened.band.low);
    _ <== Num2Bits(K)(CODES - opened.band.high);
    _ <== Num2Bits(shareBits)(opened.shareMin);
    _ <== Num2Bits(shareBits)(opened.shareMax);
    _ <== Num2Bits(K)(opened.meanMin);
    _ <== Num2Bits(K)(opened.meanMax);
    _ <== Num2Bits(shareBits)(opened.coverageMin);
    _ <== Num2Bits(shareBits)(opened.coverageMax);

    header.fields === opened.band.low * 2 ** lowAt + opened.band.high * 2 ** highAt
        + opened.shareMin * 2 ** shareMinAt + opened.shareMax * 2 ** shareMaxAt
        + opened.meanMin * 2 ** meanMinAt + opened.meanMax * 2 ** meanMaxAt
        + opened.coverageMin * 2 ** coverageMinAt + opened.coverageMax * 2 ** coverageMaxAt;
}

/*
 * The statement over exact counts (docs/protocol.md, "Missing readings").
 *
 * Worst case (ofValid = 0), over all N slots: a missing reading counts against
 * the claimant in each of the six directions; so coverage "at most" is met only
 * where it says nothing. Of valid (ofValid = 1): missing slots leave numerator
 * and denominator. Either way there is a valid reading. The mean's bounds are
 * included, unless their flags meanAbove and meanBelow exclude them.
 *
 * @param N, CODES             slots of the period; highest code. N * 2^16 < 2^250
 * @input missing, inside, sum exact: slots without reading, slots inside the
 *                             band, sum of the codes; all <= N * CODES
 */
template DistributionBounds(N, CODES) {
    var UNIT = SHARE_UNIT();
    input DistributionTerms opened;
    signal input {binary} flags[DISTRIBUTION_FLAGS()];
    signal input missing, inside, sum;

    var ofValid = flags[FLAG_OF_VALID()];
    var meanAbove = flags[DISTRIBUTION_FLAG_MEAN_ABOVE()];
    var meanBelow = flags[DISTRIBUTION_FLAG_MEAN_BELOW()];

    // Both sides of every comparison are below N * 2^16, hence the widths.
    var WIDTH = bitsOf(N * 2 ** 16);
    signal valid <== N - missing;
    signal counted <== N - ofValid * missing;  // the denominator
    signal adverse <== counted - valid;        // missing slots that count against the claimant

    Ordered(WIDTH)(1, valid);
    signal shareFloor <== opened.shareMin * counted;
    signal shareCeiling <== opened.shareMax * counted;
    Ordered(WIDTH)(shareFloor, inside * UNIT);
    Ordered(WIDTH)((inside + adverse) * UNIT, shareCeiling);
    signal meanFloor <== opened.meanMin * counted;
    signal meanCeiling <== opened.meanMax * counted;
    // Sums are integers: above is at least one more, below at most one less.
    Ordered(WIDTH)(meanFloor + meanAbove, sum + adverse);
    Ordered(WIDTH)(sum + adverse * CODES + meanBelow, meanCeiling);
    Ordered(WIDTH)(opened.coverageMin * N, valid * UNIT);
    Ordered(WIDTH)(counted * UNIT, opened.coverageMax * N);
}

/*
 * PUBLIC   holder, anchorRoot, terms, scope: all derived by the contract
 * PRIVATE  secret              identity secret
 *          previousHead        head before the period
 *          salts[EPOCHS]       of the epochs
 *          codes[EPOCHS][SLOTS]
 *          depth, index, siblings   path of the last head's leaf in the anchor tree
 */
template DistributionDirect(PROFILE, EPOCHS, SLOTS, BASE, CODES) {
    var DEPTH = MAX_DEPTH();
    var N = EPOCHS * SLOTS;
    signal input holder, anchorRoot, terms, scope;
    signal input secret, previousHead, salts[EPOCHS], codes[EPOCHS][SLOTS];
    signal input depth, index, siblings[DEPTH];

    // 1. what the program asks for
    TermsHeader(DISTRIBUTION_FLAGS()) header;
    DistributionTerms opened;
    (header, opened) <== OpenDistribution(PROFILE, EPOCHS, CODES)(terms);

    // 2. every reading: its range, and where it is
    signal {max} checked[EPOCHS][SLOTS];
    checked.max = CODES;
    component slots[EPOCHS][SLOTS];
    var missing = 0;
    var inside = 0;
    var sum = 0;
    for (var e = 0; e < EPOCHS; e++) {
        for (var i = 0; i < SLOTS; i++) {
            slots[e][i] = Classify(CODES);
            slots[e][i].band <== opened.band;
            slots[e][i].code <== codes[e][i];
            checked[e][i] <== slots[e][i].checked;
            missing += slots[e][i].missing;
            inside += slots[e][i].inside;
            sum += codes[e][i];
        }
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

    // 4. the statement
    DistributionBounds(N, CODES)(opened, header.flags, missing, inside, sum);
}

/* Same statement, same signals as DistributionDirect. */
template DistributionHistogram(PROFILE, EPOCHS, SLOTS, BASE, CODES) {
    var DEPTH = MAX_DEPTH();
    var N = EPOCHS * SLOTS;
    signal input holder, anchorRoot, terms, scope;
    signal input secret, previousHead, salts[EPOCHS], codes[EPOCHS][SLOTS];
    signal input depth, index, siblings[DEPTH];

    // 1. what the program asks for
    TermsHeader(DISTRIBUTION_FLAGS()) header;
    DistributionTerms opened;
    (header, opened) <== OpenDistribution(PROFILE, EPOCHS, CODES)(terms);

    // 2. every reading: its range, before any challenge exists
    signal {max} checked[EPOCHS][SLOTS];
    checked.max = CODES;
    signal {max} flat[N];
    flat.max = CODES;
    var sum = 0;
    for (var e = 0; e < EPOCHS; e++) {
        for (var i = 0; i < SLOTS; i++) {
            checked[e][i] <== AtMost(CODES)(codes[e][i]);
            flat[e * SLOTS + i] <== checked[e][i];
            sum += codes[e][i];
        }
    }

    // 3. whose readings, complete and anchored
    Path(DEPTH) path;
    path.depth <== depth;
    path.index <== index;
    path.siblings <== siblings;
    signal head <== AnchoredReadings(EPOCHS, SLOTS, BASE)(
        holder <== holder, anchorRoot <== anchorRoot, scope <== scope, context <== header.context,
        secret <== secret, previous <== previousHead, salts <== salts, codes <== checked, path <== path
    );

    // 4. how often each code occurs; the last head commits to all of them
    signal counts[CODES + 1] <== Histogram(CODES, N)(flat, head);
    signal fromLow[CODES + 1] <== Steps(CODES)(opened.band.low);
    signal fromHigh[CODES + 1] <== Steps(CODES)(opened.band.high);
    signal insideOf[CODES + 1];
    var inside = 0;
    for (var c = 0; c <= CODES; c++) {
        // low <= c <= high: reached low, and did not reach high before c.
        var pastHigh = c == 0 ? 0 : fromHigh[c - 1];
        insideOf[c] <== (fromLow[c] - pastHigh) * counts[c];
        inside += insideOf[c];
    }

    // 5. the statement
    DistributionBounds(N, CODES)(opened, header.flags, counts[0], inside, sum);
}
