// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "bitify.circom";
include "range.circom";

/*
 * A band of codes, 1 <= low <= high <= CODES. Made only by OpenBand, and by
 * OpenDistribution (claims/distribution.circom), which constrains the same.
 */
bus Band {
    signal low;
    signal high;
}

/*
 * A band from two untrusted levels.
 *
 * Each of the three distances is held to [0, 2^K), so both levels are in
 * [1, CODES] and in order: 0 <= low - 1, 0 <= high - low, 0 <= CODES - high.
 *
 * @param CODES        highest code
 * @input low, high    range-checked to less than 2^251 by the caller
 */
template OpenBand(CODES) {
    var K = bitsOf(CODES);
    signal input low, high;
    output Band band;

    _ <== Num2Bits(K)(low - 1);
    _ <== Num2Bits(K)(high - low);
    _ <== Num2Bits(K)(CODES - high);
    band.low <== low;
    band.high <== high;
}

/*
 * Exact place of one code: missing, below the band, inside it, or above it.
 *
 * The prover names the region, and two range checks hold the code between the
 * region's ends. The four regions are disjoint and cover 0 … CODES, so exactly
 * one region is possible for each code and none for a value outside the table:
 * classification and range check are one thing. 2 K + 8 constraints.
 *
 *   missing  [0, 0]     below  [1, low - 1]     inside  [low, high]     above  [high + 1, CODES]
 *
 * @param CODES   highest code
 * @input band    ordered, inside the table
 * @input code    untrusted
 * @output checked   the code, tagged: in [0, CODES]
 * @output missing, inside   exact indicators
 */
template Classify(CODES) {
    var K = bitsOf(CODES);
    input Band band;
    signal input code;
    signal output {max} checked;
    signal output {binary} missing, inside;

    missing <-- code == 0 ? 1 : 0;
    inside <-- code >= band.low && code <= band.high ? 1 : 0;
    signal above <-- code > band.high ? 1 : 0;
    signal below <== 1 - missing - inside - above;
    missing * (missing - 1) === 0;
    inside * (inside - 1) === 0;
    above * (above - 1) === 0;
    below * (below - 1) === 0;

    // Ends of the region named: one product for each end that is not a constant.
    signal lowIfInside <== inside * band.low;
    signal lowIfAbove <== above * (band.high + 1);
    signal highIfBelow <== below * (band.low - 1);
    signal highIfInside <== inside * band.high;
    // Both distances are below 2^K in absolute value for an honest code; for any
    // other value, sum of the two is high - low < 2^K, so one of them fails.
    _ <== Num2Bits(K)(code - (below + lowIfInside + lowIfAbove));
    _ <== Num2Bits(K)(highIfBelow + highIfInside + above * CODES - code);

    checked.max = CODES;
    checked <== code;
}
