// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "comparators.circom";
include "../record/claim.circom";
include "../lib/runs.circom";
include "terms.circom";

/*
 * Template "impact": samples on three axes; the number of samples with
 * x^2 + y^2 + z^2 at least a threshold, or of events, which are runs of at least
 * minRun such samples, between bounds ("at least 1 fall-like impact").
 *
 * A sample is three slots side by side, x first. It is missing if one of them is.
 */

/** The template's fields of `terms`: squared steps, samples, samples or events, 1/10,000. */
bus ImpactTerms {
    signal threshold;
    signal minRun;
    signal countMin;
    signal countMax;
    signal coverageMin;
}

/*
 * Opens `terms` for this template: header and bounds, each in its range,
 * everything else 0. 1 <= threshold <= 2^BITS holds afterwards.
 */
template OpenImpact(PROFILE, EPOCHS, BITS) {
    signal input terms;
    output TermsHeader(IMPACT_FLAGS()) header;
    output ImpactTerms opened;

    var template_ = IMPACT_ID();
    var flags = IMPACT_FLAGS();
    header <== OpenHeader(template_, PROFILE, EPOCHS, flags)(terms);
    signal values[5] <== Fields(5,
        [IMPACT_THRESHOLD_SHIFT(), IMPACT_MIN_RUN_SHIFT(), IMPACT_COUNT_MIN_SHIFT(), IMPACT_COUNT_MAX_SHIFT(), IMPACT_COVERAGE_MIN_SHIFT()],
        [IMPACT_THRESHOLD_BITS(), IMPACT_MIN_RUN_BITS(), IMPACT_COUNT_MIN_BITS(), IMPACT_COUNT_MAX_BITS(), IMPACT_COVERAGE_MIN_BITS()]
    )(header.fields);

    opened.threshold <== values[0];
    _ <== Num2Bits(BITS)(opened.threshold - 1);
    opened.minRun <== values[1];
    opened.countMin <== values[2];
    opened.countMax <== values[3];
    opened.coverageMin <== values[4];
}

/*
 * One sample: its range, whether it is missing, whether it is an impact.
 *
 * @param CODES, ZERO      highest code; code of the value 0
 * @param BITS             3 * max(ZERO, CODES - ZERO)^2 < 2^BITS
 * @input axes[3]          untrusted codes
 * @input threshold        in [1, 2^BITS]
 * @output checked[3]      the codes, tagged: in [0, CODES]
 * @output missing         an axis is missing
 * @output impact          none is, and the squares' sum is at least the threshold
 */
template Sample(CODES, ZERO, BITS) {
    signal input axes[3], threshold;
    signal output {max} checked[3];
    signal output {binary} missing, impact;

    checked.max = CODES;
    signal squares[3];
    var magnitude = 0;
    for (var a = 0; a < 3; a++) {
        checked[a] <== AtMost(CODES)(axes[a]);
        squares[a] <== (axes[a] - ZERO) * (axes[a] - ZERO);
        magnitude += squares[a];
    }

    // A product of three small integers is 0 only if one of them is.
    signal two <== axes[0] * axes[1];
    signal three <== two * axes[2];
    missing <== IsZero()(three);

    // magnitude - threshold + 2^BITS is in [0, 2^(BITS + 1)); its top bit is the answer.
    component bits = Num2Bits(BITS + 1);
    bits.in <== magnitude - threshold + 2 ** BITS;
    impact <== bits.out[BITS] * (1 - missing);
}

/*
 * PUBLIC   holder, anchorRoot, terms, scope: all derived by the contract
 * PRIVATE  secret              identity secret
 *          previousHead        head before the period
 *          salts[EPOCHS]       of the epochs
 *          codes[EPOCHS][SLOTS]
 *          depth, index, siblings   path of the last head's leaf in the anchor tree
 */
template Impact(PROFILE, EPOCHS, SLOTS, BASE, CODES, ZERO) {
    var DEPTH = MAX_DEPTH();
    var UNIT = SHARE_UNIT();
    var PER_EPOCH = SLOTS \ 3;
    var N = EPOCHS * PER_EPOCH;
    var REACH = ZERO > CODES - ZERO ? ZERO : CODES - ZERO;
    var BITS = bitsOf(3 * REACH * REACH);
    assert(SLOTS == 3 * PER_EPOCH);
    assert(BITS < IMPACT_THRESHOLD_BITS());
    assert(N < NO_BOUND());
    signal input holder, anchorRoot, terms, scope;
    signal input secret, previousHead, salts[EPOCHS], codes[EPOCHS][SLOTS];
    signal input depth, index, siblings[DEPTH];

    // 1. what the program asks for, and so what a missing sample does
    TermsHeader(IMPACT_FLAGS()) header;
    ImpactTerms opened;
    (header, opened) <== OpenImpact(PROFILE, EPOCHS, BITS)(terms);
    var ofValid = header.flags[FLAG_OF_VALID()];
    signal {binary} single <== IsZero()(opened.minRun); // samples are counted, not events
    // Samples are counted at both worsts at once, so only events are bounded from one side.
    signal eventsMax <== opened.countMax + single * (NO_BOUND() - opened.countMax);
    signal {binary} atMost <== Direction()(opened.countMin, eventsMax, header.flags[FLAG_OF_VALID()]);
    MissingRule rule <== MissingRuleOf()(header.flags[FLAG_OF_VALID()], atMost);

    // 2. every sample
    signal {max} checked[EPOCHS][SLOTS];
    checked.max = CODES;
    signal {binary} missing[N], impacts[N];
    component samples[N];
    var missingSamples = 0;
    var impactSamples = 0;
    for (var e = 0; e < EPOCHS; e++) {
        for (var i = 0; i < PER_EPOCH; i++) {
            var at = e * PER_EPOCH + i;
            samples[at] = Sample(CODES, ZERO, BITS);
            samples[at].threshold <== opened.threshold;
            for (var a = 0; a < 3; a++) {
                samples[at].axes[a] <== codes[e][3 * i + a];
            }
            for (var a = 0; a < 3; a++) {
                checked[e][3 * i + a] <== samples[at].checked[a];
            }
            missing[at] <== samples[at].missing;
            impacts[at] <== samples[at].impact;
            missingSamples += missing[at];
            impactSamples += impacts[at];
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

    // 4. events: runs of impacts, with missing samples at their worst. A minRun of
    //    0 would be reached at every step; there a 1 takes its place.
    signal minRun <== opened.minRun + single;
    signal {binary} counts[N], stays[N], held[N + 1];
    signal lengths[N + 1], openMissing[N], openCounts[N], heldCounts[N], continued[N];
    lengths[0] <== 0;
    held[0] <== 0;
    var events = 0;
    for (var i = 0; i < N; i++) {
        // Impact and missing exclude each other, and so do open and held: bits.
        openMissing[i] <== missing[i] * (1 - held[i]);
        openCounts[i] <== openMissing[i] * rule.countsOpen;
        heldCounts[i] <== (missing[i] - openMissing[i]) * rule.countsHeld;
        counts[i] <== impacts[i] + openCounts[i] + heldCounts[i];
        stays[i] <== openMissing[i] * rule.stays;
        (lengths[i + 1], held[i + 1]) <== RunStep()(minRun, lengths[i], held[i], counts[i], stays[i]);
        continued[i] <== held[i] * counts[i];
        events += held[i + 1] - continued[i];
    }

    // 5. the statement. Both sides of every comparison are below 2^16 * 2^16.
    signal unknown <== (1 - ofValid) * missingSamples;
    signal least <== events + single * (impactSamples - events);
    signal most <== events + single * (impactSamples + unknown - events);
    var valid = N - missingSamples;
    Ordered(32)(opened.countMin, least);
    Ordered(32)(most, opened.countMax);
    Ordered(32)(1, valid);
    Ordered(32)(opened.coverageMin * N, valid * UNIT);
}
