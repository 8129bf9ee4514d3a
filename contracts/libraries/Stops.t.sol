// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {VM} from "../mocks/Vm.sol";
import {Stop, Stops} from "./Stops.sol";

contract StopsTest {
    using Stops for Stop[];

    Stop[] internal stops;

    /// @dev The binary search finds what a walk over the list finds, for any history and any question.
    function testFuzz_T27_lastBeforeIsTheWalk(uint32[12] memory gaps, uint8 count, uint64 question) public {
        uint256 time = 1000;
        uint256 length = count % 13;
        for (uint256 i = 0; i < length; ++i) {
            time += uint256(gaps[i] % 1000) + 1;
            VM.warp(time);
            stops.begin(gaps[i] % 500);
            // Every other stop is ended early.
            time += gaps[i] % 500;
            if (gaps[i] % 2 == 0 && stops.lastEnd() > time) {
                VM.warp(time);
                stops.setEnd(uint64(time));
            }
        }
        question = question % uint64(time + 1000);
        // Half of the questions are about the very second in which one begins, or ends.
        if (length != 0 && gaps[0] % 4 == 0) question = stops[question % length].start;
        if (length != 0 && gaps[0] % 4 == 1) question = stops[question % length].end;
        Stop memory expected;
        bool running;
        for (uint256 i = 0; i < length; ++i) {
            if (stops[i].start < question) expected = stops[i];
            if (stops[i].start <= question && question < stops[i].end) running = true;
        }
        Stop memory found = stops.lastBefore(question);
        require(found.start == expected.start && found.end == expected.end, "lastBefore");
        require(stops.wasRunningAt(question) == running, "wasRunningAt");
    }

    function test_noHistory() public view {
        require(stops.runningUntil() == 0 && stops.lastEnd() == 0, "empty");
        require(stops.lastBefore(type(uint64).max).end == 0, "empty");
        require(!stops.wasRunningAt(0), "empty");
    }

    /// @dev A running stop says when it ends, and a second later it is over.
    function testFuzz_running(uint32 start, uint32 duration, uint32 later) public {
        VM.warp(start);
        uint64 end = stops.begin(duration);
        require(end == uint64(start) + duration, "end");
        VM.warp(uint256(start) + later);
        require(stops.runningUntil() == (later < duration ? end : 0), "runningUntil");
        require(stops.lastEnd() == end, "lastEnd");
    }
}
