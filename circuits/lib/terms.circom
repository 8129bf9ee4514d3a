// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.3;

include "bitify.circom";
include "generated/protocol.circom";
include "range.circom";

/** What the header of `terms` says (docs/protocol.md, "Terms"). */
bus TermsHeader {
    signal context;          // of the period's first epoch
    signal {binary} ofValid; // 1: clinical "of valid readings" semantics
    signal fields;           // the template's own fields, still packed
}

/*
 * Opens the header of `terms`.
 *
 * Template, profile and number of epochs must be those of the instance; every
 * flag that the template does not know must be 0.
 *
 * @param TEMPLATE, PROFILE, EPOCHS  of the instance
 * @input terms                      public
 * @output header                    `header.fields` is everything above the header.
 *     The caller must decompose it completely into ranges that together stay
 *     below 2^(253 - TERMS_HEADER_BITS): only then is the split unique.
 */
template OpenHeader(TEMPLATE, PROFILE, EPOCHS) {
    // An instance whose numbers overflow their fields would never open.
    assert(TEMPLATE < 2 ** TERMS_TEMPLATE_BITS());
    assert(PROFILE < 2 ** TERMS_PROFILE_BITS());
    assert(EPOCHS >= 1 && EPOCHS < 2 ** TERMS_EPOCHS_BITS());
    signal input terms;
    output TermsHeader header;

    var offsetShift = TERMS_OFFSET_SHIFT();
    var contextShift = TERMS_PROFILE_SHIFT();
    var headerBits = TERMS_HEADER_BITS();
    var timeBits = TERMS_OFFSET_BITS() + TERMS_EPOCH_BITS();
    var flagBit = TERMS_FLAGS_SHIFT() + FLAG_OF_VALID();
    var fixed = TEMPLATE * 2 ** TERMS_TEMPLATE_SHIFT() + PROFILE * 2 ** contextShift + EPOCHS * 2 ** TERMS_EPOCHS_SHIFT();

    // Offset and epoch lie side by side in `terms` as in `ctx`, so they move together.
    signal time <-- (terms >> offsetShift) & (2 ** timeBits - 1);
    signal {max} checkedTime <== Bits(timeBits)(time);

    header.ofValid <-- (terms >> flagBit) & 1;
    header.ofValid * (header.ofValid - 1) === 0;

    header.fields <-- terms >> headerBits;
    terms === fixed + checkedTime * 2 ** offsetShift + header.ofValid * 2 ** flagBit + header.fields * 2 ** headerBits;

    header.context <== PROFILE + checkedTime * 2 ** (offsetShift - contextShift);
}
