// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "bitify.circom";
include "comparators.circom";
include "generated/protocol.circom";
include "range.circom";

/*
 * Runs of consecutive slots, counted exactly, with missing slots at their worst
 * (docs/protocol.md, "Missing readings").
 *
 * A counter goes up in a slot that counts, falls to 0 in one that does not, and
 * stops at minRun; reaching minRun is one run. What a missing slot does depends
 * on whether the run is still open (minRun not reached) or held (reached):
 *
 *                        open              held
 *   at least (worst)     ends it           changes nothing: only a valid reading
 *                                          outside lets another run begin
 *   at most (worst)      counts            ends it, so that the next may begin
 *   of valid             changes nothing   changes nothing
 *
 * Checked by brute force against all fillings of the missing slots.
 */

/** What a missing slot does. Made only by MissingRuleOf. */
bus MissingRule {
    signal {binary} countsOpen; // counts while the run is open
    signal {binary} countsHeld; // counts while the run is held
    signal {binary} stays;      // leaves an open run's length as it is
}

/*
 * @input ofValid
 * @input atMost    1: the worst is many runs; 0: the worst is few
 * @output rule
 */
template MissingRuleOf() {
    signal input {binary} ofValid, atMost;
    output MissingRule rule;

    signal worstMost <== (1 - ofValid) * atMost;
    // Sums of two exclusive bits, and a complement: bits.
    rule.countsOpen <== ofValid + worstMost;
    rule.countsHeld <== 1 - worstMost;
    rule.stays <== ofValid;
}

/*
 * One slot of the counter. 3 constraints.
 *
 *   length' = counts * (length + 1 - held - stays),   held' = [length' == minRun]
 *
 * While held the length stays at minRun, so held' = 1 exactly where the slot
 * counts. New runs are therefore the slots with held' = 1 that do not both count
 * and find a run held: held' - held * counts is 1 there and 0 elsewhere.
 *
 * @input minRun       in [1, 2^16); the caller constrains it to be no 0
 * @input length, held of the slots before; held: minRun has been reached and the run not ended
 * @input counts       the slot is part of the run
 * @input stays        the slot leaves the length as it is; assumes counts = 1 and held = 0 there
 */
template RunStep() {
    signal input minRun, length;
    signal input {binary} held, counts, stays;
    signal output nextLength;
    signal output {binary} nextHeld;

    nextLength <== counts * (length + 1 - held - stays);
    nextHeld <== IsEqual()([nextLength, minRun]);
}

/*
 * The counter over N slots whose marks are known.
 *
 * @param N
 * @input minRun, counts[N], stays[N]   as for RunStep
 * @output held[N + 1]   held[i]: before slot i
 */
template RunLengths(N) {
    signal input minRun;
    signal input {binary} counts[N], stays[N];
    signal output {binary} held[N + 1];

    signal lengths[N + 1];
    lengths[0] <== 0;
    held[0] <== 0;
    for (var i = 0; i < N; i++) {
        (lengths[i + 1], held[i + 1]) <== RunStep()(minRun, lengths[i], held[i], counts[i], stays[i]);
    }
}

/*
 * The bounds of a count that knows only one worst case at a time.
 *
 * A lower bound of 0 asks for nothing, so terms without one are "at most" terms.
 * Under worst-case semantics terms have one bound: with a lower one the count is
 * the least that can be, which says nothing about an upper bound, so that must be
 * the value that means none. Under of-valid semantics both are checked.
 *
 * @input least, most    bounds, below 2^16
 * @input ofValid
 * @output atMost        the direction, for MissingRuleOf
 */
template Direction() {
    signal input least, most;
    signal input {binary} ofValid;
    signal output {binary} atMost;

    atMost <== IsZero()(least);
    signal oneSided <== (1 - atMost) * (1 - ofValid);
    oneSided * (NO_BOUND() - most) === 0;
}
