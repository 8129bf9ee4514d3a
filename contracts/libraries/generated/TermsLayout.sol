// SPDX-License-Identifier: GPL-3.0-or-later
// Generated from circuits/protocol.json by `npm run generate`. Do not edit.
pragma solidity ^0.8.28;

/// @notice Where each field of packed terms lies: shift from bit 0 and width in bits.
library TermsLayout {
    uint256 internal constant TEMPLATE_SHIFT = 0;
    uint256 internal constant TEMPLATE_BITS = 8;
    uint256 internal constant PROFILE_SHIFT = 8;
    uint256 internal constant PROFILE_BITS = 16;
    uint256 internal constant OFFSET_SHIFT = 24;
    uint256 internal constant OFFSET_BITS = 8;
    uint256 internal constant EPOCH_SHIFT = 32;
    uint256 internal constant EPOCH_BITS = 32;
    uint256 internal constant EPOCHS_SHIFT = 64;
    uint256 internal constant EPOCHS_BITS = 16;
    uint256 internal constant FLAGS_SHIFT = 80;
    uint256 internal constant FLAGS_BITS = 8;

    uint256 internal constant FLAG_OF_VALID = 1;

    uint256 internal constant SHARE_UNIT = 10000;

    uint256 internal constant DISTRIBUTION_ID = 1;
    uint256 internal constant DISTRIBUTION_LOW_SHIFT = 88;
    uint256 internal constant DISTRIBUTION_LOW_BITS = 16;
    uint256 internal constant DISTRIBUTION_HIGH_SHIFT = 104;
    uint256 internal constant DISTRIBUTION_HIGH_BITS = 16;
    uint256 internal constant DISTRIBUTION_SHARE_MIN_SHIFT = 120;
    uint256 internal constant DISTRIBUTION_SHARE_MIN_BITS = 14;
    uint256 internal constant DISTRIBUTION_SHARE_MAX_SHIFT = 134;
    uint256 internal constant DISTRIBUTION_SHARE_MAX_BITS = 14;
    uint256 internal constant DISTRIBUTION_MEAN_MIN_SHIFT = 148;
    uint256 internal constant DISTRIBUTION_MEAN_MIN_BITS = 16;
    uint256 internal constant DISTRIBUTION_MEAN_MAX_SHIFT = 164;
    uint256 internal constant DISTRIBUTION_MEAN_MAX_BITS = 16;
    uint256 internal constant DISTRIBUTION_COVERAGE_MIN_SHIFT = 180;
    uint256 internal constant DISTRIBUTION_COVERAGE_MIN_BITS = 14;
    uint256 internal constant DISTRIBUTION_COVERAGE_MAX_SHIFT = 194;
    uint256 internal constant DISTRIBUTION_COVERAGE_MAX_BITS = 14;
    uint256 internal constant DISTRIBUTION_END = 208;
}
