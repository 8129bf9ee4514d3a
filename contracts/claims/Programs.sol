// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {AssuranceClass} from "../interfaces/IAnchorRegistry.sol";
import {IClaimsPayout, Program, ProgramOffer} from "../interfaces/IClaimsPayout.sol";
import {GroupId, ProgramId} from "../types/Ids.sol";
import {ClaimsState} from "./ClaimsState.sol";

/// @title Offers of insurers and the money behind them
abstract contract Programs is ClaimsState {
    /// @inheritdoc IClaimsPayout
    function createProgram(
        ProgramOffer calldata offer
    ) external nonReentrant whenNotPaused returns (ProgramId programId) {
        GroupId groupId = scopes.groupFor(offer.scope, msg.sender);
        _requireGovernsNothing();
        AssuranceClass assurance = anchors.assuranceOf(groupId);
        if (assurance != offer.assurance) {
            revert ClaimsPayout_AssuranceMismatch(groupId, offer.assurance, assurance);
        }
        if (circuits.inForceAt(offer.circuit, block.timestamp) != offer.circuit) {
            revert ClaimsPayout_CircuitNotInForce(offer.circuit, block.timestamp);
        }
        uint32 epochSeconds = claimTerms.check(circuits, offer.circuit, offer.terms);
        _requireContract(address(offer.token));
        if (offer.benefit == 0) revert ClaimsPayout_InvalidBenefit(offer.benefit);
        if (offer.claimWindow < MIN_CLAIM_WINDOW || offer.claimWindow > MAX_CLAIM_WINDOW) {
            revert ClaimsPayout_InvalidClaimWindow(offer.claimWindow);
        }
        _requireValidReview(offer.arbiter, offer.reviewTime, offer.arbiterTime);

        programId = ProgramId.wrap(++programCount);
        _programs[programId] = Program({
            terms: offer.terms,
            circuit: offer.circuit,
            insurer: msg.sender,
            scope: offer.scope,
            claimWindow: offer.claimWindow,
            benefit: offer.benefit,
            group: groupId,
            epochSeconds: epochSeconds,
            reviewTime: offer.reviewTime,
            free: 0,
            committed: 0,
            token: offer.token,
            arbiterTime: offer.arbiterTime,
            arbiter: offer.arbiter
        });
        emit ProgramCreated(programId, msg.sender, offer.scope, groupId, offer);
    }

    /// @inheritdoc IClaimsPayout
    function fund(ProgramId programId, uint256 amount) external nonReentrant returns (uint256 received) {
        received = _receive(programId, _program(programId), amount);
        emit ProgramFunded(programId, msg.sender, received);
    }

    /// @inheritdoc IClaimsPayout
    function withdraw(ProgramId programId, uint128 amount, address to) external nonReentrant {
        Program storage program_ = _program(programId);
        _requireInsurer(programId, program_);
        _takeFree(programId, program_, amount);
        if (to == address(0) || to == address(this)) revert ClaimsPayout_InvalidRecipient(to);

        emit ProgramWithdrawn(programId, to, amount);
        _send(program_.token, to, amount);
    }

    /// @inheritdoc IClaimsPayout
    function program(ProgramId programId) external view returns (Program memory) {
        return _program(programId);
    }

    /// @dev Those who can stop or replace circuits must not profit from unclaimed benefits.
    function _requireGovernsNothing() private view {
        if (circuits.isInCharge(msg.sender) || msg.sender == pauser) {
            revert ClaimsPayout_InsurerGoverns(msg.sender);
        }
    }

    function _requireValidReview(address arbiter, uint32 reviewTime, uint32 arbiterTime) private view {
        bool valid =
            reviewTime == 0
                ? arbiter == address(0) && arbiterTime == 0
                : arbiter != address(0) &&
                    arbiter != msg.sender &&
                    reviewTime <= MAX_REVIEW_TIME &&
                    arbiterTime >= MIN_ARBITER_TIME &&
                    arbiterTime <= MAX_ARBITER_TIME;
        if (!valid) revert ClaimsPayout_InvalidReview(arbiter, reviewTime, arbiterTime);
    }
}
