// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Anchor} from "../interfaces/IAnchorRegistry.sol";
import {ClaimWindow, IClaimsPayout, PeriodState, Policy, Program} from "../interfaces/IClaimsPayout.sol";
import {Windows} from "../libraries/Windows.sol";
import {ScopeElements} from "../libraries/ScopeElements.sol";
import {Terms} from "./Terms.sol";
import {CircuitId, PolicyId} from "../types/Ids.sol";
import {ClaimProof} from "./ClaimProof.sol";
import {ClaimsState} from "./ClaimsState.sol";

/// @title What a period's claim is judged by: its times, its anchor, its circuit and its window
abstract contract Settlements is ClaimsState {
    using Terms for uint256;

    /// @dev What a claim depends on besides the policy and its period's state, read once.
    struct Settlement {
        uint256 start;
        uint256 end;
        Anchor anchor;
        uint256 nominalClose;
        CircuitId base;
        CircuitId applied;
        uint64 blockedUntil;
        address verifier;
    }

    /// @inheritdoc IClaimsPayout
    function periodOf(
        PolicyId policyId,
        uint32 period
    ) external view returns (PeriodState state, uint64 until) {
        (, , state) = _at(policyId, period);
        until = _decidableUntil[policyId][period];
    }

    /// @inheritdoc IClaimsPayout
    function periodTimes(
        PolicyId policyId,
        uint32 period
    ) external view returns (uint256 start, uint256 end) {
        (Policy storage policy_, Program storage program_, ) = _at(policyId, period);
        start = _startOf(program_, policy_, period);
        end = start + _periodLength(program_);
    }

    /// @inheritdoc IClaimsPayout
    function anchorDayOf(PolicyId policyId, uint32 period) external view returns (uint32) {
        (Policy storage policy_, Program storage program_, ) = _at(policyId, period);
        return _anchorDay(_startOf(program_, policy_, period) + _periodLength(program_));
    }

    /// @inheritdoc IClaimsPayout
    function windowOf(PolicyId policyId, uint32 period) external view returns (ClaimWindow memory) {
        (Policy storage policy_, Program storage program_, ) = _at(policyId, period);
        return _windowOf(policy_, program_, period);
    }

    /// @inheritdoc IClaimsPayout
    function claimInputs(
        PolicyId policyId,
        uint32 period
    ) external view returns (uint256 holder, uint256 anchorRoot, uint256 terms, uint256 scope) {
        (Policy storage policy_, Program storage program_, ) = _at(policyId, period);
        uint256 root = _settlementOf(policy_, program_, period).anchor.root;
        ClaimProof.Inputs memory inputs = _inputs(policy_, program_, period, root);
        return (inputs.holder, inputs.anchorRoot, inputs.terms, inputs.scope);
    }

    /// @dev The public inputs: all derived here, none chosen by the claimant.
    function _inputs(
        Policy storage policy_,
        Program storage program_,
        uint32 period,
        uint256 root
    ) internal view returns (ClaimProof.Inputs memory) {
        uint256 terms = program_.terms;
        uint256 epoch = policy_.firstEpoch + uint256(period) * terms.epochsOf();
        return
            ClaimProof.Inputs({
                holder: policy_.holder,
                anchorRoot: root,
                terms: terms.forPeriod(epoch),
                scope: ScopeElements.elementOf(address(scopes), program_.scope)
            });
    }

    function _settlementOf(
        Policy storage policy_,
        Program storage program_,
        uint32 period
    ) internal view returns (Settlement memory settlement) {
        settlement.start = _startOf(program_, policy_, period);
        settlement.end = settlement.start + _periodLength(program_);
        settlement.anchor = anchors.anchorOf(program_.group, _anchorDay(settlement.end));
        if (settlement.anchor.root == 0) return settlement;

        settlement.nominalClose = uint256(settlement.anchor.writtenAt) + program_.claimWindow;
        (settlement.base, settlement.applied, settlement.blockedUntil, settlement.verifier) = circuits
            .settling(program_.circuit, settlement.start, settlement.nominalClose);
    }

    function _closeOf(
        Program storage program_,
        Settlement memory settlement
    ) internal view returns (uint256) {
        return Windows.closeOf(pauses, circuits, program_.circuit, settlement.start, settlement.nominalClose);
    }

    function _windowOf(
        Policy storage policy_,
        Program storage program_,
        uint32 period
    ) internal view returns (ClaimWindow memory window) {
        Settlement memory settlement = _settlementOf(policy_, program_, period);
        // As long as the day can still be written, its period can still become claimable.
        if (!settlement.anchor.corrected) {
            (, , uint256 until) = anchors.anchorWindow(program_.group, _anchorDay(settlement.end));
            window.releasableFrom = until + 1;
        }

        // All zero while there is no anchor.
        window.openedAt = settlement.anchor.writtenAt;
        window.closesAt = settlement.anchor.root == 0 ? 0 : _closeOf(program_, settlement);
        window.circuit = settlement.applied;
        // Until then an outage can still be declared that the window ended in.
        uint256 ended = window.closesAt + _REOPEN_TIME;
        if (window.closesAt != 0 && ended > window.releasableFrom) window.releasableFrom = ended;
    }
}
