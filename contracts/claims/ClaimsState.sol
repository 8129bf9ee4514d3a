// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IAnchorRegistry} from "../interfaces/IAnchorRegistry.sol";
import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {IClaimsPayout, PeriodState, Policy, Program} from "../interfaces/IClaimsPayout.sol";
import {IClaimTerms} from "../interfaces/IClaimTerms.sol";
import {IConsentRegistry} from "../interfaces/IConsentRegistry.sol";
import {IConsentSource} from "../interfaces/IConsentSource.sol";
import {ICustody} from "../interfaces/ICustody.sol";
import {IGroth16BatchVerifier} from "../interfaces/IGroth16BatchVerifier.sol";
import {IPauseRegistry} from "../interfaces/IPauseRegistry.sol";
import {IScopeRegistry} from "../interfaces/IScopeRegistry.sol";
import {Epochs} from "../libraries/Epochs.sol";
import {PeriodStates} from "./PeriodStates.sol";
import {Terms} from "./Terms.sol";
import {CircuitId, PolicyId, ProgramId, ScopeId} from "../types/Ids.sol";
import {ClaimTerms} from "./ClaimTerms.sol";

/// @title What the other parts of {ClaimsPayout} share: storage and looking up
/// @dev Every function that changes state is closed to re-entrance, and writes before it calls out. What it calls before
/// that are registries.
abstract contract ClaimsState is IClaimsPayout, ReentrancyGuardTransient, EIP712 {
    using PeriodStates for mapping(uint256 => uint256);
    using Terms for uint256;

    /// @dev Coverage of one holder in one scope: the latest policy that covers anything, and where it ends.
    struct Coverage {
        uint64 until;
        PolicyId last;
    }

    /// @notice Limits of what a program can set, so that every window can be met and no reserve waits
    /// indefinitely.
    uint256 public constant MIN_CLAIM_WINDOW = 1 days;
    uint256 public constant MAX_CLAIM_WINDOW = 365 days;
    uint256 public constant MAX_REVIEW_TIME = 60 days;
    uint256 public constant MIN_ARBITER_TIME = 1 days;
    uint256 public constant MAX_ARBITER_TIME = 180 days;

    bytes32 public constant ATTESTATION_TYPEHASH = keccak256(
        "HolderAttestation(uint256 program,bytes32 offerHash,uint256 holder,address controller,address payee,uint32 firstEpoch,uint32 periods,uint256 nonce,uint256 expiry)"
    );

    CircuitId internal constant NO_CIRCUIT = CircuitId.wrap(0);
    PolicyId internal constant NO_POLICY = PolicyId.wrap(0);

    /// @inheritdoc IClaimsPayout
    IPauseRegistry public immutable pauses;
    /// @inheritdoc IClaimsPayout
    ICustody public immutable custody;
    /// @inheritdoc IClaimsPayout
    ICircuitRegistry public immutable circuits;
    /// @inheritdoc IClaimsPayout
    IScopeRegistry public immutable scopes;
    /// @inheritdoc IClaimsPayout
    IAnchorRegistry public immutable anchors;
    /// @inheritdoc IClaimsPayout
    IConsentRegistry public immutable consents;
    /// @inheritdoc IClaimsPayout
    IConsentSource public immutable ledger;
    /// @inheritdoc IClaimsPayout
    IClaimTerms public immutable claimTerms;
    IGroth16BatchVerifier internal immutable _BATCH_VERIFIER;
    uint256 internal immutable _REOPEN_TIME;
    /// @inheritdoc IClaimsPayout
    bytes32 public immutable claimPurpose;

    /// @inheritdoc IClaimsPayout
    uint64 public programCount;
    /// @inheritdoc IClaimsPayout
    uint64 public policyCount;

    /// @inheritdoc IClaimsPayout
    mapping(bytes32 digest => bool) public isAttestationUsed;

    mapping(ProgramId programId => Program) internal _programs;
    mapping(PolicyId policyId => Policy) internal _policies;
    /// @dev See {PeriodStates}.
    mapping(PolicyId policyId => mapping(uint256 index => uint256 word)) internal _states;
    /// @dev End of a review or of an arbiter's time; zero in every other state.
    mapping(PolicyId policyId => mapping(uint32 period => uint64)) internal _decidableUntil;
    mapping(ScopeId scopeId => mapping(uint256 holder => Coverage)) internal _coverage;

    modifier whenNotPaused() {
        _requireNotPaused();
        _;
    }

    constructor(
        IPauseRegistry pauses_,
        IScopeRegistry scopes_,
        IConsentRegistry consents_,
        IConsentSource ledger_,
        ICustody custody_
    ) EIP712("Vitalproof Claims", "1") {
        _requireContract(address(pauses_));
        _requireContract(address(scopes_));
        _requireContract(address(consents_));
        _requireContract(address(ledger_));
        _requireContract(address(custody_));
        pauses = pauses_;
        custody = custody_;
        // Those whose suspensions the cool-downs of pauses were computed for.
        circuits = pauses_.circuits();
        scopes = scopes_;
        // Those that the scopes' groups are in.
        anchors = scopes_.anchors();
        consents = consents_;
        ledger = ledger_;
        claimTerms = new ClaimTerms();
        _BATCH_VERIFIER = circuits.batchVerifier();
        _REOPEN_TIME = pauses_.reopenTime();
        claimPurpose = keccak256(abi.encode("vitalproof/purpose/claim/1", address(this)));
    }

    function _startOf(
        Program storage program_,
        Policy storage policy_,
        uint256 period
    ) internal view returns (uint256) {
        uint256 terms = program_.terms;
        uint256 epoch = policy_.firstEpoch + period * terms.epochsOf();
        return Epochs.startOf(terms.offsetOf(), program_.epochSeconds, epoch);
    }

    function _periodLength(Program storage program_) internal view returns (uint256) {
        return program_.terms.epochsOf() * program_.epochSeconds;
    }

    /// @dev Issuing has checked that the last period's day fits.
    function _anchorDay(uint256 end) internal pure returns (uint32) {
        return uint32(Epochs.anchorDay(end));
    }

    function _program(ProgramId programId) internal view returns (Program storage program_) {
        program_ = _programs[programId];
        if (program_.insurer == address(0)) revert ClaimsPayout_UnknownProgram(programId);
    }

    function _policy(PolicyId policyId) internal view returns (Policy storage policy_) {
        policy_ = _policies[policyId];
        if (policy_.controller == address(0)) revert ClaimsPayout_UnknownPolicy(policyId);
    }

    function _at(
        PolicyId policyId,
        uint32 period
    ) internal view returns (Policy storage policy_, Program storage program_, PeriodState state) {
        policy_ = _policy(policyId);
        if (period >= policy_.periods) revert ClaimsPayout_UnknownPeriod(policyId, period);
        program_ = _programs[policy_.program];
        state = _states[policyId].get(period);
    }

    function _requireInsurer(ProgramId programId, Program storage program_) internal view {
        if (msg.sender != program_.insurer) revert ClaimsPayout_NotInsurer(programId, msg.sender);
    }

    /// @dev Those who can stop or replace circuits, stop claims or write anchors must not profit from unclaimed benefits.
    function _requireIndependent(address insurer, address attester) internal view {
        if (insurer == attester || insurer == pauses.pauser() || circuits.isInCharge(insurer)) {
            revert ClaimsPayout_InsurerGoverns(insurer);
        }
    }

    /// @dev Nothing is sold under a circuit that is suspended.
    function _requireNotSuspended(CircuitId circuitId) internal view {
        (, uint64 end) = circuits.lastSuspensionBefore(circuitId, block.timestamp + 1);
        if (end > block.timestamp) revert ClaimsPayout_CircuitBlocked(circuitId, end);
    }

    function _requireNotPaused() private view {
        uint64 until = pauses.pausedUntil();
        if (until != 0) revert ClaimsPayout_IsPaused(until);
    }

    function _requireContract(address account) internal view {
        if (account.code.length == 0) revert ClaimsPayout_NotAContract(account);
    }
}
