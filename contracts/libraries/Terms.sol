// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Statement} from "../interfaces/IStatementRegistry.sol";
import {Epochs} from "./Epochs.sol";
import {TermsLayout} from "./generated/TermsLayout.sol";

/// @title Packed terms: one statement's parameters in one field element
/// @notice A program's terms have first epoch 0; a period's have the epoch put in. What the circuits do not check
/// and `check` does: that the parameters make sense at all, and that nothing pays when everything is missing.
library Terms {
    /// @dev Fields of the distribution template: codes, 1/10,000ths, codes, 1/10,000ths.
    struct Distribution {
        uint256 low;
        uint256 high;
        uint256 shareMin;
        uint256 shareMax;
        uint256 meanMin;
        uint256 meanMax;
        uint256 coverageMin;
        uint256 coverageMax;
    }

    error Terms_Mismatch(string field, uint256 value, uint256 expected);
    error Terms_OutOfRange(string field, uint256 value, uint256 lowest, uint256 highest);
    error Terms_UnknownTemplate(uint256 template);
    error Terms_UnknownFlags(uint256 flags);
    error Terms_UnusedBits(uint256 terms);
    error Terms_MetByMissingReadings(uint256 terms);

    /// @notice The terms of the period whose first epoch is `epoch`. Needs terms with epoch 0 and an epoch below
    /// 2^32, which issuing a policy has checked.
    function forPeriod(uint256 terms, uint256 epoch) internal pure returns (uint256) {
        return terms | (epoch << TermsLayout.EPOCH_SHIFT);
    }

    function templateOf(uint256 terms) internal pure returns (uint256) {
        return _field(terms, TermsLayout.TEMPLATE_SHIFT, TermsLayout.TEMPLATE_BITS);
    }

    function profileOf(uint256 terms) internal pure returns (uint256) {
        return _field(terms, TermsLayout.PROFILE_SHIFT, TermsLayout.PROFILE_BITS);
    }

    /// @notice Offset in quarter hours.
    function offsetOf(uint256 terms) internal pure returns (uint256) {
        return _field(terms, TermsLayout.OFFSET_SHIFT, TermsLayout.OFFSET_BITS);
    }

    function epochOf(uint256 terms) internal pure returns (uint256) {
        return _field(terms, TermsLayout.EPOCH_SHIFT, TermsLayout.EPOCH_BITS);
    }

    /// @notice Epochs per period.
    function epochsOf(uint256 terms) internal pure returns (uint256) {
        return _field(terms, TermsLayout.EPOCHS_SHIFT, TermsLayout.EPOCHS_BITS);
    }

    function flagsOf(uint256 terms) internal pure returns (uint256) {
        return _field(terms, TermsLayout.FLAGS_SHIFT, TermsLayout.FLAGS_BITS);
    }

    /// @notice Reverts unless `terms` are possible terms of a program with this statement.
    function check(uint256 terms, Statement memory statement) internal pure {
        _requireEqual("template", templateOf(terms), statement.template);
        _requireEqual("profile", profileOf(terms), statement.profile);
        _requireEqual("epochs", epochsOf(terms), statement.epochs);
        _requireEqual("epoch", epochOf(terms), 0);
        _requireWithin("offset", offsetOf(terms), 0, (statement.epochSeconds - 1) / Epochs.OFFSET_UNIT);
        if (statement.template != TermsLayout.DISTRIBUTION_ID)
            revert Terms_UnknownTemplate(statement.template);
        _checkDistribution(terms, statement.codes);
    }

    function _checkDistribution(uint256 terms, uint256 codes) private pure {
        uint256 flags = flagsOf(terms);
        if (flags & ~TermsLayout.FLAG_OF_VALID != 0) revert Terms_UnknownFlags(flags);
        if (terms >> TermsLayout.DISTRIBUTION_END != 0) revert Terms_UnusedBits(terms);

        Distribution memory d = _distributionOf(terms);
        _requireWithin("low", d.low, 1, d.high);
        _requireWithin("high", d.high, d.low, codes);
        _requireWithin("shareMin", d.shareMin, 0, d.shareMax);
        _requireWithin("shareMax", d.shareMax, d.shareMin, TermsLayout.SHARE_UNIT);
        _requireWithin("meanMin", d.meanMin, 0, d.meanMax);
        _requireWithin("meanMax", d.meanMax, d.meanMin, codes);
        _requireWithin("coverageMin", d.coverageMin, 0, d.coverageMax);
        _requireWithin("coverageMax", d.coverageMax, d.coverageMin, TermsLayout.SHARE_UNIT);

        if (flags & TermsLayout.FLAG_OF_VALID != 0) {
            // Nothing valid is never enough: the circuit has no statement about an empty set.
            _requireWithin("coverageMin", d.coverageMin, 1, TermsLayout.SHARE_UNIT);
        } else {
            // With everything missing, worst-case semantics see a share between 0 and 1, a mean between the
            // lowest and the highest code, and no coverage. At least one bound must exclude that.
            bool met =
                d.shareMin == 0 &&
                    d.shareMax == TermsLayout.SHARE_UNIT &&
                    d.meanMin <= 1 &&
                    d.meanMax == codes &&
                    d.coverageMin == 0;
            if (met) revert Terms_MetByMissingReadings(terms);
        }
    }

    function _distributionOf(uint256 terms) private pure returns (Distribution memory) {
        return
            Distribution({
                low: _field(terms, TermsLayout.DISTRIBUTION_LOW_SHIFT, TermsLayout.DISTRIBUTION_LOW_BITS),
                high: _field(terms, TermsLayout.DISTRIBUTION_HIGH_SHIFT, TermsLayout.DISTRIBUTION_HIGH_BITS),
                shareMin: _field(
                    terms,
                    TermsLayout.DISTRIBUTION_SHARE_MIN_SHIFT,
                    TermsLayout.DISTRIBUTION_SHARE_MIN_BITS
                ),
                shareMax: _field(
                    terms,
                    TermsLayout.DISTRIBUTION_SHARE_MAX_SHIFT,
                    TermsLayout.DISTRIBUTION_SHARE_MAX_BITS
                ),
                meanMin: _field(
                    terms,
                    TermsLayout.DISTRIBUTION_MEAN_MIN_SHIFT,
                    TermsLayout.DISTRIBUTION_MEAN_MIN_BITS
                ),
                meanMax: _field(
                    terms,
                    TermsLayout.DISTRIBUTION_MEAN_MAX_SHIFT,
                    TermsLayout.DISTRIBUTION_MEAN_MAX_BITS
                ),
                coverageMin: _field(
                    terms,
                    TermsLayout.DISTRIBUTION_COVERAGE_MIN_SHIFT,
                    TermsLayout.DISTRIBUTION_COVERAGE_MIN_BITS
                ),
                coverageMax: _field(
                    terms,
                    TermsLayout.DISTRIBUTION_COVERAGE_MAX_SHIFT,
                    TermsLayout.DISTRIBUTION_COVERAGE_MAX_BITS
                )
            });
    }

    function _field(uint256 terms, uint256 shift, uint256 bits) private pure returns (uint256) {
        return (terms >> shift) & ((1 << bits) - 1);
    }

    function _requireEqual(string memory field, uint256 value, uint256 expected) private pure {
        if (value != expected) revert Terms_Mismatch(field, value, expected);
    }

    function _requireWithin(
        string memory field,
        uint256 value,
        uint256 lowest,
        uint256 highest
    ) private pure {
        if (value < lowest || value > highest) revert Terms_OutOfRange(field, value, lowest, highest);
    }
}
