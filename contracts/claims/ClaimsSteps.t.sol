// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Anchor} from "../interfaces/IAnchorRegistry.sol";
import {HolderAttestation, Policy} from "../interfaces/IClaimsPayout.sol";
import {Escrow} from "../interfaces/ICustody.sol";
import {TestToken} from "../mocks/TestToken.sol";
import {VM} from "../mocks/Vm.sol";
import {EscrowId, GroupId, PolicyId, ProgramId, ScopeId} from "../types/Ids.sol";
import {ClaimsSystem} from "./ClaimsSystem.t.sol";

/// @dev Steps of time, anchors, governance, money and policies.
abstract contract ClaimsSteps is ClaimsSystem {
    // --- steps: time, anchors, governance -------------------------------------------------------------------

    function wait(uint256 duration) external {
        now_ += duration % 3 days;
        VM.warp(now_);
    }

    /// @dev To the next anchoring window, and usually anchoring it.
    function nextDay(uint256 seed) external step(0) {
        uint256 day = (now_ - INTAKE) / 1 days;
        uint256 opens = day * 1 days + INTAKE;
        if (opens <= now_) opens += 1 days;
        now_ = opens + (seed % GRACE);
        VM.warp(now_);
        uint32 last = uint32((now_ - INTAKE) / 1 days - 1);
        if (seed % 8 != 0) _anchor(last, seed);
    }

    /// @dev A1: by anyone, at any time, for any day: only what is in time and by the attester is written.
    function anchor(uint256 seed, uint256 root) external step(0) {
        uint32 day = uint32(now_ / 1 days - (seed % 5));
        bool byAttester = seed % 3 != 0;
        if (byAttester) {
            _anchor(day, root);
        } else {
            VM.prank(STRANGER);
            try anchors.anchor(GroupId.wrap(1), day, root) {
                revert("A1: a stranger anchored");
            } catch {}
        }
    }

    function _anchor(uint32 day, uint256 root) private {
        root = (root >> 4) + 1;
        uint256 from = (uint256(day) + 1) * 1 days + INTAKE;
        VM.prank(attester);
        try anchors.anchor(GroupId.wrap(1), day, root) {
            require(now_ >= from && now_ <= from + GRACE, "A1: out of time");
            require(rootOf[day] == 0, "A1: twice");
            rootOf[day] = root;
            successes[0]++;
        } catch {
            require(now_ < from || now_ > from + GRACE || rootOf[day] != 0 || root == 0, "A1: refused");
        }
    }

    function correct(uint256 seed, uint256 root) external step(0) {
        uint32 day = uint32(now_ / 1 days - 1 - (seed % 4));
        root = (root >> 4) + 1;
        Anchor memory before = anchors.anchorOf(GroupId.wrap(1), day);
        uint256 from = (uint256(day) + 1) * 1 days + INTAKE;
        VM.prank(attester);
        try anchors.correct(GroupId.wrap(1), day, root, "a reason") {
            require(!before.corrected && before.root != root, "A1: corrected twice");
            require(now_ <= from + GRACE + CORRECTION, "A1: corrected late");
            require(before.root != 0 || now_ > from + GRACE, "A1: corrected instead of anchored");
            rootOf[day] = root;
            successes[1]++;
        } catch {}
    }

    function pause(uint256 seed) external step(0) {
        VM.prank(PAUSER);
        if (seed % 2 == 0) {
            try pauses.pause("") {
                successes[2]++;
            } catch {}
        } else {
            try pauses.endPause() {} catch {}
        }
    }

    function suspend(uint256 seed) external step(0) {
        (, uint64 lastEnd) = circuits.lastSuspensionBefore(circuit, type(uint64).max);
        uint256 cooldown = circuits.suspensionCooldown();
        VM.prank(GUARDIAN);
        if (seed % 2 == 0) {
            try circuits.suspend(circuit, "") {
                require(lastEnd == 0 || now_ >= lastEnd + cooldown, "V2: suspended again too early");
                successes[3]++;
            } catch {}
        } else {
            try circuits.endSuspension(circuit) {} catch {}
        }
    }

    // --- steps: money and policies --------------------------------------------------------------------------

    function fund(uint256 program, uint256 amount) public step((program % PROGRAMS) + 1) {
        uint256 number = (program % PROGRAMS) + 1;
        amount = (amount % (1000 * benefitOf(number))) + 1;
        TestToken token = tokens[tokenOf(number)];
        token.mint(STRANGER, amount);
        VM.prank(STRANGER);
        token.approve(address(custody), amount);
        EscrowId escrowId = _escrowOf(number);
        VM.prank(STRANGER);
        require(custody.fund(escrowId, amount) == amount, "P2: funding");
    }

    function donate(uint256 program, uint256 amount) external step(0) {
        amount = amount % 1e6;
        tokens[program % 2].mint(address(custody), amount);
        donated[program % 2] += amount;
    }

    function withdraw(
        uint256 program,
        uint256 amount,
        bool byInsurer
    ) external step((program % PROGRAMS) + 1) {
        uint256 number = (program % PROGRAMS) + 1;
        Escrow memory before = escrowOf(number);
        EscrowId escrowId = _escrowOf(number);
        amount = amount % (uint256(before.free) + before.committed + 2);
        VM.prank(byInsurer ? insurerOf(number) : STRANGER);
        try custody.withdraw(escrowId, uint128(amount), address(0xbeef)) {
            require(byInsurer, "P8: a stranger withdrew");
            require(amount <= before.free, "P7: withdrew what is not free");
            require(escrowOf(number).committed == before.committed, "P7: committed moved");
            successes[4]++;
        } catch {
            require(!byInsurer || amount > before.free, "P7: free money refused");
        }
    }

    function issue(
        uint256 program,
        uint256 patient,
        uint256 lead,
        uint256 periods
    ) public step((program % PROGRAMS) + 1) {
        uint256 number = (program % PROGRAMS) + 1;
        patient = patient % PATIENTS;
        uint256 first = (now_ - 900 * OFFSET) / 1 days + (lead % 60);
        // Often a renewal: a day too early, in time, or a day later.
        uint256 covered = claims.coveredUntil(ScopeId.wrap(1), 100 + patient);
        if (lead % 3 == 0 && covered > now_) first = covered / 1 days - 1 + ((lead >> 8) % 3);
        HolderAttestation memory attestation = HolderAttestation({
            program: ProgramId.wrap(uint64(number)),
            offerHash: claims.program(ProgramId.wrap(uint64(number))).offerHash,
            holder: 100 + patient,
            controller: patientOf(patient),
            payee: address(0),
            firstEpoch: uint32(first),
            periods: uint32(periods % 50),
            nonce: ++nonce,
            expiry: now_ + 1 days
        });
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(ATTESTER_KEY, claims.attestationDigest(attestation));
        VM.prank(insurerOf(number));
        try claims.issuePolicy(attestation, abi.encodePacked(r, s, v)) returns (PolicyId policy) {
            issuedPeriods[policy] = attestation.periods;
            (uint256 start, ) = claims.periodTimes(policy, 0);
            require(start > now_, "a policy covers what had begun");
            successes[5]++;
        } catch {}
    }

    function end(uint256 seed, bool byInsurer) external {
        (PolicyId policy, , bool found) = _pick(seed);
        if (found) _end(policy, byInsurer);
    }

    function _end(PolicyId policy, bool byInsurer) internal step(_programOf(policy)) {
        Policy memory p = claims.policy(policy);
        VM.prank(byInsurer ? insurerOf(_programOf(policy)) : p.controller);
        try claims.endPolicy(policy) {
            Policy memory ended = claims.policy(policy);
            require(ended.periods < p.periods, "ended nothing");
            for (uint32 i = ended.periods; i < p.periods; ++i) {
                require(
                    900 * OFFSET + (uint256(p.firstEpoch) + i) * 1 days > now_,
                    "P7: ended a period that had begun"
                );
            }
            successes[6]++;
        } catch {}
    }

    function redirect(uint256 seed, address payee) external step(0) {
        (PolicyId policy, , bool found) = _pick(seed);
        if (!found || payee == address(claims) || payee == address(custody)) return;
        VM.prank(claims.policy(policy).controller);
        if (uint160(payee) < 0x10000) payee = address(0);
        claims.setPayee(policy, payee);
        payees[policy] = payee;
    }

    /// @dev P8: what is a policy's is not a stranger's to change.
    function meddle(uint256 seed) external step(0) {
        (PolicyId policy, uint32 period, bool found) = _pick(seed);
        if (!found) return;
        VM.startPrank(STRANGER);
        try claims.setPayee(policy, STRANGER) {
            revert("P8: redirected by a stranger");
        } catch {}
        try claims.endPolicy(policy) {
            revert("P8: ended by a stranger");
        } catch {}
        try claims.rejectClaim(policy, period, "") {
            revert("P8: rejected by a stranger");
        } catch {}
        try claims.arbitrate(policy, period, seed % 2 == 0, "") {
            revert("P8: decided by a stranger");
        } catch {}
        EscrowId escrowId = _escrowOf(_programOf(policy));
        try custody.commit(escrowId, 1) {
            revert("P6: committed by a stranger");
        } catch {}
        try custody.release(escrowId, 1) {
            revert("P6: released by a stranger");
        } catch {}
        try custody.pay(escrowId, 1, STRANGER) {
            revert("P6: paid by a stranger");
        } catch {}
        VM.stopPrank();
    }
}
