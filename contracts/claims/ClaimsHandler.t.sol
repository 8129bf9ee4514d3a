// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ClaimItem, ClaimPreview, PeriodState, Policy, SkipReason} from "../interfaces/IClaimsPayout.sol";
import {Escrow} from "../interfaces/ICustody.sol";
import {Consent} from "../interfaces/IConsentRegistry.sol";
import {Matter} from "../interfaces/IHealthLedger.sol";
import {LedgerLayout} from "../ledger/generated/LedgerLayout.sol";
import {Groth16Proof} from "../interfaces/IGroth16Verifier.sol";
import {VM} from "../mocks/Vm.sol";
import {CircuitId, ConsentId, EscrowId, PolicyId, ProgramId} from "../types/Ids.sol";
import {ClaimsDecisions} from "./ClaimsDecisions.t.sol";

/// @dev The whole system with every actor, and random steps of all of them. Every step that may fail is tried, and
/// what must hold after it (or must not have succeeded) is required here; what must hold always is in the
/// invariants below. A step never reverts unless something is wrong.
contract ClaimsHandler is ClaimsDecisions {
    constructor() {
        for (uint256 i = 0; i < PROGRAMS; ++i) fund(i, 999 * benefitOf(i + 1));
        for (uint256 i = 0; i < PATIENTS; ++i) {
            issue(i, i, 1, 40);
            if (i == 0) grantInLedger(i, i, 200 days);
            else grant(i, i, 200 days);
        }
        require(claims.policyCount() == PATIENTS, "the stories begin without a policy");
    }

    // --- steps: consents and claims -------------------------------------------------------------------------

    function grant(uint256 program, uint256 patient, uint256 duration) public step(0) {
        uint256 number = (program % PROGRAMS) + 1;
        patient = patient % PATIENTS;
        ConsentGhost memory ghost;
        ghost.patient = patient;
        ghost.program = number;
        ghost.from = uint64(now_);
        ghost.until = uint64(now_ + (duration % 400 days) + 1);
        ghost.nonce = ++nonce;
        Consent memory consent = _consentOf(ghost);
        VM.prank(patientOf(patient));
        ghost.id = consents.grant(consent);
        consentGhosts.push(ghost);
    }

    /// @dev A consent in the next slot of the ledger, which is bound at once.
    function grantInLedger(uint256 program, uint256 patient, uint256 duration) public step(0) {
        ConsentGhost memory ghost;
        ghost.patient = patient % PATIENTS;
        ghost.program = (program % PROGRAMS) + 1;
        ghost.from = uint64(now_);
        ghost.until = uint64((now_ + (duration % 400 days) + 60) / 60) * 60;
        ghost.slot = ++slotCount;
        (uint256 page, uint8 slot) = _placeOf(ghost.slot);
        Groth16Proof memory proof;
        if (slot == 0) {
            VM.prank(CUSTODIAN);
            ledger.openPage(0);
        }
        uint256 live = ledger.pageOf(page).live | (1 << slot);
        CircuitId consentCircuit = circuits.circuitIdOf("ledger-consent", 1);
        VM.prank(CUSTODIAN, CUSTODIAN);
        ledger.changeConsents(page, consentCircuit, 0, ghost.slot, live, 0, proof, new uint256[](1));
        VM.prank(insurerOf(ghost.program));
        ledger.registerGrantee();
        ghost.id = _bind(ghost);
        consentGhosts.push(ghost);
    }

    function _bind(ConsentGhost memory ghost) private returns (ConsentId) {
        (uint256 page, uint8 slot) = _placeOf(ghost.slot);
        Groth16Proof memory proof;
        uint64 rights = uint64(
            (1 << LedgerLayout.PURPOSE_PAYMENT) | ((ghost.until / 60) << LedgerLayout.RIGHTS_UNTIL_SHIFT)
        );
        return
            ledger.bind(
                page,
                circuits.circuitIdOf("ledger-bind", 1),
                slot,
                rights,
                Matter(
                    patientOf(ghost.patient),
                    insurerOf(ghost.program),
                    claims.claimPurpose(),
                    ghost.program
                ),
                proof
            );
    }

    function _placeOf(uint256 number) private pure returns (uint256 page, uint8 slot) {
        return ((number - 1) / 256 + 1, uint8((number - 1) % 256));
    }

    function _consentOf(ConsentGhost memory ghost) private view returns (Consent memory) {
        return
            Consent({
                patient: patientOf(ghost.patient),
                grantee: insurerOf(ghost.program),
                purpose: claims.claimPurpose(),
                program: ghost.program,
                from: ghost.from,
                until: ghost.until,
                receiptHash: keccak256("receipt"),
                nonce: ghost.nonce
            });
    }

    /// @dev C2: what was revoked is not granted again, and what was not is left as it is. P8: a stranger grants nothing.
    function grantAgain(uint256 seed, bool byPatient) external step(0) {
        ConsentGhost memory ghost = consentGhosts[seed % consentGhosts.length];
        if (ghost.slot != 0) {
            try this.bindAgain(ghost) {
                require(ghost.revokedAt == 0 && now_ < ghost.until, "C2: bound again");
            } catch {}
            return;
        }
        Consent memory consent = _consentOf(ghost);
        if (!byPatient) ++consent.nonce;
        VM.prank(byPatient ? patientOf(ghost.patient) : STRANGER);
        try consents.grant(consent) {
            require(byPatient && ghost.revokedAt == 0, "C2, P8: granted again, or for another");
        } catch {}
    }

    function bindAgain(ConsentGhost calldata ghost) external {
        _bind(ghost);
    }

    function revoke(uint256 seed, bool byPatient) external step(0) {
        ConsentGhost storage ghost = consentGhosts[seed % consentGhosts.length];
        // Not the first ones too soon, or nothing else is ever tried.
        if (seed % 4 != 0) return;
        if (ghost.slot != 0) {
            if (ghost.revokedAt != 0) return;
            (uint256 page, uint8 slot) = _placeOf(ghost.slot);
            Groth16Proof memory proof;
            ledger.revokeByForce(page, circuits.circuitIdOf("ledger-slot", 1), slot, proof);
            ghost.revokedAt = now_;
            return;
        }
        VM.prank(byPatient ? patientOf(ghost.patient) : STRANGER);
        consents.revoke(ghost.id);
        if (byPatient && ghost.revokedAt == 0) ghost.revokedAt = now_;
    }

    function claim(uint256 seed, uint256 consentSeed) external {
        (PolicyId policy, uint32 period, bool found) = _pick(seed);
        if (found) _claim(policy, period, consentSeed);
    }

    /// @dev To the seconds around the close of a window that is open, with a claim.
    function claimAtTheClose(uint256 seed, uint256 consentSeed) external {
        (PolicyId policy, uint32 period, bool found) = _pick(seed);
        if (!found) return;
        uint256 closes = claims.windowOf(policy, period).closesAt;
        if (closes <= now_ + 1 || closes > now_ + 8 days) return;
        now_ = closes - 1 + ((seed >> 200) % 3);
        _claim(policy, period, consentSeed);
    }

    function _claim(PolicyId policy, uint32 period, uint256 consentSeed) private step(_programOf(policy)) {
        Policy memory p = claims.policy(policy);
        uint256 number = ProgramId.unwrap(p.program);
        ConsentGhost memory ghost = _consentFor(p, consentSeed);
        (PeriodState state, ) = claims.periodOf(policy, period);
        VM.prank(STRANGER);
        try claims.submitClaim(policy, period, ghost.id, proofOf(policy, period)) {
            require(now_ < claims.windowOf(policy, period).closesAt, "T27: claimed after the window");
            require(state == PeriodState.Open && !proven[policy][period], "P5: claimed twice");
            require(
                patientOf(ghost.patient) == p.controller && ghost.program == number,
                "C1: whose consent?"
            );
            require(ghost.from <= now_ && now_ < ghost.until, "C1: consent out of time");
            require(ghost.revokedAt == 0, "C3: claimed under a revoked consent");
            require(pauses.pausedUntil() == 0, "T27: claimed while paused");
            require(!circuits.isSuspendedAt(circuit, now_), "T27: claimed while suspended");
            require(rootOf[claims.anchorDayOf(policy, period)] != 0, "A1: claimed without anchor");
            proven[policy][period] = true;
            _note(policy, period, number == 2 ? PeriodState.UnderReview : PeriodState.Credited);
            successes[7]++;
        } catch {}
    }

    /// @dev V1: a verifier with other code than recorded settles nothing, however right the proof is.
    function claimUnderOtherCode(uint256 seed, uint256 consentSeed) external step(0) {
        (PolicyId policy, uint32 period, bool found) = _pick(seed);
        if (!found) return;
        ConsentId consentId = _consentFor(claims.policy(policy), consentSeed).id;
        Groth16Proof memory proof = proofOf(policy, period);
        bytes memory code = address(verifier).code;
        VM.etch(address(verifier), bytes.concat(code, hex"00"));
        try claims.submitClaim(policy, period, consentId, proof) {
            revert("V1: claimed under other code");
        } catch {}
        VM.etch(address(verifier), code);
    }

    /// @dev N1: with any proof but the right one.
    function claimFalsely(uint256 seed, uint256 wrong) external step(0) {
        (PolicyId policy, uint32 period, bool found) = _pick(seed);
        if (!found) return;
        Groth16Proof memory proof = _falseProof(policy, period, wrong);
        for (uint256 i = 0; i < consentGhosts.length; ++i) {
            try claims.submitClaim(policy, period, consentGhosts[i].id, proof) {
                revert("N1: a false proof was taken");
            } catch {}
        }
    }

    /// @dev For other inputs, or no proof at all.
    function _falseProof(
        PolicyId policy,
        uint32 period,
        uint256 wrong
    ) private view returns (Groth16Proof memory proof) {
        (uint256 holder, uint256 root, uint256 terms_, uint256 scope) = claims.claimInputs(policy, period);
        proof = verifier.forge([holder, root, terms_ ^ 1, scope]);
        if (wrong % 2 == 0) proof.a[0] ^= wrong == 0 ? 1 : wrong;
    }

    /// @dev Up to six claims in one transaction, repeated ones, such of closed periods and under wrong roots or
    /// consents among them, and now and then a false proof.
    function claimMany(uint256 seed, uint256 consentSeed) external step(0) {
        ClaimItem[] memory items = new ClaimItem[]((seed % 6) + 1);
        for (uint256 i = 0; i < items.length; ++i) {
            (PolicyId policy, uint32 period, bool found) = _pick(uint256(keccak256(abi.encode(seed, i))));
            if (!found) return;
            (, uint256 root, , ) = claims.claimInputs(policy, period);
            items[i] = ClaimItem({
                policyId: policy,
                period: period,
                consentId: _consentFor(claims.policy(policy), consentSeed >> i).id,
                circuit: (seed >> 8) % 16 == i ? CircuitId.wrap(bytes32(seed)) : circuit,
                anchorRoot: (seed >> 16) % 16 == i ? root + 1 : root,
                proof: proofOf(policy, period)
            });
        }
        uint256 spoiled = (seed >> 24) % 32;
        if (spoiled < items.length) {
            items[spoiled].proof = _falseProof(items[spoiled].policyId, items[spoiled].period, seed >> 32);
        }
        _claimMany(items, spoiled);
    }

    function _claimMany(ClaimItem[] memory items, uint256 spoiled) private {
        if (pauses.pausedUntil() != 0) {
            try claims.submitClaims(items) {
                revert("claimed while paused");
            } catch {
                return;
            }
        }
        ClaimPreview[] memory previews = claims.previewClaims(items);
        uint256 expected = 0;
        for (uint256 i = 0; i < items.length; ++i) {
            if (previews[i].reason == SkipReason.None) ++expected;
        }
        bool isFalse = spoiled < items.length && previews[spoiled].reason == SkipReason.None;
        try claims.submitClaims(items) returns (uint256 settled) {
            require(!isFalse, "N1: a batch settled a false proof");
            require(settled == expected, "the view said otherwise");
        } catch {
            require(isFalse, "a batch of true proofs was refused");
            return;
        }
        for (uint256 i = 0; i < items.length; ++i) {
            if (previews[i].reason != SkipReason.None) continue;
            ClaimItem memory item = items[i];
            require(!proven[item.policyId][item.period], "P5: claimed twice");
            require(!circuits.isSuspendedAt(circuit, now_), "T27: claimed while suspended");
            require(
                now_ < claims.windowOf(item.policyId, item.period).closesAt,
                "T27: claimed after the window"
            );
            require(
                rootOf[claims.anchorDayOf(item.policyId, item.period)] == item.anchorRoot,
                "A1: claimed without anchor"
            );
            ConsentGhost memory ghost = _ghostOf(item.consentId);
            require(
                patientOf(ghost.patient) == claims.policy(item.policyId).controller && ghost.revokedAt == 0,
                "C1, C3: claimed without consent"
            );
            require(ghost.from <= now_ && now_ < ghost.until, "C1: consent out of time");
            proven[item.policyId][item.period] = true;
            _note(
                item.policyId,
                item.period,
                ghost.program == 2 ? PeriodState.UnderReview : PeriodState.Credited
            );
            successes[13]++;
        }
    }

    function _ghostOf(ConsentId id) private view returns (ConsentGhost memory ghost) {
        for (uint256 i = 0; i < consentGhosts.length; ++i) {
            if (ConsentId.unwrap(consentGhosts[i].id) == ConsentId.unwrap(id)) return consentGhosts[i];
        }
        revert("an unknown consent");
    }

    /// @dev Mostly the latest fitting consent.
    function _consentFor(
        Policy memory policy,
        uint256 seed
    ) private view returns (ConsentGhost memory ghost) {
        ghost = consentGhosts[seed % consentGhosts.length];
        if (seed % 8 == 0) return ghost;
        for (uint256 i = consentGhosts.length; i > 0; --i) {
            ghost = consentGhosts[i - 1];
            bool fits = ghost.program == ProgramId.unwrap(policy.program);
            if (fits && patientOf(ghost.patient) == policy.controller) return ghost;
        }
    }

    // --- the end --------------------------------------------------------------------------------------------

    /// @dev P10: long after everything, anyone turns every reserve into paid or free money.
    function windDown() external {
        now_ += 2000 days;
        VM.warp(now_);
        uint256[2] memory balances = _balances();
        uint256 count = claims.policyCount();
        for (uint64 id = 1; id <= count; ++id) {
            PolicyId policy = PolicyId.wrap(id);
            uint32 periods = claims.policy(policy).periods;
            for (uint32 period = 0; period < periods; ++period) {
                (PeriodState state, ) = claims.periodOf(policy, period);
                if (state == PeriodState.Open) {
                    claims.releasePeriods(policy, period, period + 1);
                } else if (state == PeriodState.UnderReview || state == PeriodState.Rejected) {
                    claims.approveClaim(policy, period);
                }
            }
            if (claims.owedOf(policy) != 0) claims.pay(policy);
            Policy memory p = claims.policy(policy);
            require(p.reserved == 0 && p.owed == 0, "P10: a reserve is stuck");
        }
        for (uint64 i = 1; i <= PROGRAMS; ++i) {
            Escrow memory money = escrowOf(i);
            require(money.committed == 0, "P10: committed money is stuck");
            EscrowId escrowId = _escrowOf(i);
            VM.prank(insurerOf(i));
            custody.withdraw(escrowId, money.free, address(0xbeef));
        }
        uint256[2] memory left = _balances();
        for (uint256 i = 0; i < 2; ++i) ghosts[i].sent += balances[i] - left[i];
        require(custody.accountedIn(tokens[0]) == 0 && custody.accountedIn(tokens[1]) == 0, "P10: ledgers");
    }
}
