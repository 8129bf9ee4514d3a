// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "bitify.circom";
include "../lib/generated/protocol.circom";
include "../lib/range.circom";

/** What the header of `terms` says (docs/protocol.md, "Terms"). */
bus TermsHeader(FLAGS) {
    signal context;               // of the period's first epoch
    signal {binary} flags[FLAGS]; // FLAG_OF_VALID(): clinical "of valid readings" semantics; then the template's own
    signal fields;                // the template's own fields, still packed
}

/*
 * Opens the header of `terms`.
 *
 * Template, profile and number of epochs must be those of the instance; every
 * flag that the template does not know must be 0.
 *
 * @param TEMPLATE, PROFILE, EPOCHS  of the instance
 * @param FLAGS                      flags the template knows: bits 0 to FLAGS - 1
 * @input terms                      public
 * @output header                    `header.fields` is everything above the header.
 *     The caller must decompose it completely into ranges that together stay
 *     below 2^(253 - TERMS_HEADER_BITS): only then is the split unique.
 */
template OpenHeader(TEMPLATE, PROFILE, EPOCHS, FLAGS) {
    // An instance whose numbers overflow their fields would never open.
    assert(TEMPLATE < 2 ** TERMS_TEMPLATE_BITS());
    assert(PROFILE < 2 ** TERMS_PROFILE_BITS());
    assert(EPOCHS >= 1 && EPOCHS < 2 ** TERMS_EPOCHS_BITS());
    assert(FLAGS >= 1 && FLAGS <= TERMS_FLAGS_BITS());
    signal input terms;
    output TermsHeader(FLAGS) header;

    var offsetShift = TERMS_OFFSET_SHIFT();
    var contextShift = TERMS_PROFILE_SHIFT();
    var headerBits = TERMS_HEADER_BITS();
    var timeBits = TERMS_OFFSET_BITS() + TERMS_EPOCH_BITS();
    var flagsShift = TERMS_FLAGS_SHIFT();
    var fixed = TEMPLATE * 2 ** TERMS_TEMPLATE_SHIFT() + PROFILE * 2 ** contextShift + EPOCHS * 2 ** TERMS_EPOCHS_SHIFT();

    // Offset and epoch lie side by side in `terms` as in `ctx`, so they move together.
    signal time <-- (terms >> offsetShift) & (2 ** timeBits - 1);
    signal {max} checkedTime <== Bits(timeBits)(time);

    var flags = 0;
    for (var f = 0; f < FLAGS; f++) {
        header.flags[f] <-- (terms >> (flagsShift + f)) & 1;
        header.flags[f] * (header.flags[f] - 1) === 0;
        flags += header.flags[f] * 2 ** f;
    }

    header.fields <-- terms >> headerBits;
    terms === fixed + checkedTime * 2 ** offsetShift + flags * 2 ** flagsShift + header.fields * 2 ** headerBits;

    header.context <== PROFILE + checkedTime * 2 ** (offsetShift - contextShift);
}

/*
 * Splits the fields of a template, each range-checked to its width.
 *
 * @param N               number of fields
 * @param SHIFTS, WIDTHS  of each field, lowest first: adjacent and without holes
 *                        (asserted), so that ranges are disjoint and the split unique
 * @input fields          `header.fields`
 * @output values[N]      in [0, 2^width)
 */
template Fields(N, SHIFTS, WIDTHS) {
    signal input fields;
    signal output values[N];

    var total = 0;
    for (var f = 0; f < N; f++) {
        assert(SHIFTS[f] == (f == 0 ? 0 : SHIFTS[f - 1] + WIDTHS[f - 1]));
        var shift = SHIFTS[f];
        var mask = 2 ** WIDTHS[f] - 1;
        values[f] <-- (fields >> shift) & mask;
        _ <== Num2Bits(WIDTHS[f])(values[f]);
        total += values[f] * 2 ** SHIFTS[f];
    }
    assert(SHIFTS[N - 1] + WIDTHS[N - 1] + TERMS_HEADER_BITS() <= 253);
    fields === total;
}
