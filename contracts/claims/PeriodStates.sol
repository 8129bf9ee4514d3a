// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {PeriodState} from "../interfaces/IClaimsPayout.sol";

/// @title States of a policy's periods, 64 to a word
/// @notice A word that is written for the first time costs 17,100 gas more than one that is changed, so only the first
/// claim of 64 periods pays for it.
library PeriodStates {
    uint256 private constant BITS = 4;
    uint256 private constant PER_WORD = 64;
    uint256 private constant MASK = 15;
    /// @dev The lowest bit of every state, and of every byte.
    uint256 private constant STATE_ONES = type(uint256).max / 15;
    uint256 private constant BYTE_ONES = type(uint256).max / 255;
    uint256 private constant LOW_STATES = BYTE_ONES * 15;

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

    /// @notice Makes every open period of `from` to `until - 1` released, a word at a time.
    /// @return released how many were open
    function release(
        mapping(uint256 index => uint256 word) storage words,
        uint256 from,
        uint256 until
    ) internal returns (uint32 released) {
        while (from < until) {
            uint256 index = from / PER_WORD;
            uint256 end = Math.min(until, (index + 1) * PER_WORD);
            uint256 word = words[index];
            uint256 open = _open(word) & _ones(from % PER_WORD, end - from);
            // An open state is 0, so adding to it sets it.
            words[index] = word | (open * uint256(PeriodState.Released));
            released += uint32(_count(open));
            from = end;
        }
    }

    /// @dev The lowest bit of every state that is 0 (open).
    function _open(uint256 word) private pure returns (uint256) {
        return ~(word | (word >> 1) | (word >> 2) | (word >> 3)) & STATE_ONES;
    }

    /// @dev The lowest bits of `count` states from number `first` of a word.
    function _ones(uint256 first, uint256 count) private pure returns (uint256) {
        return (STATE_ONES >> ((PER_WORD - count) * BITS)) << (first * BITS);
    }

    /// @dev How many lowest bits of states are set: two states to a byte, then all bytes into the highest one.
    function _count(uint256 ones) private pure returns (uint256) {
        uint256 pairs = (ones & LOW_STATES) + ((ones >> BITS) & LOW_STATES);
        unchecked {
            return (pairs * BYTE_ONES) >> 248;
        }
    }
}
