// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @dev A pause or suspension, in force in `[start, end)`. `end` is at first the latest possible end, and is
/// set back when the stop is ended early.
struct Stop {
    uint64 start;
    uint64 end;
}

/// @title A history of stops that never overlap, oldest first
/// @notice The history is kept because a claim window is extended only by stops that touched it, and that may be
/// asked long afterwards. Looking up is logarithmic, and constant for the usual question about the last stop.
library Stops {
    /// @notice When the stop that runs now ends; zero if none runs.
    function runningUntil(Stop[] storage stops) internal view returns (uint64) {
        uint256 count = stops.length;
        if (count == 0) return 0;
        uint64 end = stops[count - 1].end;
        return block.timestamp < end ? end : 0;
    }

    /// @notice End of the last stop, running or over; zero if there never was one.
    function lastEnd(Stop[] storage stops) internal view returns (uint64) {
        uint256 count = stops.length;
        return count == 0 ? 0 : stops[count - 1].end;
    }

    /// @notice The last stop with `start < time`; zeros if there is none.
    function lastBefore(Stop[] storage stops, uint256 time) internal view returns (Stop memory) {
        uint256 high = stops.length;
        if (high == 0) return Stop(0, 0);
        if (stops[high - 1].start < time) return stops[high - 1];
        // Below `low` every stop began before `time`; from `high - 1` on none did.
        uint256 low = 0;
        high -= 1;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (stops[middle].start < time) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? Stop(0, 0) : stops[low - 1];
    }

    /// @notice Whether a stop was in force in the second `time`.
    function wasRunningAt(Stop[] storage stops, uint256 time) internal view returns (bool) {
        return time < lastBefore(stops, time + 1).end;
    }

    /// @notice Begins a stop now. The caller has checked that none runs.
    function begin(Stop[] storage stops, uint256 duration) internal returns (uint64 end) {
        end = uint64(block.timestamp + duration);
        stops.push(Stop(uint64(block.timestamp), end));
    }

    /// @notice Sets the end of the last stop. The caller has checked that it runs.
    function setEnd(Stop[] storage stops, uint64 end) internal {
        stops[stops.length - 1].end = end;
    }
}
