// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {HolderAttestation, IClaimsPayout, Policy, Program} from "../interfaces/IClaimsPayout.sol";
import {Epochs} from "../libraries/Epochs.sol";
import {Field} from "../libraries/Field.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {Terms} from "./Terms.sol";
import {CircuitId, PolicyId, ScopeId} from "../types/Ids.sol";
import {ClaimsState} from "./ClaimsState.sol";

/// @title Policies: issued on an attestation, ended, and paid
abstract contract Policies is ClaimsState {
    using Terms for uint256;

    /// @inheritdoc IClaimsPayout
    function issuePolicy(
        HolderAttestation calldata attestation,
        bytes calldata signature
    ) external nonReentrant whenNotPaused returns (PolicyId policyId) {
        Program storage program_ = _program(attestation.program);
        _requireInsurer(attestation.program, program_);
        if (attestation.offerHash != program_.offerHash) {
            revert ClaimsPayout_OtherOffer(attestation.program, program_.offerHash);
        }
        if (attestation.controller == address(0)) revert ClaimsPayout_ZeroAddress();
        _requireValidPayee(attestation.payee);
        if (!Field.isNonZeroElement(attestation.holder)) {
            revert ClaimsPayout_InvalidHolder(attestation.holder);
        }
        bytes32 digest = _useAttestation(attestation, program_, signature);

        policyId = PolicyId.wrap(++policyCount);
        PolicyId previous = _cover(policyId, program_, attestation);

        _policies[policyId] = Policy({
            program: attestation.program,
            firstEpoch: attestation.firstEpoch,
            periods: attestation.periods,
            reserved: attestation.periods,
            owed: 0,
            paid: 0,
            holder: attestation.holder,
            controller: attestation.controller,
            previous: previous,
            payee: attestation.payee
        });
        custody.commit(program_.escrow, uint256(attestation.periods) * program_.benefit);
        emit PolicyIssued(
            policyId,
            attestation.program,
            attestation.controller,
            attestation.holder,
            attestation.payee,
            attestation.firstEpoch,
            attestation.periods,
            digest
        );
    }

    /// @inheritdoc IClaimsPayout
    function endPolicy(PolicyId policyId) external nonReentrant {
        Policy storage policy_ = _policy(policyId);
        Program storage program_ = _programs[policy_.program];
        if (msg.sender != policy_.controller && msg.sender != program_.insurer) {
            revert ClaimsPayout_NotControllerOrInsurer(policyId, msg.sender);
        }

        uint256 first = _startOf(program_, policy_, 0);
        uint256 length = _periodLength(program_);
        uint256 begun = block.timestamp < first ? 0 : (block.timestamp - first) / length + 1;
        if (begun >= policy_.periods) revert ClaimsPayout_NothingToEnd(policyId);

        // `begun` is below `periods`, and so fits 32 bits. What has not begun cannot have been claimed.
        uint32 kept = uint32(begun);
        uint32 freed = policy_.periods - kept;
        policy_.periods = kept;
        policy_.reserved -= freed;
        _uncover(program_.scope, policy_.holder);
        custody.release(program_.escrow, uint256(freed) * program_.benefit);
        emit PolicyEnded(policyId, msg.sender, kept, freed);
    }

    /// @inheritdoc IClaimsPayout
    function setPayee(PolicyId policyId, address payee) external nonReentrant {
        Policy storage policy_ = _policy(policyId);
        if (msg.sender != policy_.controller) revert ClaimsPayout_NotController(policyId, msg.sender);
        _requireValidPayee(payee);
        policy_.payee = payee;
        emit PayeeChanged(policyId, payee);
    }

    /// @inheritdoc IClaimsPayout
    function pay(PolicyId policyId) external nonReentrant returns (uint256 amount) {
        Policy storage policy_ = _policy(policyId);
        Program storage program_ = _programs[policy_.program];
        uint32 periods = policy_.owed;
        if (periods == 0) revert ClaimsPayout_NothingOwed(policyId);

        policy_.owed = 0;
        policy_.paid += periods;
        amount = uint256(periods) * program_.benefit;
        address payee = _payeeOf(policy_);
        emit PolicyPaid(policyId, payee, periods, amount);
        custody.pay(program_.escrow, amount, payee);
    }

    /// @inheritdoc IClaimsPayout
    function policy(PolicyId policyId) external view returns (Policy memory) {
        return _policy(policyId);
    }

    /// @inheritdoc IClaimsPayout
    function coveredUntil(ScopeId scopeId, uint256 holder) external view returns (uint256) {
        return _coverage[scopeId][holder].until;
    }

    /// @inheritdoc IClaimsPayout
    function payeeOf(PolicyId policyId) external view returns (address) {
        return _payeeOf(_policy(policyId));
    }

    /// @inheritdoc IClaimsPayout
    function owedOf(PolicyId policyId) external view returns (uint256) {
        Policy storage policy_ = _policy(policyId);
        return uint256(policy_.owed) * _programs[policy_.program].benefit;
    }

    /// @inheritdoc IClaimsPayout
    function attestationDigest(HolderAttestation calldata attestation) public view returns (bytes32) {
        // All members of the struct are one word each, so encoding the struct encodes its members in order.
        return _hashTypedDataV4(keccak256(abi.encode(ATTESTATION_TYPEHASH, attestation)));
    }

    function _useAttestation(
        HolderAttestation calldata attestation,
        Program storage program_,
        bytes calldata signature
    ) private returns (bytes32 digest) {
        if (block.timestamp > attestation.expiry) {
            revert ClaimsPayout_AttestationExpired(attestation.expiry);
        }
        digest = attestationDigest(attestation);
        if (isAttestationUsed[digest]) revert ClaimsPayout_AttestationUsed(digest);
        address attester = anchors.attesterOf(program_.group);
        // Again, since roles may have changed hands.
        _requireIndependent(program_.insurer, attester);
        if (!Signatures.isValid(attester, digest, signature)) {
            revert ClaimsPayout_InvalidAttestation(digest, attester);
        }
        isAttestationUsed[digest] = true;
    }

    /// @dev Checks the attested run of periods and records it as covered.
    /// @return previous the holder's policy in the scope before this one
    function _cover(
        PolicyId policyId,
        Program storage program_,
        HolderAttestation calldata attestation
    ) private returns (PolicyId previous) {
        if (attestation.periods == 0) revert ClaimsPayout_NoPeriods();
        uint256 terms = program_.terms;
        uint256 epochs = terms.epochsOf();
        uint256 endEpoch = attestation.firstEpoch + uint256(attestation.periods) * epochs;
        // Beyond 32 bits an epoch would run into the terms' next field.
        if (endEpoch - 1 > type(uint32).max) revert ClaimsPayout_EpochOutOfRange(endEpoch - 1);

        uint256 start = Epochs.startOf(terms.offsetOf(), program_.epochSeconds, attestation.firstEpoch);
        uint256 end = Epochs.startOf(terms.offsetOf(), program_.epochSeconds, endEpoch);
        if (Epochs.anchorDay(end) > type(uint32).max) revert ClaimsPayout_EpochOutOfRange(endEpoch - 1);
        if (start <= block.timestamp) revert ClaimsPayout_AlreadyBegun(start);

        // No policy is sold for periods that no circuit would settle.
        uint256 lastStart = Epochs.startOf(terms.offsetOf(), program_.epochSeconds, endEpoch - epochs);
        CircuitId lastCircuit = circuits.inForceAt(program_.circuit, lastStart);
        if (lastCircuit == NO_CIRCUIT) {
            revert ClaimsPayout_CircuitNotInForce(program_.circuit, lastStart);
        }
        _requireNotSuspended(lastCircuit);

        Coverage storage coverage = _coverage[program_.scope][attestation.holder];
        if (start < coverage.until) {
            revert ClaimsPayout_CoverageOverlaps(program_.scope, attestation.holder, start, coverage.until);
        }
        previous = coverage.last;
        // Below 2^32 days (checked above), and so within 64 bits.
        coverage.until = uint64(end);
        coverage.last = policyId;
    }

    /// @dev After a policy was ended: coverage ends with the latest policy that covers anything.
    function _uncover(ScopeId scopeId, uint256 holder) private {
        Coverage storage coverage = _coverage[scopeId][holder];
        PolicyId last = coverage.last;
        while (last != NO_POLICY && _policies[last].periods == 0) last = _policies[last].previous;
        coverage.last = last;
        if (last == NO_POLICY) {
            coverage.until = 0;
        } else {
            Policy storage policy_ = _policies[last];
            coverage.until = uint64(_startOf(_programs[policy_.program], policy_, policy_.periods));
        }
    }

    function _requireValidPayee(address payee) private view {
        if (payee == address(this) || payee == address(custody)) revert ClaimsPayout_InvalidRecipient(payee);
    }

    function _payeeOf(Policy storage policy_) private view returns (address) {
        address payee = policy_.payee;
        return payee == address(0) ? policy_.controller : payee;
    }
}
