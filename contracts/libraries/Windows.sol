// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {IPauseRegistry} from "../interfaces/IPauseRegistry.sol";
import {CircuitId} from "../types/Ids.sol";

/// @title When the time to prove something is over
/// @notice The one place that extends a window by stops. A product whose claims or answers wait for a proof under a
/// circuit uses it.
library Windows {
    /// @notice How long a window stays open after a stop that touched it.
    uint256 internal constant RESUME_TIME = 3 days;

    /// @notice The first second after the window: `nominalClose`, or RESUME_TIME after the last stop that began before
    /// the close, repeated until nothing moves, since a stop may fall into the time that another one added. So no
    /// stop falls into the last RESUME_TIME of a window. It falls only when a stop ends early, and then to no less
    /// than RESUME_TIME after that.
    /// @dev Ends, since no kind of stop can recur often enough to bridge its own cool-down with the help of the others
    /// ({PauseRegistry}), and a period has at most four circuits in turn.
    /// @param start when the period began
    /// @param nominalClose end of its window without stops
    function closeOf(
        IPauseRegistry pauses,
        ICircuitRegistry circuits,
        CircuitId circuit,
        uint256 start,
        uint256 nominalClose
    ) internal view returns (uint256 closes) {
        closes = nominalClose;
        while (true) {
            uint256 end = Math.max(
                pauses.lastStopBefore(closes),
                circuits.lastStopBefore(circuit, start, nominalClose, closes)
            );
            if (end == 0 || end + RESUME_TIME <= closes) return closes;
            closes = end + RESUME_TIME;
        }
    }
}
