// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title Time arithmetic of epochs and days
/// @notice All times are Unix seconds, all intervals half open. With operands as wide as the terms' fields
/// (offset 8 bits, epoch and epochSeconds 32 bits) nothing here can overflow.
library Epochs {
    uint256 internal constant DAY = 86_400;
    /// @dev The offset counts quarter hours.
    uint256 internal constant OFFSET_UNIT = 900;

    /// @notice First second of an epoch: `900 offset + epoch epochSeconds`.
    function startOf(uint256 offset, uint256 epochSeconds, uint256 epoch) internal pure returns (uint256) {
        return OFFSET_UNIT * offset + epoch * epochSeconds;
    }

    /// @notice The day in which a stretch of time that ends before `end` has its last second.
    function anchorDay(uint256 end) internal pure returns (uint256) {
        return (end - 1) / DAY;
    }

    /// @notice First second after a day.
    function dayEnd(uint256 day) internal pure returns (uint256) {
        return (day + 1) * DAY;
    }
}
