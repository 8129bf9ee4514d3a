// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IAnchorRegistry} from "../interfaces/IAnchorRegistry.sol";
import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {IClaimsPayout, PeriodState, Policy, Program} from "../interfaces/IClaimsPayout.sol";
import {IConsentRegistry} from "../interfaces/IConsentRegistry.sol";
import {IGroth16BatchVerifier} from "../interfaces/IGroth16BatchVerifier.sol";
import {Epochs} from "../libraries/Epochs.sol";
import {Field} from "../libraries/Field.sol";
import {PeriodStates} from "../libraries/PeriodStates.sol";
import {Stop, Stops} from "../libraries/Stops.sol";
import {Terms} from "../libraries/Terms.sol";
import {CircuitId, GroupId, PolicyId, ProgramId, ScopeId} from "../types/Ids.sol";

/// @title What all parts of {ClaimsPayout} share: storage, roles, looking up, and sending money
/// @dev The money of a program is `free + committed`; `committed` is the benefit times the periods that its
/// policies have reserved or owed. So a claim moves one period from `reserved` to `owed` in its policy and no
/// amount anywhere, and there is nothing to round.
///
/// Every function that changes state is closed to re-entrance, and writes before it calls out; `fund` alone has
/// to measure first.
abstract contract ClaimsState is IClaimsPayout, EIP712, ReentrancyGuardTransient {
    using PeriodStates for mapping(uint256 => uint256);
    using SafeERC20 for IERC20;
    using Stops for Stop[];
    using Terms for uint256;

    struct Scope {
        address creator;
        GroupId group;
    }

    /// @dev Coverage of one holder in one scope: `until` is where `last`, the policy issued last, ends;
    /// `before` is where coverage ended without it.
    struct Coverage {
        uint64 until;
        uint64 before;
        PolicyId last;
    }

    /// @notice Longest duration of one pause.
    uint256 public constant PAUSE_TIME = 3 days;
    /// @notice How long a claim window stays open after a stop that touched it.
    uint256 public constant RESUME_TIME = 3 days;
    /// @notice Limits of what a program can set, so that nobody is given a window that cannot be met, and no
    /// reserve waits for ever.
    uint256 public constant MIN_CLAIM_WINDOW = 1 days;
    uint256 public constant MAX_CLAIM_WINDOW = 365 days;
    uint256 public constant MAX_REVIEW_TIME = 60 days;
    uint256 public constant MIN_ARBITER_TIME = 1 days;
    uint256 public constant MAX_ARBITER_TIME = 180 days;

    bytes32 public constant ATTESTATION_TYPEHASH = keccak256(
        "HolderAttestation(uint256 program,uint256 holder,address controller,address payee,uint32 firstEpoch,uint32 periods,uint256 nonce,uint256 expiry)"
    );

    CircuitId internal constant NO_CIRCUIT = CircuitId.wrap(0);

    /// @inheritdoc IClaimsPayout
    ICircuitRegistry public immutable circuits;
    /// @inheritdoc IClaimsPayout
    IAnchorRegistry public immutable anchors;
    /// @inheritdoc IClaimsPayout
    IConsentRegistry public immutable consents;
    IGroth16BatchVerifier internal immutable _BATCH_VERIFIER;
    /// @inheritdoc IClaimsPayout
    uint256 public immutable pauseCooldown;
    /// @inheritdoc IClaimsPayout
    bytes32 public immutable claimPurpose;

    /// @inheritdoc IClaimsPayout
    address public pauser;
    /// @inheritdoc IClaimsPayout
    address public pendingPauser;
    /// @inheritdoc IClaimsPayout
    uint64 public scopeCount;
    /// @inheritdoc IClaimsPayout
    uint64 public programCount;
    /// @inheritdoc IClaimsPayout
    uint64 public policyCount;

    /// @inheritdoc IClaimsPayout
    mapping(IERC20 token => uint256 amount) public accountedIn;
    /// @inheritdoc IClaimsPayout
    mapping(bytes32 digest => bool) public isAttestationUsed;
    /// @inheritdoc IClaimsPayout
    mapping(ScopeId scopeId => mapping(address insurer => bool)) public isScopeMember;

    mapping(ScopeId scopeId => Scope) internal _scopes;
    mapping(ProgramId programId => Program) internal _programs;
    mapping(PolicyId policyId => Policy) internal _policies;
    /// @dev See {PeriodStates}.
    mapping(PolicyId policyId => mapping(uint256 index => uint256 word)) internal _states;
    /// @dev End of a review or of an arbiter's time; zero in every other state.
    mapping(PolicyId policyId => mapping(uint32 period => uint64)) internal _decidableUntil;
    mapping(ScopeId scopeId => mapping(uint256 holder => Coverage)) internal _coverage;
    Stop[] internal _pauses;

    modifier whenNotPaused() {
        _requireNotPaused();
        _;
    }

    modifier onlyPauser() {
        _requirePauser();
        _;
    }

    constructor(
        ICircuitRegistry circuits_,
        IAnchorRegistry anchors_,
        IConsentRegistry consents_,
        address pauser_
    ) EIP712("Vitalproof Claims", "1") {
        _requireContract(address(circuits_));
        _requireContract(address(anchors_));
        _requireContract(address(consents_));
        if (pauser_ == address(0)) revert ClaimsPayout_ZeroAddress();

        // A window can be touched by pauses, by suspensions of its circuit and by suspensions of the successor.
        // Each cool-down outlasts what the other two kinds can add after a stop, so none comes twice in the life
        // of one window, and every window ends with at least RESUME_TIME without any stop.
        uint256 suspension = circuits_.suspensionTime();
        uint256 needed = 3 * RESUME_TIME + PAUSE_TIME + suspension;
        uint256 cooldown = circuits_.suspensionCooldown();
        if (cooldown < needed) revert ClaimsPayout_SuspensionCooldownTooShort(cooldown, needed);
        pauseCooldown = 3 * RESUME_TIME + 2 * suspension;

        circuits = circuits_;
        anchors = anchors_;
        consents = consents_;
        _BATCH_VERIFIER = circuits_.batchVerifier();
        claimPurpose = keccak256(abi.encode("vitalproof/purpose/claim/1", address(this)));
        pauser = pauser_;
        emit PauserChanged(address(0), pauser_);
    }

    /// @inheritdoc IClaimsPayout
    function scopeElement(ScopeId scopeId) public view returns (uint256) {
        uint256 number = ScopeId.unwrap(scopeId);
        return
            uint256(keccak256(abi.encode("vitalproof/scope/1", block.chainid, address(this), number))) %
            Field.MODULUS;
    }

    function _free(Program storage program_, uint128 amount) internal {
        program_.committed -= amount;
        program_.free += amount;
    }

    /// @dev The last step of whoever calls it: the ledgers are written already. A transfer counts only if exactly
    /// `amount` left this contract; otherwise other programs of the token would pay the difference, or a payment
    /// would be booked that never happened.
    function _send(IERC20 token, address to, uint256 amount) internal {
        accountedIn[token] -= amount;
        uint256 before = token.balanceOf(address(this));
        token.safeTransfer(to, amount);
        uint256 balance = token.balanceOf(address(this));
        if (balance + amount != before) {
            revert ClaimsPayout_UnexpectedTransfer(token, amount, before > balance ? before - balance : 0);
        }
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

    function _scope(ScopeId scopeId) internal view returns (Scope storage scope_) {
        scope_ = _scopes[scopeId];
        if (scope_.creator == address(0)) revert ClaimsPayout_UnknownScope(scopeId);
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

    function _requireNotPaused() internal view {
        uint64 until = _pauses.runningUntil();
        if (until != 0) revert ClaimsPayout_IsPaused(until);
    }

    function _requirePauser() internal view {
        if (msg.sender != pauser) revert ClaimsPayout_NotPauser(msg.sender);
    }

    function _requireContract(address account) internal view {
        if (account.code.length == 0) revert ClaimsPayout_NotAContract(account);
    }
}
