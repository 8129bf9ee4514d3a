// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Field} from "../libraries/Field.sol";
import {ClaimFacts} from "./ClaimFacts.sol";
import {Terms} from "./Terms.sol";
import {TermsLayout} from "./generated/TermsLayout.sol";

contract TermsHarness {
    function check(uint256 terms, ClaimFacts.Facts memory facts) external pure {
        Terms.check(terms, facts);
    }
}

/// @dev The rules of docs/protocol.md once more, in other words than the library's: what fits is asked by trying
/// it, and "met by nothing" by asking whether any fate of the missing readings breaks a bound.
contract TermsTest {
    using Terms for uint256;

    TermsHarness internal harness = new TermsHarness();

    uint16 private constant NO_BOUND = 65535;

    /// @dev What a circuit of the fuzz tests may be; folded by `_fold`.
    struct Facts {
        uint16 codes;
        uint16 samples;
        uint16 epochs;
        uint32 epochSeconds;
        /// @dev All bounds but those of the count or the mean are out of the way, so that these decide.
        bool wide;
    }

    struct Distribution {
        uint8 offset;
        uint16 low;
        uint16 high;
        uint16 shareMin;
        uint16 shareMax;
        uint16 meanMin;
        uint16 meanMax;
        uint16 coverageMin;
        uint16 coverageMax;
        uint8 flags;
    }

    struct Episode {
        uint16 low;
        uint16 high;
        uint16 minRun;
        uint16 runsMin;
        uint16 runsMax;
        uint16 coverageMin;
        uint8 flags;
    }

    struct Regularity {
        uint16 low;
        uint16 high;
        uint32 level;
        uint16 epochsMin;
        uint16 epochsMax;
        uint16 shareMin;
        uint16 shareMax;
        uint16 coverageMin;
        uint8 flags;
    }

    struct Impact {
        uint32 threshold;
        uint16 minRun;
        uint16 countMin;
        uint16 countMax;
        uint16 coverageMin;
        uint8 flags;
    }

    /// @dev T31: the check of distribution is exactly the rules, over random fields near their borders.
    function testFuzz_T31_distribution(Distribution memory f, Facts memory facts) public view {
        // Fold into ranges in which every rule is broken now and then, and kept now and then.
        _fold(facts);
        uint16 codes = facts.codes;
        f.low = f.low % (codes + 2);
        f.high = f.high % (codes + 2);
        f.meanMin = f.meanMin % 2 == 0 ? f.meanMin % 3 : f.meanMin % (codes + 2);
        f.meanMax = f.meanMax % 2 == 0 ? codes : f.meanMax % (codes + 2);
        if (f.meanMin % 5 == 4) f.meanMax = f.meanMin;
        f.shareMin = _foldShare(f.shareMin, 0);
        f.shareMax = _foldShare(f.shareMax, 10_000);
        f.coverageMin = _foldShare(f.coverageMin, 0);
        f.coverageMax = _foldShare(f.coverageMax, 10_000);
        f.flags = _foldFlags(f.flags, 8);
        if (facts.wide) {
            (f.offset, f.low, f.high, f.shareMin, f.shareMax) = (0, 1, codes, 0, 10_000);
            (f.coverageMin, f.coverageMax) = (0, 10_000);
        }

        bool possible =
            f.flags < 8 &&
                f.low >= 1 &&
                f.low <= f.high &&
                f.high <= codes &&
                f.shareMin <= f.shareMax &&
                f.shareMax <= 10_000 &&
                f.coverageMin <= f.coverageMax &&
                f.coverageMax <= 10_000 &&
                uint256(f.offset) * 900 < facts.epochSeconds &&
                _meanPossible(f, codes);
        bool ofValid = f.flags & 1 != 0;
        bool paysForNothing =
            ofValid
                ? f.coverageMin == 0
                : f.coverageMin == 0 &&
                    _shareMet(f.shareMin, f.shareMax) &&
                    // The mean of all slots may be anything from 1 to the highest code.
                    _meanHolds(f, 1) &&
                    _meanHolds(f, codes);
        bool neverMet = !ofValid && f.coverageMax < 10_000;
        _expect(_pack(f, facts), _facts(1, facts), possible && !paysForNothing && !neverMet);
    }

    /// @dev T31: the check of episode is exactly the rules.
    function testFuzz_T31_episode(Episode memory f, Facts memory facts) public view {
        _fold(facts);
        uint256 samples = uint256(facts.epochs) * facts.samples;
        f.low = f.low % (facts.codes + 2);
        f.high = f.high % (facts.codes + 2);
        f.minRun = uint16(f.minRun % 4 == 0 ? f.minRun % 3 : f.minRun % (samples + 2));
        f.runsMin = _foldCount(f.runsMin, samples, f.minRun, 0);
        f.runsMax = _foldCount(f.runsMax, samples, f.minRun, NO_BOUND);
        f.coverageMin = _foldShare(f.coverageMin, 0);
        f.flags = _foldFlags(f.flags, 2);
        if (facts.wide) (f.low, f.high, f.coverageMin) = (1, facts.codes, 0);

        bool possible =
            f.flags < 2 &&
                f.low >= 1 &&
                f.low <= f.high &&
                f.high <= facts.codes &&
                f.minRun >= 1 &&
                f.minRun <= samples &&
                _countPossible(f.runsMin, f.runsMax, samples, f.minRun) &&
                f.coverageMin <= 10_000;
        bool ofValid = f.flags & 1 != 0;
        bool twoWorsts = !ofValid && f.runsMin != 0 && f.runsMax != NO_BOUND;
        bool paysForNothing =
            f.coverageMin == 0 && (ofValid || _countMet(f.runsMin, f.runsMax, samples, f.minRun));
        _expect(_pack(f, facts), _facts(2, facts), possible && !twoWorsts && !paysForNothing);
    }

    /// @dev T31: the check of regularity is exactly the rules.
    function testFuzz_T31_regularity(Regularity memory f, Facts memory facts) public view {
        _fold(facts);
        f.low = f.low % (facts.codes + 2);
        f.high = f.high % (facts.codes + 2);
        f.flags = _foldFlags(f.flags, 4);
        // An epoch whose readings are all at the highest code.
        uint256 greatest = f.flags & 2 == 0 ? facts.samples : uint256(facts.samples) * (facts.codes - 1);
        if (greatest == 0) greatest = facts.samples;
        f.level = uint32(f.level % 4 == 0 ? f.level % 3 : f.level % (greatest + 2));
        if (f.level % 5 == 0) f.level = uint32(greatest + (f.level % 2));
        f.epochsMin = f.epochsMin % 3 == 0 ? 0 : f.epochsMin % (facts.epochs + 2);
        f.epochsMax =
            f.epochsMax % 4 == 0
                ? NO_BOUND
                : f.epochsMax % 4 == 1
                    ? facts.epochs
                    : f.epochsMax % (facts.epochs + 2);
        f.shareMin = _foldShare(f.shareMin, 0);
        f.shareMax = _foldShare(f.shareMax, 10_000);
        f.coverageMin = _foldShare(f.coverageMin, 0);
        if (facts.wide) {
            (f.low, f.high, f.coverageMin, f.shareMin, f.shareMax) = (1, facts.codes, 0, 0, 10_000);
        }

        bool possible =
            f.flags < 4 &&
                f.low >= 1 &&
                f.low <= f.high &&
                f.high <= facts.codes &&
                f.level >= 1 &&
                f.level <= greatest &&
                _countPossible(f.epochsMin, f.epochsMax, facts.epochs, 0) &&
                f.shareMin <= f.shareMax &&
                f.shareMax <= 10_000 &&
                f.coverageMin <= 10_000;
        bool paysForNothing =
            f.coverageMin == 0 &&
                (f.flags & 1 != 0 ||
                    (_countMet(f.epochsMin, f.epochsMax, facts.epochs, 0) &&
                        _shareMet(f.shareMin, f.shareMax)));
        _expect(_pack(f, facts), _facts(3, facts), possible && !paysForNothing);
    }

    /// @dev T31: the check of impact is exactly the rules.
    function testFuzz_T31_impact(Impact memory f, Facts memory facts) public view {
        _fold(facts);
        uint256 samples = uint256(facts.epochs) * facts.samples;
        // The middle one of codes 1 … n, counted from both ends.
        uint256 zero = 1;
        while (zero - 1 < facts.codes - zero && zero < facts.codes) ++zero;
        bool symmetric = zero - 1 == facts.codes - zero;
        // What one axis shows without saturating: a step inside LOW and HIGH, which are themselves codes.
        uint256 greatest = zero > 2 ? (zero - 2) ** 2 : 0;
        f.threshold = uint32(f.threshold % 4 == 0 ? f.threshold % 3 : f.threshold % (greatest + 2));
        if (f.threshold % 5 == 0) f.threshold = uint32(greatest + (f.threshold % 2));
        f.minRun = uint16(f.minRun % 3 == 0 ? 0 : f.minRun % (samples + 2));
        f.countMin = _foldCount(f.countMin, samples, f.minRun, 0);
        f.countMax = _foldCount(f.countMax, samples, f.minRun, NO_BOUND);
        f.coverageMin = _foldShare(f.coverageMin, 0);
        f.flags = _foldFlags(f.flags, 2);

        bool possible =
            symmetric &&
                f.flags < 2 &&
                f.threshold >= 1 &&
                f.threshold <= greatest &&
                f.minRun <= samples &&
                _countPossible(f.countMin, f.countMax, samples, f.minRun) &&
                f.coverageMin <= 10_000;
        bool ofValid = f.flags & 1 != 0;
        bool twoWorsts = !ofValid && f.minRun != 0 && f.countMin != 0 && f.countMax != NO_BOUND;
        bool paysForNothing =
            f.coverageMin == 0 && (ofValid || _countMet(f.countMin, f.countMax, samples, f.minRun));
        _expect(_pack(f, facts), _facts(4, facts), possible && !twoWorsts && !paysForNothing);
    }

    /// @dev T31: random words are hardly ever terms, and never with a bit beyond the template's.
    function testFuzz_T31_randomWords(uint256 terms, uint8 template, bool goodHeader) public view {
        Facts memory facts = Facts({codes: 363, samples: 288, epochs: 14, epochSeconds: 1 days, wide: false});
        template = (template % 5) + 1;
        if (goodHeader) terms = ((terms >> 88) << 88) | _header(template, facts, uint8(terms & 1));
        bool accepted = _accepts(terms, _facts(template, facts));
        uint256[6] memory ends = [
            0,
            TermsLayout.DISTRIBUTION_END,
            TermsLayout.EPISODE_END,
            TermsLayout.REGULARITY_END,
            TermsLayout.IMPACT_END,
            0
        ];
        require(!accepted || terms >> ends[template] == 0, "T31: unused bits");
        require(!accepted || terms.epochOf() == 0, "T31: epoch");
        require(!accepted || template <= 4, "T31: template");
    }

    /// @dev T12: putting an epoch in changes the epoch and nothing else, and stays below the field's order.
    function testFuzz_T12_forPeriod(uint256 terms, uint8 template, uint32 epoch) public pure {
        Facts memory facts = Facts({codes: 363, samples: 288, epochs: 14, epochSeconds: 1 days, wide: false});
        uint256[4] memory ends = [
            TermsLayout.DISTRIBUTION_END,
            TermsLayout.EPISODE_END,
            TermsLayout.REGULARITY_END,
            TermsLayout.IMPACT_END
        ];
        template = template % 4;
        terms = ((terms >> 88) << 88) & ((1 << ends[template]) - 1);
        terms |= _header(template + 1, facts, 1);
        uint256 put = terms.forPeriod(epoch);
        require(put.epochOf() == epoch, "epoch");
        require(put ^ terms == uint256(epoch) << TermsLayout.EPOCH_SHIFT, "another field changed");
        require(put.templateOf() == template + 1 && put.profileOf() == 7 && put.epochsOf() == 14, "header");
        require(put.offsetOf() == 0 && put.flagsOf() == 1, "header");
        require(put < Field.MODULUS && put < 1 << 253, "field");
    }

    // --- the rules, once more -----------------------------------------------------------------------------

    /// @dev k runs of minRun samples, one sample between each and the next; minRun 0 counts samples.
    function _fits(uint256 k, uint256 samples, uint256 minRun) private pure returns (bool) {
        if (k == 0) return true;
        return k * (minRun == 0 ? 1 : minRun) + (minRun == 0 ? 0 : k - 1) <= samples;
    }

    function _countPossible(
        uint256 min,
        uint256 max,
        uint256 samples,
        uint256 minRun
    ) private pure returns (bool) {
        return min <= max && _fits(min, samples, minRun) && (max == NO_BOUND || _fits(max, samples, minRun));
    }

    function _countMet(
        uint256 min,
        uint256 max,
        uint256 samples,
        uint256 minRun
    ) private pure returns (bool) {
        return min == 0 && !_fits(max + 1, samples, minRun);
    }

    function _shareMet(uint256 min, uint256 max) private pure returns (bool) {
        return min <= 0 && 10_000 <= max;
    }

    function _meanPossible(Distribution memory f, uint16 codes) private pure returns (bool) {
        if (f.meanMax > codes || f.meanMin > f.meanMax) return false;
        return f.flags & 6 == 0 || f.meanMin != f.meanMax;
    }

    /// @dev Whether a mean keeps both bounds.
    function _meanHolds(Distribution memory f, uint256 mean) private pure returns (bool) {
        bool lower = f.flags & 2 == 0 ? f.meanMin <= mean : f.meanMin < mean;
        bool upper = f.flags & 4 == 0 ? mean <= f.meanMax : mean < f.meanMax;
        return lower && upper;
    }

    // --- folding and packing ------------------------------------------------------------------------------

    function _fold(Facts memory facts) private pure {
        facts.codes = facts.codes % 8 == 0 ? (facts.codes % 3) + 1 : (facts.codes % 400) + 1;
        facts.samples = (facts.samples % 4000) + 1;
        facts.epochs = (facts.epochs % 15) + 1;
        facts.epochSeconds = (facts.epochSeconds % 300_000) + 1;
    }

    function _foldShare(uint16 share, uint16 often) private pure returns (uint16) {
        return share % 4 == 0 ? often : share % 10_002;
    }

    /// @dev Known flags mostly, and now and then one more.
    function _foldFlags(uint8 flags, uint8 known) private pure returns (uint8) {
        return flags % 8 == 7 ? flags : flags % known;
    }

    /// @dev Zero, the usual bound, the greatest count, one beside it, anything.
    function _foldCount(
        uint16 count,
        uint256 samples,
        uint256 minRun,
        uint16 often
    ) private pure returns (uint16) {
        if (count % 3 == 0) return often;
        uint256 most = minRun == 0 ? samples : (samples + 1) / (minRun + 1);
        if (count % 3 == 1) return uint16(most + (count % 2) - (count % 7 == 0 && most != 0 ? 1 : 0));
        return uint16(count % (most + 2));
    }

    function _header(uint8 template, Facts memory facts, uint256 flags) private pure returns (uint256) {
        return
            template |
            (uint256(7) << TermsLayout.PROFILE_SHIFT) |
            (uint256(facts.epochs) << TermsLayout.EPOCHS_SHIFT) |
            (flags << TermsLayout.FLAGS_SHIFT);
    }

    function _pack(Distribution memory f, Facts memory facts) private pure returns (uint256) {
        return
            _header(1, facts, f.flags) |
            (uint256(f.offset) << TermsLayout.OFFSET_SHIFT) |
            (uint256(f.low) << TermsLayout.DISTRIBUTION_LOW_SHIFT) |
            (uint256(f.high) << TermsLayout.DISTRIBUTION_HIGH_SHIFT) |
            (uint256(f.shareMin) << TermsLayout.DISTRIBUTION_SHARE_MIN_SHIFT) |
            (uint256(f.shareMax) << TermsLayout.DISTRIBUTION_SHARE_MAX_SHIFT) |
            (uint256(f.meanMin) << TermsLayout.DISTRIBUTION_MEAN_MIN_SHIFT) |
            (uint256(f.meanMax) << TermsLayout.DISTRIBUTION_MEAN_MAX_SHIFT) |
            (uint256(f.coverageMin) << TermsLayout.DISTRIBUTION_COVERAGE_MIN_SHIFT) |
            (uint256(f.coverageMax) << TermsLayout.DISTRIBUTION_COVERAGE_MAX_SHIFT);
    }

    function _pack(Episode memory f, Facts memory facts) private pure returns (uint256) {
        return
            _header(2, facts, f.flags) |
            (uint256(f.low) << TermsLayout.EPISODE_LOW_SHIFT) |
            (uint256(f.high) << TermsLayout.EPISODE_HIGH_SHIFT) |
            (uint256(f.minRun) << TermsLayout.EPISODE_MIN_RUN_SHIFT) |
            (uint256(f.runsMin) << TermsLayout.EPISODE_RUNS_MIN_SHIFT) |
            (uint256(f.runsMax) << TermsLayout.EPISODE_RUNS_MAX_SHIFT) |
            (uint256(f.coverageMin) << TermsLayout.EPISODE_COVERAGE_MIN_SHIFT);
    }

    function _pack(Regularity memory f, Facts memory facts) private pure returns (uint256) {
        return
            _header(3, facts, f.flags) |
            (uint256(f.low) << TermsLayout.REGULARITY_LOW_SHIFT) |
            (uint256(f.high) << TermsLayout.REGULARITY_HIGH_SHIFT) |
            (uint256(f.level) << TermsLayout.REGULARITY_LEVEL_SHIFT) |
            (uint256(f.epochsMin) << TermsLayout.REGULARITY_EPOCHS_MIN_SHIFT) |
            (uint256(f.epochsMax) << TermsLayout.REGULARITY_EPOCHS_MAX_SHIFT) |
            (uint256(f.shareMin) << TermsLayout.REGULARITY_SHARE_MIN_SHIFT) |
            (uint256(f.shareMax) << TermsLayout.REGULARITY_SHARE_MAX_SHIFT) |
            (uint256(f.coverageMin) << TermsLayout.REGULARITY_COVERAGE_MIN_SHIFT);
    }

    function _pack(Impact memory f, Facts memory facts) private pure returns (uint256) {
        return
            _header(4, facts, f.flags) |
            (uint256(f.threshold) << TermsLayout.IMPACT_THRESHOLD_SHIFT) |
            (uint256(f.minRun) << TermsLayout.IMPACT_MIN_RUN_SHIFT) |
            (uint256(f.countMin) << TermsLayout.IMPACT_COUNT_MIN_SHIFT) |
            (uint256(f.countMax) << TermsLayout.IMPACT_COUNT_MAX_SHIFT) |
            (uint256(f.coverageMin) << TermsLayout.IMPACT_COVERAGE_MIN_SHIFT);
    }

    function _facts(uint8 template, Facts memory facts) private pure returns (ClaimFacts.Facts memory s) {
        s.template = template;
        s.profile = 7;
        s.epochs = facts.epochs;
        s.epochSeconds = facts.epochSeconds;
        s.codes = facts.codes;
        s.samples = facts.samples;
    }

    function _expect(uint256 terms, ClaimFacts.Facts memory facts, bool expected) private view {
        require(_accepts(terms, facts) == expected, expected ? "T31: refused" : "T31: accepted");
    }

    function _accepts(uint256 terms, ClaimFacts.Facts memory facts) private view returns (bool) {
        try harness.check(terms, facts) {
            return true;
        } catch {
            return false;
        }
    }
}
