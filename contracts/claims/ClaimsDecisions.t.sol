// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Anchor} from "../interfaces/IAnchorRegistry.sol";
import {PeriodState} from "../interfaces/IClaimsPayout.sol";
import {TestToken} from "../mocks/TestToken.sol";
import {VM} from "../mocks/Vm.sol";
import {GroupId, PolicyId} from "../types/Ids.sol";
import {ClaimsSteps} from "./ClaimsSteps.t.sol";

/// @dev Steps that decide what becomes of a period: review, arbitration, release and payment.
abstract contract ClaimsDecisions is ClaimsSteps {
    function approve(uint256 seed, bool byInsurer) external {
        (PolicyId policy, uint32 period, bool found) = _pickReviewed(seed);
        if (found) _approve(policy, period, byInsurer);
    }

    function _approve(PolicyId policy, uint32 period, bool byInsurer) private step(_programOf(policy)) {
        (PeriodState state, uint64 until) = claims.periodOf(policy, period);
        VM.prank(byInsurer ? insurerOf(_programOf(policy)) : STRANGER);
        try claims.approveClaim(policy, period) {
            require(proven[policy][period], "N1: approved without proof");
            require(state == PeriodState.UnderReview || state == PeriodState.Rejected, "P4: out of order");
            require(byInsurer || now_ >= until, "P4: approved too early");
            _note(policy, period, PeriodState.Credited);
            successes[8]++;
        } catch {}
    }

    /// @dev Every decision in the seconds around the end of the time for it.
    function decideAtTheEnd(uint256 seed, uint256 which) external {
        (PolicyId policy, uint32 period, bool found) = _pickReviewed(seed);
        if (!found) return;
        (, uint64 until) = claims.periodOf(policy, period);
        if (until <= now_ + 1) return;
        now_ = until - 1 + ((seed >> 200) % 3);
        if (which % 3 == 0) _approve(policy, period, false);
        else if (which % 3 == 1) _reject(policy, period);
        else _arbitrate(policy, period, which % 2 == 0);
    }

    function reject(uint256 seed) external {
        (PolicyId policy, uint32 period, bool found) = _pickReviewed(seed);
        if (found) _reject(policy, period);
    }

    function _reject(PolicyId policy, uint32 period) private step(_programOf(policy)) {
        (PeriodState state, uint64 until) = claims.periodOf(policy, period);
        VM.prank(insurerOf(_programOf(policy)));
        try claims.rejectClaim(policy, period, "") {
            require(state == PeriodState.UnderReview && now_ < until, "P4: out of order");
            _note(policy, period, PeriodState.Rejected);
            successes[9]++;
        } catch {}
    }

    function arbitrate(uint256 seed, bool pays) external {
        (PolicyId policy, uint32 period, bool found) = _pickReviewed(seed);
        if (found) _arbitrate(policy, period, pays);
    }

    function _arbitrate(PolicyId policy, uint32 period, bool pays) private step(_programOf(policy)) {
        (PeriodState state, uint64 until) = claims.periodOf(policy, period);
        VM.prank(ARBITER);
        try claims.arbitrate(policy, period, pays, "") {
            require(state == PeriodState.Rejected && now_ < until, "P4: out of order");
            _note(policy, period, pays ? PeriodState.Credited : PeriodState.Denied);
            successes[10]++;
        } catch {}
    }

    function release(uint256 seed) external {
        (PolicyId policy, uint32 period, bool found) = _pick(seed, 30);
        if (found) _release(policy, period);
    }

    function _release(PolicyId policy, uint32 period) private step(_programOf(policy)) {
        (PeriodState state, ) = claims.periodOf(policy, period);
        uint32 day = claims.anchorDayOf(policy, period);
        try claims.releasePeriods(policy, period, period + 1) {
            require(state == PeriodState.Open, "P4: out of order");
            Anchor memory written = anchors.anchorOf(GroupId.wrap(1), day);
            require(
                written.corrected || now_ > (uint256(day) + 1) * 1 days + INTAKE + GRACE + CORRECTION,
                "P10: released what could still be anchored"
            );
            require(
                written.root == 0 || now_ >= uint256(written.writtenAt) + 4 days + pauses.reopenTime(),
                "P10: released what could still be claimed"
            );
            _note(policy, period, PeriodState.Released);
            successes[11]++;
        } catch {}
    }

    /// @dev P9: what is owed can be paid at any time by anyone, and goes to the payee.
    function pay(uint256 seed) external {
        (PolicyId policy, , bool found) = _pick(seed);
        if (found) _pay(policy);
    }

    function _pay(PolicyId policy) private step(_programOf(policy)) {
        uint256 owed = claims.owedOf(policy);
        if (owed == 0) return;
        TestToken token = tokens[tokenOf(_programOf(policy))];
        address payee = payees[policy] == address(0) ? claims.policy(policy).controller : payees[policy];
        uint256 before = token.balanceOf(payee);
        VM.prank(STRANGER);
        try claims.pay(policy) returns (uint256 amount) {
            require(amount == owed, "P9: paid another amount");
        } catch {
            revert("P9: what is owed is not paid");
        }
        require(token.balanceOf(payee) == before + owed, "P9: not to the payee");
        successes[12]++;
    }
}
