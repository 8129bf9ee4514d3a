// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

// For halmos, which proves them for all inputs within the bounds that each says (docs/audit/tools.md).
// scripts/auditTools.ts copies this to a folder next to contracts/. Hardhat does not compile it.
import {PeriodStates} from "../contracts/claims/PeriodStates.sol";
import {Terms} from "../contracts/claims/Terms.sol";
import {PeriodState} from "../contracts/interfaces/IClaimsPayout.sol";
import {Epochs} from "../contracts/libraries/Epochs.sol";
import {Stop, Stops} from "../contracts/libraries/Stops.sol";

contract Properties {
    using PeriodStates for mapping(uint256 => uint256);
    using Stops for Stop[];

    mapping(uint256 => uint256) internal words;
    Stop[] internal stops;

    /// @notice Setting one period's state changes that one and no other, whatever the words hold.
    function check_periodStates(uint32 period, uint32 other, uint8 state, uint256 word) external {
        if (state > 5 || period == other) return;
        words[period / 64] = word;
        if (other / 64 != period / 64) words[other / 64] = word ^ 7;
        uint256 before = (words[other / 64] >> ((uint256(other) % 64) * 4)) & 15;
        if (before > 5) return;
        words.set(period, PeriodState(state));
        assert(words.get(period) == PeriodState(state));
        assert(uint256(words.get(other)) == before);
    }

    /// @notice Releasing periods of one word makes those of them released that were open, and changes no other.
    function check_release(uint8 from, uint8 until, uint8 period, uint256 word) external {
        if (from >= until || until > 64 || period >= 64) return;
        words[0] = word;
        uint256 shift = uint256(period) * 4;
        uint256 before = (word >> shift) & 15;
        words.release(from, until);
        bool released = from <= period && period < until && before == 0;
        assert((words[0] >> shift) & 15 == (released ? uint256(PeriodState.Released) : before));
    }

    /// @notice Of up to three stops, `lastBefore` finds the last that begins before a time.
    function check_lastBefore(uint64 a, uint64 b, uint64 c, uint256 count, uint64 time) external {
        if (!(a < b && b < c) || count > 3) return;
        uint64[3] memory starts = [a, b, c];
        for (uint256 i = 0; i < count; ++i) stops.push(Stop(starts[i], starts[i] + 1));
        uint64 wanted = 0;
        for (uint256 i = 0; i < count; ++i) if (starts[i] < time) wanted = starts[i];
        assert(stops.lastBefore(time).start == wanted);
    }

    /// @notice No time overflows with operands as wide as the fields of terms.
    function check_epochs(
        uint8 offset,
        uint32 epochSeconds,
        uint32 first,
        uint16 epochs,
        uint32 periods
    ) external pure {
        if (epochSeconds == 0 || epochs == 0 || periods == 0) return;
        uint256 endEpoch = uint256(first) + uint256(periods) * epochs;
        if (endEpoch - 1 > type(uint32).max) return;
        uint256 start = Epochs.startOf(offset, epochSeconds, first);
        uint256 end = Epochs.startOf(offset, epochSeconds, endEpoch);
        assert(end > start);
        assert(end - start == uint256(periods) * epochs * epochSeconds);
        assert(end < 2 ** 65);
    }

    /// @notice A period's terms differ from the program's in the epoch field alone, and hold the epoch.
    function check_forPeriod(uint256 terms, uint32 epoch) external pure {
        if (Terms.epochOf(terms) != 0) return;
        uint256 ofPeriod = Terms.forPeriod(terms, epoch);
        assert(Terms.epochOf(ofPeriod) == epoch);
        assert(ofPeriod & ~(uint256(type(uint32).max) << 32) == terms);
    }
}
