// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {CircuitProposal} from "../interfaces/ICircuitRegistry.sol";
import {VM} from "../mocks/Vm.sol";
import {CircuitId} from "../types/Ids.sol";
import {Windows} from "./Windows.sol";
import {WindowsSystem} from "./WindowsSystem.t.sol";

/// @dev T36: a history that random ones hardly ever find, at random times.
contract WindowsTurnsTest is WindowsSystem {
    uint256 private constant CLOSE = 20 days;

    /// @dev The first circuit is suspended at the close and hands over. Its successor is exposed, which keeps the window open
    /// beyond the first one's cool-down. Suspended again, the first one prolongs nothing.
    function testFuzz_T36_whoHandedOverStopsNobody(uint32 a, uint32 b, uint32 c, uint32 d) public {
        CircuitProposal memory proposal = _proposal(2, line[0]);
        circuits.propose(proposal);
        _at(15 days, 0);
        CircuitId successor = circuits.add(proposal);
        _at(CLOSE - 2 days, a % 2 days);
        circuits.suspend(line[0], "");
        _at(CLOSE + 1, b % (1 days - 1));
        circuits.endSuspension(line[0]);
        _at(CLOSE + 1 days, c % 1 days);
        uint256[4] memory zeros;
        circuits.exposeForgery(successor, verifier.forge(zeros));

        uint256 exposed = block.timestamp;
        uint256 closes = _closes();
        uint256 waits = exposed + circuits.delay() + circuits.suspensionTime();
        require(closes == waits + Windows.RESUME_TIME, "T36: waits for a successor, and no longer");
        _at(54 days, d % 1 days);
        circuits.suspend(line[0], "");
        require(_closes() == closes, "T36: prolonged by who does not settle");
    }

    function _closes() private view returns (uint256) {
        return Windows.closeOf(pauses, circuits, line[0], START, START + CLOSE);
    }

    function _at(uint256 day, uint256 later) private {
        VM.warp(START + day + later);
    }
}
