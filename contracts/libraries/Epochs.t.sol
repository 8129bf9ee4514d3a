// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Epochs} from "./Epochs.sol";

contract EpochsTest {
    /// @dev Nothing overflows with operands as wide as the terms' fields; epochs follow each other without gap.
    function testFuzz_epochsAdjoin(uint8 offset, uint32 epochSeconds, uint32 epoch) public pure {
        uint256 start = Epochs.startOf(offset, epochSeconds, epoch);
        uint256 end = Epochs.startOf(offset, epochSeconds, uint256(epoch) + 1);
        require(end - start == epochSeconds, "length");
        require(start == uint256(offset) * 900 + uint256(epoch) * epochSeconds, "formats.md");
    }

    /// @dev The last second before `end` lies in the anchor day, which ends at or after `end`.
    function testFuzz_anchorDay(uint64 end) public pure {
        if (end == 0) return;
        uint256 day = Epochs.anchorDay(end);
        require(day * 86_400 < end && end <= Epochs.dayEnd(day), "formats.md");
    }
}
