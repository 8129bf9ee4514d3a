// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Circuit, CircuitProposal} from "../interfaces/ICircuitRegistry.sol";
import {VM} from "../mocks/Vm.sol";
import {CircuitId} from "../types/Ids.sol";
import {Windows} from "./Windows.sol";
import {WindowsSystem} from "./WindowsSystem.t.sol";

/// @dev T36: random histories of circuits, pauses and outages, and periods that are watched through them.
contract WindowsTest is WindowsSystem {
    struct Watch {
        uint256 start;
        uint256 nominalClose;
        uint256 closes;
        /// Which circuit settles it, by its place in the line; 0 before the first is known to.
        uint256 turn;
        bool released;
        /// Who settled it when it was last looked at, and since when that is known.
        CircuitId applied;
        uint256 since;
    }

    /// @dev What a step is judged by, read before it.
    struct Before {
        CircuitId id;
        uint64 retiredAt;
        uint64 forgedAt;
        uint256 suspended;
    }

    enum Step {
        Wait,
        Propose,
        Add,
        Suspend,
        EndSuspension,
        Retire,
        Expose,
        Pause,
        EndPause,
        Outage,
        Watch
    }

    uint256 private constant STEPS = 11;

    CircuitProposal private announced;
    bool private isAnnounced;
    Watch[] private watches;
    uint256 private now_ = START;
    uint256[STEPS] private successes;
    uint256 private pauseEnd;
    uint256 private outageEnd;
    uint256 private declaredFrom;
    uint256 private declaredUntil;
    uint256 private handovers;
    uint256 private reopened;

    function testFuzz_T36_windowsNeverFallBack(uint256 seed) public {
        _story(seed, 80);
    }

    /// @dev Without this the property could hold over nothing.
    function test_T36_storiesReachEveryStep() public {
        for (uint256 i = 0; i < 20; ++i) _story(i, 80);
        for (uint256 i = 0; i < STEPS; ++i) require(successes[i] > 0, "a step never succeeded");
        require(handovers > 0, "nobody handed over");
        require(reopened > 0, "no outage reopened a window");
    }

    function _story(uint256 seed, uint256 length) private {
        delete line;
        delete watches;
        isAnnounced = false;
        now_ = START;
        (pauseEnd, outageEnd) = (0, 0);
        setUp();
        for (uint256 i = 0; i < length; ++i) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            _do(_pick(seed), seed >> 32);
        }
    }

    /// @dev Waiting and watching more often than the rest.
    function _pick(uint256 seed) private pure returns (Step) {
        uint256 number = seed % 20;
        if (number < 6) return Step.Wait;
        if (number < 9) return Step.Watch;
        return Step(number % STEPS);
    }

    function _do(Step step, uint256 seed) private {
        Before memory before = _before(seed);
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, ) = address(this).call(abi.encodeCall(this.act, (step, seed)));
        if (success) {
            ++successes[uint256(step)];
            _judge(step, before);
        }
        for (uint256 i = 0; i < watches.length; ++i) {
            _check(watches[i], success ? step : Step.Wait, before.id);
        }
    }

    function _chosen(uint256 seed) private view returns (CircuitId) {
        return line[seed % (line.length < 3 ? line.length : 3)];
    }

    function _before(uint256 seed) private view returns (Before memory before) {
        before.id = _chosen(seed);
        Circuit memory record = circuits.circuit(before.id);
        (before.retiredAt, before.forgedAt) = (record.retiredAt, record.forgedAt);
        (, before.suspended) = circuits.lastSuspensionBefore(before.id, type(uint64).max);
    }

    /// @dev V2: what a step that succeeded must not have done.
    function _judge(Step step, Before memory before) private {
        Circuit memory record = circuits.circuit(before.id);
        if (step == Step.Expose) {
            require(before.forgedAt == 0 && record.forgedAt == now_, "V2: exposed twice");
            require(record.retiredAt != 0 && record.retiredAt <= now_, "V2: exposed and not retired");
        } else if (step == Step.Retire) {
            require(before.retiredAt == 0, "V2: a retirement was moved");
        } else if (step == Step.Suspend) {
            uint256 least = before.suspended + circuits.suspensionCooldown();
            require(before.suspended == 0 || now_ >= least, "V2: suspended again too early");
            require(before.forgedAt == 0, "T36: suspended what is forged");
        } else if (step == Step.EndSuspension) {
            require(before.forgedAt == 0, "T36: ended the suspension of a forged circuit");
        } else if (step == Step.Pause) {
            require(pauseEnd == 0 || now_ >= pauseEnd + pauses.pauseCooldown(), "T36: paused too early");
            pauseEnd = pauses.pausedUntil();
        } else if (step == Step.EndPause) {
            pauseEnd = now_;
        } else if (step == Step.Outage) {
            require(
                outageEnd == 0 || declaredFrom >= outageEnd + pauses.outageCooldown(),
                "T36: an outage too early"
            );
            outageEnd = declaredUntil;
        }
        if (step != Step.Retire && step != Step.Expose) {
            require(record.retiredAt == before.retiredAt, "V2: a retirement was moved");
        }
    }

    /// @dev External, so that what a registry refuses changes nothing here either.
    function act(Step step, uint256 seed) external {
        require(msg.sender == address(this), "for the story only");
        CircuitId id = _chosen(seed);
        if (step == Step.Wait) {
            now_ += 1 + (seed % 9 days);
            VM.warp(now_);
        } else if (step == Step.Watch) {
            require(watches.length < 12, "enough");
            Watch memory watch;
            watch.start = now_ - 1 - (seed % 2 days);
            watch.nominalClose = now_ + 1 + ((seed >> 32) % 40 days);
            watches.push(watch);
        } else if (step == Step.Propose) {
            require(line.length < 7, "enough");
            announced = _proposal(line.length + 1, line[line.length - 1]);
            circuits.propose(announced);
            isAnnounced = true;
        } else if (step == Step.Add) {
            require(isAnnounced, "nothing announced");
            line.push(circuits.add(announced));
            isAnnounced = false;
        } else if (step == Step.Suspend) {
            circuits.suspend(id, "");
        } else if (step == Step.EndSuspension) {
            circuits.endSuspension(id);
        } else if (step == Step.Retire) {
            circuits.scheduleRetirement(id);
        } else if (step == Step.Expose) {
            uint256[4] memory zeros;
            circuits.exposeForgery(id, verifier.forge(zeros));
        } else if (step == Step.Pause) {
            VM.prank(PAUSER);
            pauses.pause("");
        } else if (step == Step.EndPause) {
            VM.prank(PAUSER);
            pauses.endPause();
        } else {
            uint256 until = now_ - (seed % 1 days);
            declaredFrom = until - 1 - ((seed >> 32) % 2 days);
            declaredUntil = until;
            VM.prank(PAUSER);
            pauses.declareOutage(uint64(declaredFrom), uint64(until), "");
        }
    }

    function _check(Watch storage watch, Step step, CircuitId chosen) private {
        uint256 closes = Windows.closeOf(pauses, circuits, line[0], watch.start, watch.nominalClose);
        (, CircuitId applied, uint64 blockedUntil, ) = circuits.settling(
            line[0],
            watch.start,
            watch.nominalClose
        );
        uint256 turn = _placeOf(applied);
        uint256 before = watch.closes;

        require(closes >= watch.nominalClose, "T36: closes before its time");
        require(turn >= watch.turn, "T36: a circuit that handed over is back");
        if (watch.turn != 0 && turn > watch.turn) ++handovers;
        if (before != 0 && closes < before) {
            bool endedEarly = step == Step.EndPause || step == Step.EndSuspension || step == Step.Add;
            require(endedEarly, "T36: falls without the early end of a stop");
            require(closes >= now_ + Windows.RESUME_TIME, "T36: falls below the resume time");
        }
        if (before != 0 && closes > before && now_ >= before) {
            require(step == Step.Outage, "T36: a closed window opens again");
            ++reopened;
        }
        require(!watch.released || closes == before, "P4: reopened after its release");
        if (now_ < closes) _requireTimeAfterStops(closes, applied, blockedUntil);
        if (before != 0 && now_ < before && turn > watch.turn && step != Step.Wait) {
            require(closes >= now_ + Windows.RESUME_TIME, "T36: no time for a proof under who took over");
        }
        // P10. Four circuits in turn, each suspended and exposed, and what pauses and outages add in between.
        require(
            closes <= watch.nominalClose + 4 * (31 days + 16 days + 3 * Windows.RESUME_TIME) + 60 days,
            "P10"
        );
        if (step == Step.Outage && declaredFrom < before) {
            require(closes >= declaredUntil + Windows.RESUME_TIME, "T36: an outage prolongs nothing");
        }
        if (step == Step.Suspend && closes > before && before != 0) {
            // In the second of a turn's end a stop still counts.
            bool justTaken = turn != watch.turn || watch.since == now_;
            require(
                justTaken || CircuitId.unwrap(chosen) == CircuitId.unwrap(watch.applied),
                "T36: prolonged by who does not settle"
            );
        }
        if (turn != 0) _requireHandedOver(watch, turn, applied);
        if (turn != watch.turn || before == 0) watch.since = now_;
        (watch.closes, watch.turn, watch.applied) = (closes, turn, applied);
        if (now_ >= closes + pauses.reopenTime()) watch.released = true;
    }

    /// @dev Whatever stops claims now, there is time after it.
    function _requireTimeAfterStops(uint256 closes, CircuitId applied, uint64 blockedUntil) private view {
        uint256 end = pauses.pausedUntil();
        if (CircuitId.unwrap(applied) == 0) return;
        if (blockedUntil == type(uint64).max) {
            // Nobody can take over so far.
            uint256 waits = circuits.circuit(applied).forgedAt + circuits.delay() + circuits.suspensionTime();
            end = waits > end ? waits : end;
        } else if (blockedUntil > end) {
            end = blockedUntil;
        }
        require(
            end == 0 || closes >= end + Windows.RESUME_TIME,
            "T36: closes before the resume time is over"
        );
    }

    /// @dev A circuit that is forged, or was suspended as the window closed, does not keep the period from a successor
    /// that is in force, was never retired, and is one of the first four.
    function _requireHandedOver(Watch storage watch, uint256 turn, CircuitId applied) private view {
        bool over = circuits.circuit(applied).forgedAt != 0;
        if (!over && now_ >= watch.nominalClose) over = circuits.isSuspendedAt(applied, watch.nominalClose);
        if (!over) return;
        uint256 first = 0;
        while (!_mayBeBase(watch, first)) ++first;
        for (uint256 i = turn; i < line.length && i < first + 4; ++i) {
            require(circuits.circuit(line[i]).retiredAt != 0, "T36: a successor in force does not settle");
        }
    }

    /// @dev Whether a period that began then can have this circuit of the line as its first.
    function _mayBeBase(Watch storage watch, uint256 place) private view returns (bool) {
        Circuit memory record = circuits.circuit(line[place]);
        return record.retiredAt == 0 || watch.start < record.retiredAt || record.forgedAt != 0;
    }

    function _placeOf(CircuitId id) private view returns (uint256) {
        for (uint256 i = 0; i < line.length; ++i) if (line[i] == id) return i + 1;
        return 0;
    }
}
