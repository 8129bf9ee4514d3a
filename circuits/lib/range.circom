// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "bitify.circom";

/*
 * Range checks. Values are checked once, here, and handed on with a tag:
 *
 *   {max}  the value is an integer in [0, max]
 *
 * Templates that need a checked value ask for the tag, so that forgetting the
 * check is a compile error. Only templates of this file and Classify, whose
 * regions are a range check, may tag a value that was not tagged; copying
 * tagged values into an array takes their tag along by hand.
 */

/** Bits needed for the integers 0 … n. */
function bitsOf(n) {
    // Doubling, not `2 ** bits`: a witness generator runs this for every component,
    // and raises to a power by some 250 squarings.
    var bits = 0;
    var power = 1;
    while (power <= n) {
        power *= 2;
        bits++;
    }
    return bits;
}

/*
 * Constrains `in` to [0, 2^BITS).
 *
 * @param BITS  1 … 252: below the field's 254 bits, so the bits are unique (no aliasing)
 * @input in    any field element
 * @output out  the same value, tagged
 */
template Bits(BITS) {
    assert(BITS >= 1 && BITS <= 252);
    signal input in;
    signal output {max} out;

    _ <== Num2Bits(BITS)(in);
    out.max = 2 ** BITS - 1;
    out <== in;
}

/*
 * Constrains `in` to [0, MAX] exactly, at the price of bitsOf(MAX) constraints:
 * digits with weights 1, 2, 4, …, and a last weight that makes them add up to
 * MAX. A value may have two digit strings; that is harmless, since only the
 * value is handed on.
 *
 * @param MAX   1 … 2^252 - 1
 * @input in    any field element
 * @output out  the same value, tagged
 */
template AtMost(MAX) {
    assert(MAX >= 1 && MAX < 2 ** 252);
    var DIGITS = bitsOf(MAX);
    signal input in;
    signal output {max} out;

    signal digits[DIGITS];
    var others = 0; // the greatest value that the other digits hold
    for (var k = 0; k < DIGITS - 1; k++) {
        others = 2 * others + 1;
    }
    var last = MAX - others;
    // The last digit is set only if the others cannot hold the value, so an
    // honest witness always exists.
    var takesLast = in > others ? 1 : 0;
    var rest = in - takesLast * last;
    var sum = 0;
    var weight = 1;
    for (var k = 0; k < DIGITS - 1; k++) {
        digits[k] <-- (rest >> k) & 1;
        digits[k] * digits[k] === digits[k];
        sum += digits[k] * weight;
        weight *= 2;
    }
    digits[DIGITS - 1] <-- takesLast;
    digits[DIGITS - 1] * digits[DIGITS - 1] === digits[DIGITS - 1];
    sum += digits[DIGITS - 1] * last;
    sum === in;

    out.max = MAX;
    out <== in;
}

/*
 * Constrains `greater - less` to [0, 2^BITS), hence less <= greater, for two
 * integers whose distance is known to stay below 2^BITS in absolute value.
 *
 * @param BITS          1 … 251
 * @input less, greater assumes |greater - less| < 2^251 as integers; the caller
 *                      states why at the call
 */
template Ordered(BITS) {
    assert(BITS >= 1 && BITS <= 251);
    signal input less, greater;

    _ <== Num2Bits(BITS)(greater - less);
}
