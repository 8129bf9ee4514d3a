// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Anchor} from "../interfaces/IAnchorRegistry.sol";
import {IClaimsPayout, PeriodState, Policy} from "../interfaces/IClaimsPayout.sol";
import {IConsentSource} from "../interfaces/IConsentSource.sol";
import {Escrow, ICustody} from "../interfaces/ICustody.sol";
import {Circuit, ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {VM} from "../mocks/Vm.sol";
import {ConsentId, GroupId, PolicyId, ProgramId, ScopeId} from "../types/Ids.sol";
import {ClaimsDecisions} from "./ClaimsDecisions.t.sol";
import {ClaimsHandler} from "./ClaimsHandler.t.sol";
import {ClaimsSteps} from "./ClaimsSteps.t.sol";

contract ClaimsPayoutTest {
    ClaimsHandler internal handler;
    IClaimsPayout internal claims;

    function setUp() public {
        handler = new ClaimsHandler();
        claims = handler.claims();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), _steps());
    }

    function _steps() private pure returns (bytes4[] memory steps) {
        steps = new bytes4[](33);
        uint256 i = 0;
        // What moves the story on comes more than once.
        for (uint256 j = 0; j < 3; ++j) {
            steps[i++] = ClaimsSteps.nextDay.selector;
            steps[i++] = ClaimsHandler.claim.selector;
        }
        for (uint256 j = 0; j < 2; ++j) steps[i++] = ClaimsHandler.claimMany.selector;
        steps[i++] = ClaimsSteps.wait.selector;
        steps[i++] = ClaimsSteps.anchor.selector;
        steps[i++] = ClaimsSteps.correct.selector;
        steps[i++] = ClaimsSteps.pause.selector;
        steps[i++] = ClaimsSteps.suspend.selector;
        steps[i++] = ClaimsSteps.fund.selector;
        steps[i++] = ClaimsSteps.donate.selector;
        steps[i++] = ClaimsSteps.withdraw.selector;
        steps[i++] = ClaimsSteps.issue.selector;
        steps[i++] = ClaimsSteps.end.selector;
        steps[i++] = ClaimsSteps.redirect.selector;
        steps[i++] = ClaimsHandler.grant.selector;
        steps[i++] = ClaimsHandler.grantInLedger.selector;
        steps[i++] = ClaimsHandler.revoke.selector;
        steps[i++] = ClaimsHandler.claimFalsely.selector;
        steps[i++] = ClaimsDecisions.approve.selector;
        steps[i++] = ClaimsDecisions.reject.selector;
        steps[i++] = ClaimsDecisions.arbitrate.selector;
        steps[i++] = ClaimsDecisions.decideAtTheEnd.selector;
        steps[i++] = ClaimsDecisions.release.selector;
        steps[i++] = ClaimsDecisions.pay.selector;
        steps[i++] = ClaimsHandler.claimAtTheClose.selector;
        steps[i++] = ClaimsHandler.grantAgain.selector;
        steps[i++] = ClaimsSteps.meddle.selector;
        steps[i++] = ClaimsHandler.claimUnderOtherCode.selector;
    }

    /// @dev P1 to P5: money, per token, program and policy.
    function invariant_P1_P2_P3_P5_money() public view {
        _money();
    }

    /// @dev P4, N1: states of all periods.
    function invariant_P4_N1_states() public view {
        _states();
    }

    /// @dev C1, C2: consents.
    function invariant_C1_C2_consents() public {
        VM.warp(handler.now_());
        _consents();
    }

    /// @dev V1, V2, A1: registries.
    function invariant_V1_V2_A1_registries() public view {
        _registries();
    }

    /// @dev P10 at the end of a random story, with all invariants on the way.
    function testFuzz_P10_everyReserveBecomesPaidOrFree(uint256 seed) public {
        bytes4[] memory steps = _steps();
        for (uint256 i = 0; i < 48; ++i) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            uint256 a = uint256(keccak256(abi.encode(seed, "a")));
            uint256 b = uint256(keccak256(abi.encode(seed, "b")));
            // Small arguments and large ones; surplus arguments are ignored, booleans taken from the last bit.
            bytes4 selector = steps[(seed >> 8) % steps.length];
            bytes memory data =
                _isBooleanSecond(selector)
                    ? abi.encodeWithSelector(selector, a, b & 1)
                    : selector == ClaimsSteps.redirect.selector
                        ? abi.encodeWithSelector(selector, a, address(uint160(b)))
                        : abi.encodeWithSelector(selector, a, b, b & 1, (a >> 7) % 60);
            (bool success, bytes memory reason) = address(handler).call(data);
            if (!success) {
                assembly ("memory-safe") {
                    revert(add(reason, 32), mload(reason))
                }
            }
        }
        VM.warp(handler.now_());
        _money();
        _states();
        _consents();
        _registries();
        handler.windDown();
        _money();
    }

    function _isBooleanSecond(bytes4 selector) private pure returns (bool) {
        return
            selector == ClaimsSteps.end.selector ||
            selector == ClaimsHandler.revoke.selector ||
            selector == ClaimsHandler.grantAgain.selector ||
            selector == ClaimsDecisions.approve.selector ||
            selector == ClaimsDecisions.arbitrate.selector;
    }

    /// @dev The random stories do what they are for: without this, invariants could hold over nothing.
    function test_storiesReachEveryStep() public {
        uint256 seed = 7;
        for (uint256 i = 0; i < 400; ++i) {
            seed = uint256(keccak256(abi.encode(seed, i)));
            if (i % 3 == 0) handler.nextDay(seed | 1);
            handler.claim(seed, seed | 1);
            handler.claimMany(seed >> 13, seed | 1);
            if (i % 3 == 0) handler.reject(seed);
            if (i % 4 == 0) handler.arbitrate(uint256(keccak256(abi.encode(seed, "x"))), seed % 2 == 0);
            handler.approve(seed >> 3, i % 7 == 0);
            handler.release(seed >> 5);
            handler.pay(seed >> 7);
            handler.issue(seed, seed >> 9, seed >> 11, seed >> 13);
            handler.grant(seed, seed >> 9, seed >> 70);
            if (i % 5 == 0) handler.redirect(seed >> 9, address(uint160(seed)));
            handler.correct(seed, seed >> 9);
            if (i % 40 == 0) handler.withdraw(seed, seed >> 9, true);
            if (i % 90 == 0) handler.pause(0);
            if (i % 200 == 0) handler.suspend(0);
            if (i % 50 == 0) handler.end(seed, true);
        }
        for (uint256 i = 0; i < 14; ++i) require(handler.successes(i) > 0, "a step never succeeded");
        _money();
        _states();
    }

    // --- what must hold always ------------------------------------------------------------------------------

    function _money() private view {
        _coverage();
        uint256[2] memory ledgers;
        uint256 policies = claims.policyCount();
        uint256[] memory committed = new uint256[](claims.programCount() + 1);
        for (uint64 id = 1; id <= policies; ++id) {
            PolicyId policy = PolicyId.wrap(id);
            Policy memory p = claims.policy(policy);
            uint256 number = ProgramId.unwrap(p.program);
            committed[number] += (uint256(p.reserved) + p.owed) * handler.benefitOf(number);
            require(uint256(p.reserved) + p.owed + p.paid <= p.periods, "P3: more than was reserved");
            require(p.periods <= handler.issuedPeriods(policy), "P3: periods grew");
            uint256 credited = 0;
            uint256 reserved = 0;
            for (uint32 period = 0; period < p.periods; ++period) {
                (PeriodState state, ) = claims.periodOf(policy, period);
                if (state == PeriodState.Credited) ++credited;
                if (uint8(state) <= uint8(PeriodState.Rejected)) ++reserved;
            }
            require(credited == uint256(p.owed) + p.paid, "P5: credited is owed or paid, once");
            require(reserved == p.reserved, "P10: what is not decided is reserved");
            _requireNoOverlap(id, p);
        }
        for (uint64 i = 1; i <= claims.programCount(); ++i) {
            Escrow memory money = handler.escrowOf(i);
            require(money.committed == committed[i], "P1: committed is what policies hold");
            ledgers[handler.tokenOf(i)] += uint256(money.free) + money.committed;
        }
        for (uint256 i = 0; i < 2; ++i) {
            IERC20 token = handler.tokens(i);
            ICustody custody = handler.custody();
            require(custody.accountedIn(token) == ledgers[i], "P2: accounted is the sum of the ledgers");
            require(token.balanceOf(address(custody)) >= ledgers[i], "P1: the money is there");
            (uint256 received, uint256 sent) = handler.ghosts(i);
            require(
                received == handler.donated(i) + sent + ledgers[i],
                "P2: what came in minus what went out is the ledgers"
            );
        }
    }

    /// @dev P5: coverage is where the last policy that covers anything ends.
    function _coverage() private view {
        for (uint256 holder = 100; holder < 103; ++holder) {
            uint256 until = 0;
            for (uint64 id = 1; id <= claims.policyCount(); ++id) {
                Policy memory p = claims.policy(PolicyId.wrap(id));
                if (p.holder != holder || p.periods == 0) continue;
                (, uint256 end) = claims.periodTimes(PolicyId.wrap(id), p.periods - 1);
                if (end > until) until = end;
            }
            require(claims.coveredUntil(ScopeId.wrap(1), holder) == until, "P5: coverage that nobody gives");
        }
    }

    function _requireNoOverlap(uint64 id, Policy memory p) private view {
        for (uint64 other = 1; other < id; ++other) {
            Policy memory q = claims.policy(PolicyId.wrap(other));
            if (q.holder != p.holder) continue;
            bool apart = p.firstEpoch >= q.firstEpoch + q.periods || q.firstEpoch >= p.firstEpoch + p.periods;
            require(apart || p.periods == 0 || q.periods == 0, "P5: two policies cover one second");
        }
    }

    function _states() private view {
        uint256 policies = claims.policyCount();
        for (uint64 id = 1; id <= policies; ++id) {
            PolicyId policy = PolicyId.wrap(id);
            uint32 periods = claims.policy(policy).periods;
            for (uint32 period = 0; period < periods; ++period) {
                (PeriodState state, ) = claims.periodOf(policy, period);
                // Every change was made, and judged, by a step of the handler.
                require(state == handler.seen(policy, period), "P4: changed behind our back");
                bool unproven = state == PeriodState.Open || state == PeriodState.Released;
                require(unproven != handler.proven(policy, period), "N1: claimed without a proof");
            }
        }
    }

    function _consents() private view {
        for (uint256 i = 0; i < handler.consentCount(); ++i) {
            (
                ConsentId id,
                uint256 slot,
                uint256 patient,
                uint256 program,
                uint64 from,
                uint64 until,
                ,
                uint256 revokedAt
            ) = handler.consentGhosts(i);
            IConsentSource source = handler.ledger();
            if (slot == 0) source = handler.consents();
            bool active = source.isActive(
                id,
                handler.patientOf(patient),
                handler.insurerOf(program),
                claims.claimPurpose(),
                program
            );
            bool should = revokedAt == 0 && from <= block.timestamp && block.timestamp < until;
            require(active == should, "C1, C2: active exactly if granted, in time and unrevoked");
        }
    }

    function _registries() private view {
        ICircuitRegistry circuits = handler.circuits();
        Circuit memory record = circuits.circuit(handler.circuit());
        require(record.verifier == address(handler.verifier()), "V1: verifier");
        require(record.verifierCodeHash == address(handler.verifier()).codehash, "V1: code hash");
        (uint64 start, uint64 end) = circuits.lastSuspensionBefore(handler.circuit(), type(uint64).max);
        require(end <= start + circuits.suspensionTime(), "V2: a suspension without end");
        uint256 today = handler.now_() / 1 days;
        for (uint256 day = today - 6; day <= today; ++day) {
            Anchor memory written = handler.anchors().anchorOf(GroupId.wrap(1), uint32(day));
            require(written.root == handler.rootOf(uint32(day)), "A1: not what the attester wrote");
        }
    }
}
