// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "../lib/band.circom";
include "../record/claim.circom";
include "../lib/lookup.circom";
include "../lib/steps.circom";
include "../lib/packing.circom";
include "../lib/runs.circom";
include "terms.circom";

/*
 * Template "episode": the number of runs of at least minRun consecutive
 * readings inside a band, at least or at most a bound ("oxygen saturation below
 * 90 for more than 5 minutes happened / did not"), and the coverage.
 *
 * Two constructions prove the same statement over the same heads:
 *   EpisodeDirect   two range checks per reading, 2 K + 11 constraints; best below about 800 readings
 *   EpisodeLookup   K + 6 constraints per reading: two marks, one inverse of the lookup and three of the
 *                   counter; and about 17 for each of twice the codes
 */

/** The template's fields of `terms`: codes, slots, runs, 1/10,000. */
bus EpisodeTerms {
    Band() band;
    signal minRun;
    signal runsMin;
    signal runsMax;
    signal coverageMin;
}

/*
 * Opens `terms` for this template: header, band and bounds, each in its range,
 * everything else 0. 1 <= low <= high <= CODES and minRun >= 1 hold afterwards.
 */
template OpenEpisode(PROFILE, EPOCHS, CODES) {
    signal input terms;
    output TermsHeader(EPISODE_FLAGS()) header;
    output EpisodeTerms opened;

    var template_ = EPISODE_ID();
    var flags = EPISODE_FLAGS();
    header <== OpenHeader(template_, PROFILE, EPOCHS, flags)(terms);
    signal values[6] <== Fields(6,
        [EPISODE_LOW_SHIFT(), EPISODE_HIGH_SHIFT(), EPISODE_MIN_RUN_SHIFT(), EPISODE_RUNS_MIN_SHIFT(), EPISODE_RUNS_MAX_SHIFT(), EPISODE_COVERAGE_MIN_SHIFT()],
        [EPISODE_LOW_BITS(), EPISODE_HIGH_BITS(), EPISODE_MIN_RUN_BITS(), EPISODE_RUNS_MIN_BITS(), EPISODE_RUNS_MAX_BITS(), EPISODE_COVERAGE_MIN_BITS()]
    )(header.fields);

    opened.band <== OpenBand(CODES)(values[0], values[1]);
    opened.minRun <== values[2];
    Ordered(EPISODE_MIN_RUN_BITS())(1, opened.minRun);
    opened.runsMin <== values[3];
    opened.runsMax <== values[4];
    opened.coverageMin <== values[5];
}

/*
 * PUBLIC   holder, anchorRoot, terms, scope: all derived by the contract
 * PRIVATE  secret              identity secret
 *          previousHead        head before the period
 *          salts[EPOCHS]       of the epochs
 *          codes[EPOCHS][SLOTS]
 *          depth, index, siblings   path of the last head's leaf in the anchor tree
 */
template EpisodeDirect(PROFILE, EPOCHS, SLOTS, BASE, CODES) {
    var DEPTH = MAX_DEPTH();
    var N = EPOCHS * SLOTS;
    var UNIT = SHARE_UNIT();
    assert(N < NO_BOUND());
    signal input holder, anchorRoot, terms, scope;
    signal input secret, previousHead, salts[EPOCHS], codes[EPOCHS][SLOTS];
    signal input depth, index, siblings[DEPTH];

    // 1. what the program asks for, and so what a missing slot does
    TermsHeader(EPISODE_FLAGS()) header;
    EpisodeTerms opened;
    (header, opened) <== OpenEpisode(PROFILE, EPOCHS, CODES)(terms);
    signal {binary} atMost <== Direction()(opened.runsMin, opened.runsMax, header.flags[FLAG_OF_VALID()]);
    MissingRule rule <== MissingRuleOf()(header.flags[FLAG_OF_VALID()], atMost);

    // 2. every reading: its range, where it is, and the runs up to it. A missing slot
    //    counts by the rule of an open or of a held run; with the rule's flags
    //      missing and held:  countsHeld             = 1 - worstMost
    //      missing and open:  countsOpen             = stays + worstMost
    //    so that two products choose: `flips` is worstMost in an open run, -worstMost in a held one.
    signal {max} checked[EPOCHS][SLOTS];
    checked.max = CODES;
    component slots[EPOCHS][SLOTS];
    signal {binary} counts[N], stays[N], held[N + 1];
    signal lengths[N + 1], heldMissing[N], flips[N], continued[N];
    lengths[0] <== 0;
    held[0] <== 0;
    var missing = 0;
    var runs = 0;
    for (var e = 0; e < EPOCHS; e++) {
        for (var i = 0; i < SLOTS; i++) {
            var at = e * SLOTS + i;
            slots[e][i] = Classify(CODES);
            slots[e][i].band <== opened.band;
            slots[e][i].code <== codes[e][i];
            checked[e][i] <== slots[e][i].checked;
            missing += slots[e][i].missing;
            heldMissing[at] <== slots[e][i].missing * held[at];
            flips[at] <== (slots[e][i].missing - 2 * heldMissing[at]) * (1 - rule.countsHeld);
            // Missing and open, of valid: bits, and never together with worstMost.
            stays[at] <== (slots[e][i].missing - heldMissing[at]) * rule.stays;
            // Inside and missing exclude each other, and so do stays and flips: bits.
            counts[at] <== slots[e][i].inside + stays[at] + heldMissing[at] + flips[at];
            (lengths[at + 1], held[at + 1]) <== RunStep()(opened.minRun, lengths[at], held[at], counts[at], stays[at]);
            continued[at] <== held[at] * counts[at];
            // A slot after which a run is held began it, unless it found it held and counts.
            runs += held[at + 1] - continued[at];
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

    // 4. the statement. Runs and their bounds are below 2^16; N * 2^14 bounds the rest.
    var WIDTH = bitsOf(N * 2 ** 14);
    var valid = N - missing;
    Ordered(16)(opened.runsMin, runs);
    Ordered(16)(runs, opened.runsMax);
    Ordered(WIDTH)(1, valid);
    Ordered(WIDTH)(opened.coverageMin * N, valid * UNIT);
}

/* Same statement, same signals as EpisodeDirect. */
template EpisodeLookup(PROFILE, EPOCHS, SLOTS, BASE, CODES) {
    var DEPTH = MAX_DEPTH();
    var N = EPOCHS * SLOTS;
    var UNIT = SHARE_UNIT();
    // Whether the run is held, and the code: the pair that the lookup is about.
    var ENTRIES = 2 * (CODES + 1);
    assert(N < NO_BOUND());
    signal input holder, anchorRoot, terms, scope;
    signal input secret, previousHead, salts[EPOCHS], codes[EPOCHS][SLOTS];
    signal input depth, index, siblings[DEPTH];

    // 1. what the program asks for, and so what a missing slot does
    TermsHeader(EPISODE_FLAGS()) header;
    EpisodeTerms opened;
    (header, opened) <== OpenEpisode(PROFILE, EPOCHS, CODES)(terms);
    var ofValid = header.flags[FLAG_OF_VALID()];
    signal {binary} atMost <== Direction()(opened.runsMin, opened.runsMax, header.flags[FLAG_OF_VALID()]);
    MissingRule rule <== MissingRuleOf()(header.flags[FLAG_OF_VALID()], atMost);

    // 2. every reading: its range, before any challenge exists
    signal {max} checked[EPOCHS][SLOTS];
    checked.max = CODES;
    signal {max} flat[N];
    flat.max = CODES;
    for (var e = 0; e < EPOCHS; e++) {
        for (var i = 0; i < SLOTS; i++) {
            checked[e][i] <== AtMost(CODES)(codes[e][i]);
            flat[e * SLOTS + i] <== checked[e][i];
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

    // 4. marks: does the slot count, does it leave the length as it is. Only named
    //    here; step 6 holds each against the table.
    signal {binary} counts[N], stays[N];
    var length = 0;
    var isHeld = 0;
    for (var i = 0; i < N; i++) {
        var missing = flat[i] == 0 ? 1 : 0;
        var inside = flat[i] >= opened.band.low && flat[i] <= opened.band.high ? 1 : 0;
        var whenMissing = isHeld == 1 ? rule.countsHeld : rule.countsOpen;
        var stay = missing * (1 - isHeld) * rule.stays;
        var count = missing == 1 ? whenMissing : inside;
        length = count * (length + 1 - isHeld - stay);
        isHeld = length == opened.minRun ? 1 : 0;
        counts[i] <-- count;
        counts[i] * (counts[i] - 1) === 0;
        stays[i] <-- stay;
        stays[i] * (stays[i] - 1) === 0;
    }

    // 5. the runs that follow from the marks
    signal {binary} held[N + 1] <== RunLengths(N)(opened.minRun, counts, stays);

    // 6. marks, readings and held runs fit together. The last head commits to the
    //    readings, the hash to the marks and the terms; held follows from these.
    var WORDS = wordsOf(N, 2);
    signal {max} marks[N], places[N];
    marks.max = 3;
    places.max = ENTRIES - 1;
    for (var i = 0; i < N; i++) {
        marks[i] <== counts[i] + 2 * stays[i];
        places[i] <== flat[i] + (CODES + 1) * held[i];
    }
    signal packed[WORDS] <== Pack(N, 2)(marks);
    signal words[WORDS + 1];
    words[0] <== terms;
    for (var w = 0; w < WORDS; w++) {
        words[w + 1] <== packed[w];
    }
    var tag = TAG_MARKS();
    signal commitment <== Absorb(tag, WORDS + 1)(head, words);

    signal fromLow[CODES + 1] <== Steps(CODES)(opened.band.low);
    signal fromHigh[CODES + 1] <== Steps(CODES)(opened.band.high);
    signal table[ENTRIES];
    table[0] <== rule.countsOpen + 2 * rule.stays;
    table[CODES + 1] <== rule.countsHeld;
    for (var c = 1; c <= CODES; c++) {
        // low <= c <= high: reached low, and did not reach high before c.
        table[c] <== fromLow[c] - fromHigh[c - 1];
        table[CODES + 1 + c] <== table[c];
    }
    signal occurs[ENTRIES] <== Lookup(ENTRIES, N)(places, marks, table, commitment);

    // 7. the statement. A slot that counts while a run is held continues it; every
    //    other slot after which one is held began it.
    signal continued[CODES + 1];
    var runs = 0;
    for (var i = 1; i <= N; i++) {
        runs += held[i];
    }
    for (var c = 0; c <= CODES; c++) {
        continued[c] <== table[CODES + 1 + c] * occurs[CODES + 1 + c];
        runs -= continued[c];
    }
    var valid = N - occurs[0] - occurs[CODES + 1];
    // Both sides of every comparison are below 2^16 * 2^16, hence the width.
    Ordered(32)(opened.runsMin, runs);
    Ordered(32)(runs, opened.runsMax);
    Ordered(32)(1, valid);
    Ordered(32)(opened.coverageMin * N, valid * UNIT);
}
