// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {KeyKind, Statement} from "../interfaces/IStatementRegistry.sol";
import {StatementId} from "../types/Ids.sol";
import {Field} from "./Field.sol";
import {Terms} from "./Terms.sol";
import {TermsLayout} from "./generated/TermsLayout.sol";

contract TermsHarness {
    function check(uint256 terms, Statement memory statement) external pure {
        Terms.check(terms, statement);
    }
}

contract TermsTest {
    using Terms for uint256;

    TermsHarness internal harness = new TermsHarness();

    struct Fields {
        uint8 offset;
        uint16 low;
        uint16 high;
        uint16 shareMin;
        uint16 shareMax;
        uint16 meanMin;
        uint16 meanMax;
        uint16 coverageMin;
        uint16 coverageMax;
        bool ofValid;
    }

    function _statement(uint16 codes, uint32 epochSeconds) private pure returns (Statement memory s) {
        s.template = 1;
        s.profile = 7;
        s.epochs = 14;
        s.epochSeconds = epochSeconds;
        s.codes = codes;
        s.keyKind = KeyKind.Production;
        s.successor = StatementId.wrap(0);
    }

    function _pack(Fields memory f) private pure returns (uint256) {
        return
            1 |
            (uint256(7) << TermsLayout.PROFILE_SHIFT) |
            (uint256(f.offset) << TermsLayout.OFFSET_SHIFT) |
            (uint256(14) << TermsLayout.EPOCHS_SHIFT) |
            (uint256(f.ofValid ? 1 : 0) << TermsLayout.FLAGS_SHIFT) |
            (uint256(f.low) << TermsLayout.DISTRIBUTION_LOW_SHIFT) |
            (uint256(f.high) << TermsLayout.DISTRIBUTION_HIGH_SHIFT) |
            (uint256(f.shareMin) << TermsLayout.DISTRIBUTION_SHARE_MIN_SHIFT) |
            (uint256(f.shareMax) << TermsLayout.DISTRIBUTION_SHARE_MAX_SHIFT) |
            (uint256(f.meanMin) << TermsLayout.DISTRIBUTION_MEAN_MIN_SHIFT) |
            (uint256(f.meanMax) << TermsLayout.DISTRIBUTION_MEAN_MAX_SHIFT) |
            (uint256(f.coverageMin) << TermsLayout.DISTRIBUTION_COVERAGE_MIN_SHIFT) |
            (uint256(f.coverageMax) << TermsLayout.DISTRIBUTION_COVERAGE_MAX_SHIFT);
    }

    function _accepts(uint256 terms, Statement memory statement) private view returns (bool) {
        try harness.check(terms, statement) {
            return true;
        } catch {
            return false;
        }
    }

    /// @dev T31: the check is exactly the rules, over random fields near their borders.
    function testFuzz_T31_checkIsTheRules(Fields memory f, uint16 codes, uint32 epochSeconds) public view {
        // Fold into ranges in which every rule is broken now and then, and kept now and then.
        codes = (codes % 400) + 1;
        epochSeconds = (epochSeconds % 300_000) + 1;
        f.low = f.low % (codes + 2);
        f.high = f.high % (codes + 2);
        f.meanMin = f.meanMin % 4 == 0 ? f.meanMin % 3 : f.meanMin % (codes + 2);
        f.meanMax = f.meanMax % 4 == 0 ? codes : f.meanMax % (codes + 2);
        f.shareMin = f.shareMin % 4 == 0 ? 0 : f.shareMin % 10_002;
        f.shareMax = f.shareMax % 4 == 0 ? 10_000 : f.shareMax % 10_002;
        f.coverageMin = f.coverageMin % 4 == 0 ? 0 : f.coverageMin % 10_002;
        f.coverageMax = f.coverageMax % 4 == 0 ? 10_000 : f.coverageMax % 10_002;

        bool inOrder =
            f.low >= 1 &&
                f.low <= f.high &&
                f.high <= codes &&
                f.shareMin <= f.shareMax &&
                f.shareMax <= 10_000 &&
                f.meanMin <= f.meanMax &&
                f.meanMax <= codes &&
                f.coverageMin <= f.coverageMax &&
                f.coverageMax <= 10_000 &&
                uint256(f.offset) * 900 < epochSeconds;
        bool metByNothing =
            f.ofValid
                ? f.coverageMin == 0
                : f.shareMin == 0 &&
                    f.shareMax == 10_000 &&
                    f.meanMin <= 1 &&
                    f.meanMax == codes &&
                    f.coverageMin == 0;
        bool neverMet = !f.ofValid && f.coverageMax < 10_000;
        bool accepted = _accepts(_pack(f), _statement(codes, epochSeconds));
        require(accepted == (inOrder && !metByNothing && !neverMet), "T31");
    }

    /// @dev T31: random words are hardly ever terms, and never with a bit beyond the template's.
    function testFuzz_T31_randomWords(uint256 terms) public view {
        bool accepted = _accepts(terms, _statement(363, 1 days));
        require(!accepted || terms >> TermsLayout.DISTRIBUTION_END == 0, "T31: unused bits");
        require(!accepted || terms.epochOf() == 0, "T31: epoch");
    }

    /// @dev T12: putting an epoch in changes the epoch and nothing else, and stays below the field's order.
    function testFuzz_T12_forPeriod(Fields memory f, uint32 epoch) public pure {
        uint256 terms = _pack(f) & ((1 << TermsLayout.DISTRIBUTION_END) - 1);
        uint256 put = terms.forPeriod(epoch);
        require(put.epochOf() == epoch, "epoch");
        require(put ^ terms == uint256(epoch) << TermsLayout.EPOCH_SHIFT, "another field changed");
        require(put.templateOf() == 1 && put.profileOf() == 7 && put.epochsOf() == 14, "header");
        require(put.offsetOf() == f.offset && put.flagsOf() == (f.ofValid ? 1 : 0), "header");
        require(put < Field.MODULUS && put < 1 << 253, "field");
    }
}
