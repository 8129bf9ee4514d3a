// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IClaimsPayout, Policy, Program} from "../interfaces/IClaimsPayout.sol";
import {Epochs} from "../libraries/Epochs.sol";
import {CircuitId, PolicyId} from "../types/Ids.sol";
import {PeriodStates} from "./PeriodStates.sol";
import {Settlements} from "./Settlements.sol";

/// @title Freeing the reserves of periods that nobody claimed in time
abstract contract Releases is Settlements {
    using PeriodStates for mapping(uint256 => uint256);

    /// @inheritdoc IClaimsPayout
    function releasePeriods(
        PolicyId policyId,
        uint32 from,
        uint32 until
    ) external nonReentrant returns (uint32 released) {
        Policy storage policy_ = _policy(policyId);
        if (from >= until || until > policy_.periods) {
            revert ClaimsPayout_InvalidPeriods(policyId, from, until, policy_.periods);
        }
        Program storage program_ = _programs[policy_.program];
        uint32 next = from;
        while (next < until) next = _requireReleasable(policyId, policy_, program_, next, until);

        released = _states[policyId].release(from, until);
        if (released == 0) revert ClaimsPayout_NothingToRelease(policyId, from, until);
        policy_.reserved -= released;
        emit PeriodsReleased(policyId, from, until, released);
        custody.release(program_.escrow, uint256(released) * program_.benefit);
    }

    /// @dev Looks at the periods from `first` on, before `until`, that are proven against the same day as it. Their
    /// windows differ by the circuit that was in force as they began, and time goes through circuits in one direction.
    /// So if the first and the last have the same circuit, all have, and what holds for the first holds for all. That is
    /// not said of having none: a circuit may come and go between two gaps.
    /// @return next the first period that was not looked at
    function _requireReleasable(
        PolicyId policyId,
        Policy storage policy_,
        Program storage program_,
        uint32 first,
        uint32 until
    ) private view returns (uint32 next) {
        uint256 start = _startOf(program_, policy_, first);
        uint256 length = _periodLength(program_);
        uint256 dayEnd = Epochs.dayEnd(Epochs.anchorDay(start + length));
        // All periods that end by then; `first` is one of them.
        uint256 ofDay = first + (dayEnd - start) / length;
        next = ofDay < until ? uint32(ofDay) : until;
        CircuitId base = _baseOf(policy_, program_, first);
        if (base == NO_CIRCUIT || _baseOf(policy_, program_, next - 1) != base) next = first + 1;

        uint256 from = _windowOf(policy_, program_, first).releasableFrom;
        if (block.timestamp < from) revert ClaimsPayout_NotReleasableYet(policyId, first, from);
    }

    function _baseOf(
        Policy storage policy_,
        Program storage program_,
        uint32 period
    ) private view returns (CircuitId base) {
        (base, , , ) = circuits.settling(
            program_.circuit,
            _startOf(program_, policy_, period),
            type(uint64).max
        );
    }
}
