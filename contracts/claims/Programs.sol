// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {AssuranceClass} from "../interfaces/IAnchorRegistry.sol";
import {IClaimsPayout, Program, ProgramOffer} from "../interfaces/IClaimsPayout.sol";
import {EscrowId, GroupId, ProgramId} from "../types/Ids.sol";
import {ClaimsState} from "./ClaimsState.sol";

/// @title Offers of insurers
abstract contract Programs is ClaimsState {
    /// @inheritdoc IClaimsPayout
    function createProgram(
        ProgramOffer calldata offer
    ) external nonReentrant whenNotPaused returns (ProgramId programId) {
        GroupId groupId = scopes.groupFor(offer.scope, msg.sender);
        _requireIndependent(msg.sender, anchors.attesterOf(groupId));
        AssuranceClass assurance = anchors.assuranceOf(groupId);
        if (assurance != offer.assurance) {
            revert ClaimsPayout_AssuranceMismatch(groupId, offer.assurance, assurance);
        }
        if (circuits.inForceAt(offer.circuit, block.timestamp) != offer.circuit) {
            revert ClaimsPayout_CircuitNotInForce(offer.circuit, block.timestamp);
        }
        _requireNotSuspended(offer.circuit);
        uint32 epochSeconds = claimTerms.check(circuits, offer.circuit, offer.terms);
        if (offer.benefit == 0) revert ClaimsPayout_InvalidBenefit(offer.benefit);
        if (offer.claimWindow < MIN_CLAIM_WINDOW || offer.claimWindow > MAX_CLAIM_WINDOW) {
            revert ClaimsPayout_InvalidClaimWindow(offer.claimWindow);
        }
        _requireValidReview(offer.arbiter, offer.reviewTime, offer.arbiterTime);

        programId = ProgramId.wrap(++programCount);
        EscrowId escrowId = custody.open(offer.token, msg.sender);
        _programs[programId] = Program({
            terms: offer.terms,
            offerHash: keccak256(abi.encode(offer)),
            circuit: offer.circuit,
            insurer: msg.sender,
            scope: offer.scope,
            claimWindow: offer.claimWindow,
            benefit: offer.benefit,
            group: groupId,
            epochSeconds: epochSeconds,
            reviewTime: offer.reviewTime,
            escrow: escrowId,
            arbiterTime: offer.arbiterTime,
            arbiter: offer.arbiter
        });
        emit ProgramCreated(programId, msg.sender, offer.scope, groupId, escrowId, offer);
    }

    /// @inheritdoc IClaimsPayout
    function program(ProgramId programId) external view returns (Program memory) {
        return _program(programId);
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
