// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {HolderAttestation, IClaimsPayout, Policy, Program} from "../interfaces/IClaimsPayout.sol";
import {Epochs} from "../libraries/Epochs.sol";
import {Field} from "../libraries/Field.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {Terms} from "./Terms.sol";
import {GroupId, PolicyId, ScopeId} from "../types/Ids.sol";
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
        if (attestation.controller == address(0)) revert ClaimsPayout_ZeroAddress();
        if (attestation.payee == address(this)) revert ClaimsPayout_InvalidRecipient(attestation.payee);
        if (!Field.isNonZeroElement(attestation.holder)) {
            revert ClaimsPayout_InvalidHolder(attestation.holder);
        }
        bytes32 digest = _useAttestation(attestation, program_.group, signature);

        policyId = PolicyId.wrap(++policyCount);
        _cover(policyId, program_, attestation);

        _commit(attestation.program, program_, uint256(attestation.periods) * program_.benefit);
        _policies[policyId] = Policy({
            program: attestation.program,
            firstEpoch: attestation.firstEpoch,
            periods: attestation.periods,
            reserved: attestation.periods,
            owed: 0,
            paid: 0,
            holder: attestation.holder,
            controller: attestation.controller,
            payee: attestation.payee
        });
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
        _free(program_, uint128(uint256(freed) * program_.benefit));

        Coverage storage coverage = _coverage[program_.scope][policy_.holder];
        if (coverage.last == policyId) {
            coverage.until = kept == 0 ? coverage.before : uint64(first + begun * length);
        }
        emit PolicyEnded(policyId, msg.sender, kept, freed);
    }

    /// @inheritdoc IClaimsPayout
    function setPayee(PolicyId policyId, address payee) external nonReentrant {
        Policy storage policy_ = _policy(policyId);
        if (msg.sender != policy_.controller) revert ClaimsPayout_NotController(policyId, msg.sender);
        if (payee == address(this)) revert ClaimsPayout_InvalidRecipient(payee);
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
        _takeCommitted(program_, amount);
        address payee = _payeeOf(policy_);
        emit PolicyPaid(policyId, payee, periods, amount);
        _send(program_.token, payee, amount);
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
        GroupId groupId,
        bytes calldata signature
    ) private returns (bytes32 digest) {
        if (block.timestamp > attestation.expiry) {
            revert ClaimsPayout_AttestationExpired(attestation.expiry);
        }
        digest = attestationDigest(attestation);
        if (isAttestationUsed[digest]) revert ClaimsPayout_AttestationUsed(digest);
        address attester = anchors.attesterOf(groupId);
        if (!Signatures.isValid(attester, digest, signature)) {
            revert ClaimsPayout_InvalidAttestation(digest, attester);
        }
        isAttestationUsed[digest] = true;
    }

    /// @dev Checks the attested run of periods and records it as covered.
    function _cover(
        PolicyId policyId,
        Program storage program_,
        HolderAttestation calldata attestation
    ) private {
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
        if (circuits.inForceAt(program_.circuit, lastStart) == NO_CIRCUIT) {
            revert ClaimsPayout_CircuitNotInForce(program_.circuit, lastStart);
        }

        Coverage storage coverage = _coverage[program_.scope][attestation.holder];
        uint64 before = coverage.until;
        if (start < before) {
            revert ClaimsPayout_CoverageOverlaps(program_.scope, attestation.holder, start, before);
        }
        // Below 2^32 days (checked above), and so within 64 bits.
        coverage.until = uint64(end);
        coverage.before = before;
        coverage.last = policyId;
    }

    function _payeeOf(Policy storage policy_) private view returns (address) {
        address payee = policy_.payee;
        return payee == address(0) ? policy_.controller : payee;
    }
}
