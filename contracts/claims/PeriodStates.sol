// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {PeriodState} from "../interfaces/IClaimsPayout.sol";

/// @title States of a policy's periods, 64 to a word
/// @notice A word that is written for the first time costs 17,100 gas more than one that is changed, so only the first
/// claim of 64 periods pays for it.
library PeriodStates {
    uint256 private constant BITS = 4;
    uint256 private constant PER_WORD = 64;
    uint256 private constant MASK = 15;

    function get(
        mapping(uint256 index => uint256 word) storage words,
        uint32 period
    ) internal view returns (PeriodState) {
        return PeriodState((words[period / PER_WORD] >> ((period % PER_WORD) * BITS)) & MASK);
    }

    function set(
        mapping(uint256 index => uint256 word) storage words,
        uint32 period,
        PeriodState state
    ) internal {
        uint256 shift = (period % PER_WORD) * BITS;
        uint256 word = words[period / PER_WORD];
        words[period / PER_WORD] = (word & ~(MASK << shift)) | (uint256(state) << shift);
    }
}
