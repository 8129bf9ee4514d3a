// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {
    ClaimItem,
    ClaimPreview,
    IClaimsPayout,
    PeriodState,
    Policy,
    Program,
    SkipReason
} from "../interfaces/IClaimsPayout.sol";
import {Groth16Proof} from "../interfaces/IGroth16Verifier.sol";
import {PeriodStates} from "./PeriodStates.sol";
import {CircuitId, ConsentId, PolicyId, ProgramId} from "../types/Ids.sol";
import {ClaimProof} from "./ClaimProof.sol";
import {Settlements} from "./Settlements.sol";

/// @title Claims, one by one and in batches
abstract contract Claims is Settlements {
    using ClaimProof for ClaimProof.Batch;
    using PeriodStates for mapping(uint256 => uint256);

    /// @dev Claims of one statement in a batch, settled and not verified yet.
    struct Run {
        ClaimProof.Batch batch;
        uint256[] indices;
        address verifier;
    }

    /// @dev Gas that a single verification is given in a batch: twice its cost. A malformed proof burns all of it.
    uint256 private constant SEARCH_GAS = 420_000;

    /// @inheritdoc IClaimsPayout
    function submitClaim(
        PolicyId policyId,
        uint32 period,
        ConsentId consentId,
        Groth16Proof calldata proof
    ) external nonReentrant whenNotPaused {
        (SkipReason reason, uint256 detail, Settlement memory settlement) = _examine(
            policyId,
            period,
            consentId
        );
        if (reason != SkipReason.None) _refuse(policyId, period, consentId, reason, detail, settlement);

        Policy storage policy_ = _policies[policyId];
        Program storage program_ = _programs[policy_.program];
        ClaimProof.Inputs memory inputs = _inputs(policy_, program_, period, settlement.anchor.root);
        if (!ClaimProof.verify(settlement.verifier, inputs, proof)) {
            revert ClaimsPayout_InvalidProof(policyId, period);
        }
        _settle(policyId, period, consentId, policy_, program_, settlement);
    }

    /// @inheritdoc IClaimsPayout
    function submitClaims(
        ClaimItem[] calldata items
    ) external nonReentrant whenNotPaused returns (uint256 settled) {
        uint256 count = items.length;
        if (count == 0) revert ClaimsPayout_NoClaims();
        uint256 first = 0;
        while (first < count) {
            uint256 end = first + 1;
            while (end < count && items[end].circuit == items[first].circuit) ++end;
            settled += _settleRun(items, first, end);
            first = end;
        }
    }

    /// @inheritdoc IClaimsPayout
    function previewClaims(
        ClaimItem[] calldata items
    ) external view whenNotPaused returns (ClaimPreview[] memory previews) {
        previews = new ClaimPreview[](items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            ClaimItem calldata item = items[i];
            (SkipReason reason, uint256 detail, ) = _examineItem(item);
            // Whatever else would be wrong with it: a claim is looked at as the ones before it leave its period.
            for (uint256 j = 0; j < i; ++j) {
                bool same = items[j].policyId == item.policyId && items[j].period == item.period;
                if (same && previews[j].reason == SkipReason.None) {
                    (reason, detail) = (SkipReason.PeriodAlreadyClaimed, 0);
                }
            }
            previews[i] = ClaimPreview(reason, detail);
        }
    }

    /// @dev Everything that a claim needs but its proof: known, open, over, anchored, in its window, under a circuit
    /// that may settle it now, and consented to. What `detail` is, `SkipReason` says.
    function _examine(
        PolicyId policyId,
        uint32 period,
        ConsentId consentId
    ) private view returns (SkipReason reason, uint256 detail, Settlement memory settlement) {
        Policy storage policy_ = _policies[policyId];
        address controller = policy_.controller;
        if (controller == address(0)) return (SkipReason.UnknownPolicy, 0, settlement);
        if (period >= policy_.periods) return (SkipReason.UnknownPeriod, 0, settlement);
        PeriodState state = _states[policyId].get(period);
        if (state == PeriodState.Released) return (SkipReason.PeriodReleased, 0, settlement);
        if (state != PeriodState.Open) return (SkipReason.PeriodAlreadyClaimed, 0, settlement);

        Program storage program_ = _programs[policy_.program];
        settlement = _settlementOf(policy_, program_, period);
        if (block.timestamp < settlement.end) return (SkipReason.PeriodNotOver, settlement.end, settlement);
        if (settlement.anchor.root == 0) {
            return (SkipReason.NotAnchored, _anchorDay(settlement.end), settlement);
        }
        if (settlement.base == NO_CIRCUIT) {
            return (SkipReason.CircuitNotInForce, settlement.start, settlement);
        }
        if (block.timestamp >= settlement.nominalClose) {
            uint256 closes = _closeOf(program_, settlement);
            if (block.timestamp >= closes) return (SkipReason.WindowClosed, closes, settlement);
        }
        if (settlement.blockedUntil != 0) {
            return (SkipReason.CircuitBlocked, settlement.blockedUntil, settlement);
        }
        bool consented = (consentId.isBound() ? ledger : consents).isActive(
            consentId,
            controller,
            program_.insurer,
            claimPurpose,
            ProgramId.unwrap(policy_.program)
        );
        if (!consented) return (SkipReason.NoActiveConsent, 0, settlement);
    }

    /// @dev A reason as the error of a single claim.
    function _refuse(
        PolicyId policyId,
        uint32 period,
        ConsentId consentId,
        SkipReason reason,
        uint256 detail,
        Settlement memory settlement
    ) private view {
        Program storage program_ = _programs[_policies[policyId].program];
        if (reason == SkipReason.UnknownPolicy) revert ClaimsPayout_UnknownPolicy(policyId);
        if (reason == SkipReason.UnknownPeriod) revert ClaimsPayout_UnknownPeriod(policyId, period);
        if (reason == SkipReason.PeriodReleased) revert ClaimsPayout_PeriodReleased(policyId, period);
        if (reason == SkipReason.PeriodAlreadyClaimed) {
            revert ClaimsPayout_PeriodAlreadyClaimed(policyId, period);
        }
        if (reason == SkipReason.PeriodNotOver) revert ClaimsPayout_PeriodNotOver(policyId, period, detail);
        if (reason == SkipReason.NotAnchored) {
            revert ClaimsPayout_NotAnchored(program_.group, uint32(detail));
        }
        if (reason == SkipReason.CircuitNotInForce) {
            revert ClaimsPayout_CircuitNotInForce(program_.circuit, detail);
        }
        if (reason == SkipReason.WindowClosed) revert ClaimsPayout_WindowClosed(policyId, period, detail);
        if (reason == SkipReason.CircuitBlocked) {
            revert ClaimsPayout_CircuitBlocked(settlement.applied, uint64(detail));
        }
        revert ClaimsPayout_NoActiveConsent(policyId, consentId);
    }

    /// @dev A claim that was examined takes effect. Its proof is verified before, or, in a batch, later in the same
    /// transaction, which reverts if it is false.
    function _settle(
        PolicyId policyId,
        uint32 period,
        ConsentId consentId,
        Policy storage policy_,
        Program storage program_,
        Settlement memory settlement
    ) private {
        uint64 reviewUntil = 0;
        uint32 reviewTime = program_.reviewTime;
        if (reviewTime == 0) {
            _states[policyId].set(period, PeriodState.Credited);
            policy_.reserved -= 1;
            policy_.owed += 1;
        } else {
            reviewUntil = uint64(block.timestamp) + reviewTime;
            _states[policyId].set(period, PeriodState.UnderReview);
            _decidableUntil[policyId][period] = reviewUntil;
        }
        emit ClaimSettled(
            policyId,
            period,
            settlement.applied,
            settlement.anchor.root,
            consentId,
            reviewUntil
        );
    }

    /// @dev Settles items `first` to `end - 1`, which name one statement, and then verifies their proofs together.
    /// Nothing is called in between but the registries and the verifier, so nobody sees a claim settled that is
    /// not proven.
    function _settleRun(
        ClaimItem[] calldata items,
        uint256 first,
        uint256 end
    ) private returns (uint256 settled) {
        Run memory run;
        run.batch = ClaimProof.open(end - first);
        run.indices = new uint256[](end - first);
        for (uint256 i = first; i < end; ++i) {
            uint256 free = _freeMemory();
            _settleItem(items[i], i, run);
            _resetMemory(free);
        }
        settled = run.batch.proofs;
        if (settled == 0) return 0;

        // One proof alone is cheaper under its own verifier: four pairs, and no multiplications of points.
        bool proven =
            settled == 1
                ? ClaimProof.verify(
                    run.verifier,
                    run.batch.inputsAt(0),
                    items[run.indices[0]].proof,
                    SEARCH_GAS
                )
                : run.batch.verifyAll(_BATCH_VERIFIER, circuits.verificationKeyOf(items[first].circuit));
        if (!proven) _refuseRun(items, run, first, end);
    }

    function _settleItem(ClaimItem calldata item, uint256 index, Run memory run) private {
        (SkipReason reason, uint256 detail, Settlement memory settlement) = _examineItem(item);
        if (reason != SkipReason.None) {
            emit ClaimSkipped(item.policyId, item.period, reason, index, detail);
            return;
        }
        Policy storage policy_ = _policies[item.policyId];
        Program storage program_ = _programs[policy_.program];
        run.indices[run.batch.proofs] = index;
        run.verifier = settlement.verifier;
        run.batch.add(_inputs(policy_, program_, item.period, settlement.anchor.root), item.proof);
        _settle(item.policyId, item.period, item.consentId, policy_, program_, settlement);
    }

    /// @dev As `_examine`, and whether the proof was made against what has to be proven now: if not, it is false.
    function _examineItem(
        ClaimItem calldata item
    ) private view returns (SkipReason reason, uint256 detail, Settlement memory settlement) {
        (reason, detail, settlement) = _examine(item.policyId, item.period, item.consentId);
        if (reason != SkipReason.None) return (reason, detail, settlement);
        if (item.circuit != settlement.applied) {
            uint256 applied = uint256(CircuitId.unwrap(settlement.applied));
            return (SkipReason.OtherCircuit, applied, settlement);
        }
        if (item.anchorRoot != settlement.anchor.root) {
            return (SkipReason.OtherRoot, settlement.anchor.root, settlement);
        }
    }

    /// @dev Looks for the false proof as long as there is gas, which there is when somebody asks a node before sending.
    function _refuseRun(ClaimItem[] calldata items, Run memory run, uint256 first, uint256 end) private view {
        for (uint256 i = 0; i < run.batch.proofs && gasleft() > 2 * SEARCH_GAS; ++i) {
            uint256 index = run.indices[i];
            ClaimItem calldata item = items[index];
            if (!ClaimProof.verify(run.verifier, run.batch.inputsAt(i), item.proof, SEARCH_GAS)) {
                revert ClaimsPayout_InvalidProofInBatch(index, item.policyId, item.period);
            }
        }
        revert ClaimsPayout_BatchNotVerified(first, end - 1);
    }

    /// @dev An item's memory is freed after it. Otherwise each item would cost more than the one before, since the
    /// price of memory grows with its square. Everything that outlives an item is below this pointer.
    function _freeMemory() private pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := mload(0x40)
        }
    }

    function _resetMemory(uint256 pointer) private pure {
        assembly ("memory-safe") {
            mstore(0x40, pointer)
        }
    }
}
