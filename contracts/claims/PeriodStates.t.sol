// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {PeriodState} from "../interfaces/IClaimsPayout.sol";
import {PeriodStates} from "./PeriodStates.sol";

/// @dev Against a plain mapping that is written alongside.
contract PeriodStatesTest {
    using PeriodStates for mapping(uint256 => uint256);

    uint256 private constant STEPS = 24;

    mapping(uint256 => uint256) private _words;
    mapping(uint32 => PeriodState) private _reference;

    function _agree(uint32 period) private view {
        require(_words.get(period) == _reference[period], "P4: a state is not what was written last");
    }

    /// @dev Mostly periods of a few words, so that they share them; and the greatest there are.
    function _periodOf(uint256 random) private pure returns (uint32) {
        uint32 period = uint32(random);
        if (random >> 254 == 0) return period;
        if (random >> 254 == 1) return type(uint32).max - (period % 70);
        return period % 140;
    }

    /// @dev P4: what is written to one period is read from it, and from no other.
    function testFuzz_P4_likeAMapping(uint256 seed) public {
        uint32[STEPS] memory written;
        for (uint256 i = 0; i < STEPS; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            written[i] = _periodOf(random);
            PeriodState state = PeriodState((random >> 64) % (uint256(type(PeriodState).max) + 1));
            _words.set(written[i], state);
            _reference[written[i]] = state;
            for (uint256 j = 0; j <= i; ++j) _agree(written[j]);
            unchecked {
                _agree(written[i] + 1);
                _agree(written[i] - 1);
                _agree(written[i] + 64);
                _agree(written[i] - 64);
            }
        }
    }

    /// @dev P4: a word full of one state keeps it in 63 places while any one place takes every other state.
    function testFuzz_P4_neighbours(uint32 period, uint8 around) public {
        uint32 first = period - (period % 64);
        PeriodState state = PeriodState(around % 6);
        for (uint32 i = 0; i < 64; ++i) _words.set(first + i, state);
        for (uint8 other = 0; other < 6; ++other) {
            _words.set(period, PeriodState(other));
            require(uint8(_words.get(period)) == other, "P4: not written");
            for (uint32 i = 0; i < 64; ++i) {
                require(first + i == period || _words.get(first + i) == state, "P4: a neighbour changed");
            }
        }
    }

    /// @dev 64 states to a word and no further: a word of its own begins at each multiple of 64.
    function testFuzz_P4_words(uint32 period, uint8 state) public {
        uint256 value = 1 + (state % 5);
        _words.set(period, PeriodState(value));
        require(_words[period / 64] == value << (4 * (period % 64)), "place");
    }
}
