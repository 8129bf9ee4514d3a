// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AssuranceClass} from "../interfaces/IAnchorRegistry.sol";
import {IClaimsPayout, Program, ProgramOffer} from "../interfaces/IClaimsPayout.sol";
import {GroupId, ProgramId, ScopeId} from "../types/Ids.sol";
import {ClaimsState} from "./ClaimsState.sol";

/// @title Offers of insurers and the money behind them
abstract contract Programs is ClaimsState {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @inheritdoc IClaimsPayout
    function createScope(GroupId groupId) external nonReentrant returns (ScopeId scopeId) {
        anchors.attesterOf(groupId); // reverts for an unknown group
        scopeId = ScopeId.wrap(++scopeCount);
        _scopes[scopeId] = Scope(msg.sender, groupId);
        emit ScopeCreated(scopeId, msg.sender, groupId, scopeElement(scopeId));
    }

    /// @inheritdoc IClaimsPayout
    function setScopeMember(ScopeId scopeId, address insurer, bool allowed) external nonReentrant {
        if (_scope(scopeId).creator != msg.sender) {
            revert ClaimsPayout_NotScopeCreator(scopeId, msg.sender);
        }
        isScopeMember[scopeId][insurer] = allowed;
        emit ScopeMembershipChanged(scopeId, insurer, allowed);
    }

    /// @inheritdoc IClaimsPayout
    function createProgram(
        ProgramOffer calldata offer
    ) external nonReentrant whenNotPaused returns (ProgramId programId) {
        GroupId groupId = _requireMayOffer(offer.scope);
        AssuranceClass assurance = anchors.group(groupId).assurance;
        if (assurance != offer.assurance) {
            revert ClaimsPayout_AssuranceMismatch(groupId, offer.assurance, assurance);
        }
        if (circuits.inForceAt(offer.circuit, block.timestamp) != offer.circuit) {
            revert ClaimsPayout_CircuitNotInForce(offer.circuit, block.timestamp);
        }
        uint32 epochSeconds = circuits.checkTerms(offer.circuit, offer.terms);
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
        Program storage program_ = _program(programId);
        IERC20 token = program_.token;

        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 balance = token.balanceOf(address(this));
        if (balance <= before) revert ClaimsPayout_NothingReceived(programId, amount);

        received = balance - before;
        // The sum of both fits 128 bits, so that freeing a reserve can never overflow.
        program_.free = (program_.committed + program_.free + received).toUint128() - program_.committed;
        accountedIn[token] += received;
        emit ProgramFunded(programId, msg.sender, received);
    }

    /// @inheritdoc IClaimsPayout
    function withdraw(ProgramId programId, uint128 amount, address to) external nonReentrant {
        Program storage program_ = _program(programId);
        _requireInsurer(programId, program_);
        if (amount > program_.free) {
            revert ClaimsPayout_InsufficientFree(programId, program_.free, amount);
        }
        if (to == address(0) || to == address(this)) revert ClaimsPayout_InvalidRecipient(to);

        program_.free -= amount;
        emit ProgramWithdrawn(programId, to, amount);
        _send(program_.token, to, amount);
    }

    /// @inheritdoc IClaimsPayout
    function scope(ScopeId scopeId) external view returns (address creator, GroupId groupId) {
        Scope storage scope_ = _scope(scopeId);
        return (scope_.creator, scope_.group);
    }

    /// @inheritdoc IClaimsPayout
    function program(ProgramId programId) external view returns (Program memory) {
        return _program(programId);
    }

    /// @dev Whoever can stop or replace circuits must not profit from unclaimed benefits.
    function _requireMayOffer(ScopeId scopeId) private view returns (GroupId) {
        Scope storage scope_ = _scope(scopeId);
        if (scope_.creator != msg.sender && !isScopeMember[scopeId][msg.sender]) {
            revert ClaimsPayout_NotInScope(scopeId, msg.sender);
        }
        if (msg.sender == circuits.governor() || msg.sender == circuits.guardian() || msg.sender == pauser) {
            revert ClaimsPayout_InsurerGoverns(msg.sender);
        }
        return scope_.group;
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
