// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Epochs} from "../libraries/Epochs.sol";
import {ClaimFacts} from "./ClaimFacts.sol";
import {TermsLayout} from "./generated/TermsLayout.sol";

/// @title Packed terms: one statement's parameters in one field element
/// @notice A program's terms have first epoch 0; a period's have the epoch put in. What the circuits do not check
/// and `check` does: that the parameters make sense at all, and that nothing pays when everything is missing.
library Terms {
    /// @dev Two bounds of a count, under the names of their fields; `max` may be NO_BOUND.
    struct Count {
        string minName;
        string maxName;
        uint256 min;
        uint256 max;
        /// @dev The greatest count there can be.
        uint256 most;
    }

    error Terms_Mismatch(string field, uint256 value, uint256 expected);
    error Terms_OutOfRange(string field, uint256 value, uint256 lowest, uint256 highest);
    error Terms_UnknownTemplate(uint256 template);
    error Terms_UnknownFlags(uint256 flags);
    error Terms_UnusedBits(uint256 terms);
    error Terms_MetByMissingReadings(uint256 terms);
    error Terms_NoMiddleCode(uint256 codes);

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

    /// @notice Reverts unless `terms` are possible terms of a program whose circuit has these facts.
    function check(uint256 terms, ClaimFacts.Facts memory facts) internal pure {
        uint256 template = facts.template;
        _requireEqual("template", templateOf(terms), template);
        _requireEqual("profile", profileOf(terms), facts.profile);
        _requireEqual("epochs", epochsOf(terms), facts.epochs);
        _requireEqual("epoch", epochOf(terms), 0);
        _requireWithin("offset", offsetOf(terms), 0, (facts.epochSeconds - 1) / Epochs.OFFSET_UNIT);

        if (template == TermsLayout.DISTRIBUTION_ID) _checkDistribution(terms, facts);
        else if (template == TermsLayout.EPISODE_ID) _checkEpisode(terms, facts);
        else if (template == TermsLayout.REGULARITY_ID) _checkRegularity(terms, facts);
        else if (template == TermsLayout.IMPACT_ID) _checkImpact(terms, facts);
        else revert Terms_UnknownTemplate(template);
    }

    /// @dev Share inside a band, mean and coverage, each between two bounds.
    function _checkDistribution(uint256 terms, ClaimFacts.Facts memory facts) private pure {
        _requireKnown(terms, TermsLayout.DISTRIBUTION_FLAGS, TermsLayout.DISTRIBUTION_END);
        uint256 codes = facts.codes;
        _checkBand(
            _field(terms, TermsLayout.DISTRIBUTION_LOW_SHIFT, TermsLayout.DISTRIBUTION_LOW_BITS),
            _field(terms, TermsLayout.DISTRIBUTION_HIGH_SHIFT, TermsLayout.DISTRIBUTION_HIGH_BITS),
            codes
        );
        bool shareMet = _checkShare(
            _field(terms, TermsLayout.DISTRIBUTION_SHARE_MIN_SHIFT, TermsLayout.DISTRIBUTION_SHARE_MIN_BITS),
            _field(terms, TermsLayout.DISTRIBUTION_SHARE_MAX_SHIFT, TermsLayout.DISTRIBUTION_SHARE_MAX_BITS)
        );
        bool meanMet = _checkMean(terms, codes);

        uint256 coverageMin = _field(
            terms,
            TermsLayout.DISTRIBUTION_COVERAGE_MIN_SHIFT,
            TermsLayout.DISTRIBUTION_COVERAGE_MIN_BITS
        );
        uint256 coverageMax = _field(
            terms,
            TermsLayout.DISTRIBUTION_COVERAGE_MAX_SHIFT,
            TermsLayout.DISTRIBUTION_COVERAGE_MAX_BITS
        );
        _requireWithin("coverageMin", coverageMin, 0, coverageMax);
        _requireWithin("coverageMax", coverageMax, coverageMin, TermsLayout.SHARE_UNIT);
        _requireUnmet(terms, coverageMin, shareMet && meanMet);
        // A missing reading may have been one, so in the worst case no coverage short of all is "at most".
        if (!_isOfValid(terms)) {
            _requireWithin("coverageMax", coverageMax, TermsLayout.SHARE_UNIT, TermsLayout.SHARE_UNIT);
        }
    }

    /// @dev The number of runs inside a band.
    function _checkEpisode(uint256 terms, ClaimFacts.Facts memory facts) private pure {
        _requireKnown(terms, TermsLayout.EPISODE_FLAGS, TermsLayout.EPISODE_END);
        _checkBand(
            _field(terms, TermsLayout.EPISODE_LOW_SHIFT, TermsLayout.EPISODE_LOW_BITS),
            _field(terms, TermsLayout.EPISODE_HIGH_SHIFT, TermsLayout.EPISODE_HIGH_BITS),
            facts.codes
        );
        uint256 samples = _samplesOf(facts);
        uint256 minRun = _field(terms, TermsLayout.EPISODE_MIN_RUN_SHIFT, TermsLayout.EPISODE_MIN_RUN_BITS);
        _requireWithin("minRun", minRun, 1, samples);

        Count memory runs = Count({
            minName: "runsMin",
            maxName: "runsMax",
            min: _field(terms, TermsLayout.EPISODE_RUNS_MIN_SHIFT, TermsLayout.EPISODE_RUNS_MIN_BITS),
            max: _field(terms, TermsLayout.EPISODE_RUNS_MAX_SHIFT, TermsLayout.EPISODE_RUNS_MAX_BITS),
            most: _mostRuns(samples, minRun)
        });
        bool met = _checkCount(runs);
        _checkOneSided(terms, runs);
        _requireUnmet(
            terms,
            _field(terms, TermsLayout.EPISODE_COVERAGE_MIN_SHIFT, TermsLayout.EPISODE_COVERAGE_MIN_BITS),
            met
        );
    }

    /// @dev The number of epochs that reach a level, and the share inside a band.
    function _checkRegularity(uint256 terms, ClaimFacts.Facts memory facts) private pure {
        _requireKnown(terms, TermsLayout.REGULARITY_FLAGS, TermsLayout.REGULARITY_END);
        uint256 codes = facts.codes;
        _checkBand(
            _field(terms, TermsLayout.REGULARITY_LOW_SHIFT, TermsLayout.REGULARITY_LOW_BITS),
            _field(terms, TermsLayout.REGULARITY_HIGH_SHIFT, TermsLayout.REGULARITY_HIGH_BITS),
            codes
        );
        // A reading adds 1, or its steps above code 1.
        bool bySum = flagsOf(terms) & TermsLayout.REGULARITY_FLAG_SUM != 0;
        uint256 step = bySum && codes > 1 ? codes - 1 : 1;
        _requireWithin(
            "level",
            _field(terms, TermsLayout.REGULARITY_LEVEL_SHIFT, TermsLayout.REGULARITY_LEVEL_BITS),
            1,
            step * facts.samples
        );
        bool epochsMet = _checkCount(
            Count({
                minName: "epochsMin",
                maxName: "epochsMax",
                min: _field(
                    terms,
                    TermsLayout.REGULARITY_EPOCHS_MIN_SHIFT,
                    TermsLayout.REGULARITY_EPOCHS_MIN_BITS
                ),
                max: _field(
                    terms,
                    TermsLayout.REGULARITY_EPOCHS_MAX_SHIFT,
                    TermsLayout.REGULARITY_EPOCHS_MAX_BITS
                ),
                most: facts.epochs
            })
        );
        bool shareMet = _checkShare(
            _field(terms, TermsLayout.REGULARITY_SHARE_MIN_SHIFT, TermsLayout.REGULARITY_SHARE_MIN_BITS),
            _field(terms, TermsLayout.REGULARITY_SHARE_MAX_SHIFT, TermsLayout.REGULARITY_SHARE_MAX_BITS)
        );
        _requireUnmet(
            terms,
            _field(
                terms,
                TermsLayout.REGULARITY_COVERAGE_MIN_SHIFT,
                TermsLayout.REGULARITY_COVERAGE_MIN_BITS
            ),
            epochsMet && shareMet
        );
    }

    /// @dev The number of samples on three axes that reach a magnitude, or of runs of them.
    function _checkImpact(uint256 terms, ClaimFacts.Facts memory facts) private pure {
        _requireKnown(terms, TermsLayout.IMPACT_FLAGS, TermsLayout.IMPACT_END);
        // The code of the value 0, which in a symmetric profile is the middle one: LOW and HIGH at equal
        // distances from it. Without a middle there is no such code.
        uint256 codes = facts.codes;
        if (codes % 2 == 0) revert Terms_NoMiddleCode(codes);
        // The greatest distance from it that an axis can show without saturating: LOW and HIGH are one step
        // further out. A saturated axis then reaches every threshold with its true value too, so saturation
        // never decides; and a threshold that only saturated axes reach does not exist.
        uint256 zero = (codes + 1) / 2;
        uint256 reach = zero > 2 ? zero - 2 : 0;
        _requireWithin(
            "threshold",
            _field(terms, TermsLayout.IMPACT_THRESHOLD_SHIFT, TermsLayout.IMPACT_THRESHOLD_BITS),
            1,
            reach * reach
        );
        uint256 samples = _samplesOf(facts);
        uint256 minRun = _field(terms, TermsLayout.IMPACT_MIN_RUN_SHIFT, TermsLayout.IMPACT_MIN_RUN_BITS);
        _requireWithin("minRun", minRun, 0, samples);

        Count memory count = Count({
            minName: "countMin",
            maxName: "countMax",
            min: _field(terms, TermsLayout.IMPACT_COUNT_MIN_SHIFT, TermsLayout.IMPACT_COUNT_MIN_BITS),
            max: _field(terms, TermsLayout.IMPACT_COUNT_MAX_SHIFT, TermsLayout.IMPACT_COUNT_MAX_BITS),
            most: minRun == 0 ? samples : _mostRuns(samples, minRun)
        });
        bool met = _checkCount(count);
        // Samples are counted at both worsts at once, so only events are bounded from one side.
        if (minRun != 0) _checkOneSided(terms, count);
        _requireUnmet(
            terms,
            _field(terms, TermsLayout.IMPACT_COVERAGE_MIN_SHIFT, TermsLayout.IMPACT_COVERAGE_MIN_BITS),
            met
        );
    }

    // --- parts of several templates ---------------------------------------------------------------------
    // Those that return a bool say whether their bounds hold in the worst case when everything is missing.

    function _requireKnown(uint256 terms, uint256 known, uint256 end) private pure {
        uint256 flags = flagsOf(terms);
        if (flags & ~known != 0) revert Terms_UnknownFlags(flags);
        if (terms >> end != 0) revert Terms_UnusedBits(terms);
    }

    function _checkBand(uint256 low, uint256 high, uint256 codes) private pure {
        _requireWithin("low", low, 1, high);
        _requireWithin("high", high, low, codes);
    }

    /// @dev With everything missing the share can be anything from 0 to 1.
    function _checkShare(uint256 min, uint256 max) private pure returns (bool met) {
        _requireWithin("shareMin", min, 0, max);
        _requireWithin("shareMax", max, min, TermsLayout.SHARE_UNIT);
        return min == 0 && max == TermsLayout.SHARE_UNIT;
    }

    /// @dev With everything missing the mean can be anything from 1, the lowest code, to the highest.
    function _checkMean(uint256 terms, uint256 codes) private pure returns (bool met) {
        uint256 min = _field(
            terms,
            TermsLayout.DISTRIBUTION_MEAN_MIN_SHIFT,
            TermsLayout.DISTRIBUTION_MEAN_MIN_BITS
        );
        uint256 max = _field(
            terms,
            TermsLayout.DISTRIBUTION_MEAN_MAX_SHIFT,
            TermsLayout.DISTRIBUTION_MEAN_MAX_BITS
        );
        uint256 flags = flagsOf(terms);
        bool above = flags & TermsLayout.DISTRIBUTION_FLAG_MEAN_ABOVE != 0;
        bool below = flags & TermsLayout.DISTRIBUTION_FLAG_MEAN_BELOW != 0;
        // Means are fractions: between two different codes there is one even if both ends are excluded.
        uint256 apart = above || below ? 1 : 0;
        _requireWithin("meanMin", min, 0, max);
        _requireWithin("meanMax", max, min + apart, codes);
        return (min == 0 || (min == 1 && !above)) && max == codes && !below;
    }

    /// @dev With everything missing the count can be anything from 0 to `most`.
    function _checkCount(Count memory count) private pure returns (bool met) {
        _requireWithin(count.minName, count.min, 0, count.max < count.most ? count.max : count.most);
        if (count.max != TermsLayout.NO_BOUND) {
            _requireWithin(count.maxName, count.max, count.min, count.most);
        }
        return count.min == 0 && (count.max == TermsLayout.NO_BOUND || count.max >= count.most);
    }

    /// @dev In the worst case runs are counted for one bound at a time: at their fewest if there is a lower one,
    /// at their most if there is none.
    function _checkOneSided(uint256 terms, Count memory count) private pure {
        if (count.min == 0 || _isOfValid(terms)) return;
        _requireWithin(count.maxName, count.max, TermsLayout.NO_BOUND, TermsLayout.NO_BOUND);
    }

    /// @dev Refuses what pays for nothing: under of-valid semantics terms without a least coverage, since the
    /// circuit has no statement about an empty set; in the worst case terms without any bound that can fail.
    function _requireUnmet(uint256 terms, uint256 coverageMin, bool othersMet) private pure {
        bool ofValid = _isOfValid(terms);
        _requireWithin("coverageMin", coverageMin, ofValid ? 1 : 0, TermsLayout.SHARE_UNIT);
        if (!ofValid && othersMet && coverageMin == 0) revert Terms_MetByMissingReadings(terms);
    }

    function _isOfValid(uint256 terms) private pure returns (bool) {
        return flagsOf(terms) & TermsLayout.FLAG_OF_VALID != 0;
    }

    function _samplesOf(ClaimFacts.Facts memory facts) private pure returns (uint256) {
        return uint256(facts.epochs) * facts.samples;
    }

    /// @dev Runs of `minRun` samples need one sample between them to be two.
    function _mostRuns(uint256 samples, uint256 minRun) private pure returns (uint256) {
        return (samples + 1) / (minRun + 1);
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
