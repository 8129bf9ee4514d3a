// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IClaimsPayout, PeriodState, Policy, Program} from "../interfaces/IClaimsPayout.sol";
import {PeriodStates} from "./PeriodStates.sol";
import {PolicyId} from "../types/Ids.sol";
import {ClaimsState} from "./ClaimsState.sol";

/// @title What becomes of a claim after its proof: review and arbitration
abstract contract Reviews is ClaimsState {
    using PeriodStates for mapping(uint256 => uint256);

    /// @inheritdoc IClaimsPayout
    function approveClaim(PolicyId policyId, uint32 period) external nonReentrant {
        (Policy storage policy_, Program storage program_, PeriodState state) = _at(policyId, period);
        if (state != PeriodState.UnderReview && state != PeriodState.Rejected) {
            revert ClaimsPayout_WrongState(policyId, period, state);
        }
        uint64 until = _decidableUntil[policyId][period];
        if (msg.sender != program_.insurer && block.timestamp < until) {
            revert ClaimsPayout_ReviewNotOver(policyId, period, until);
        }
        _credit(policyId, period, policy_);
    }

    /// @inheritdoc IClaimsPayout
    function rejectClaim(PolicyId policyId, uint32 period, string calldata reason) external nonReentrant {
        (Policy storage policy_, Program storage program_, PeriodState state) = _at(policyId, period);
        _requireInsurer(policy_.program, program_);
        _requireDecidable(policyId, period, state, PeriodState.UnderReview);

        uint64 until = uint64(block.timestamp) + program_.arbiterTime;
        _states[policyId].set(period, PeriodState.Rejected);
        _decidableUntil[policyId][period] = until;
        emit ClaimRejected(policyId, period, until, reason);
    }

    /// @inheritdoc IClaimsPayout
    function arbitrate(
        PolicyId policyId,
        uint32 period,
        bool pays,
        string calldata reason
    ) external nonReentrant {
        (Policy storage policy_, Program storage program_, PeriodState state) = _at(policyId, period);
        if (msg.sender != program_.arbiter) revert ClaimsPayout_NotArbiter(policy_.program, msg.sender);
        _requireDecidable(policyId, period, state, PeriodState.Rejected);

        if (pays) {
            _credit(policyId, period, policy_);
        } else {
            _states[policyId].set(period, PeriodState.Denied);
            delete _decidableUntil[policyId][period];
            policy_.reserved -= 1;
            emit ClaimDenied(policyId, period, reason);
            custody.release(program_.escrow, program_.benefit);
        }
    }

    /// @dev The benefit of a reviewed claim becomes owed.
    function _credit(PolicyId policyId, uint32 period, Policy storage policy_) private {
        _states[policyId].set(period, PeriodState.Credited);
        delete _decidableUntil[policyId][period];
        policy_.reserved -= 1;
        policy_.owed += 1;
        emit ClaimCredited(policyId, period, msg.sender);
    }

    function _requireDecidable(
        PolicyId policyId,
        uint32 period,
        PeriodState state,
        PeriodState needed
    ) private view {
        if (state != needed) revert ClaimsPayout_WrongState(policyId, period, state);
        uint64 until = _decidableUntil[policyId][period];
        if (block.timestamp >= until) revert ClaimsPayout_ReviewOver(policyId, period, until);
    }
}
