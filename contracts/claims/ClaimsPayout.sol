// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Anchor, AssuranceClass, IAnchorRegistry} from "../interfaces/IAnchorRegistry.sol";
import {
    ClaimItem,
    ClaimPreview,
    ClaimWindow,
    HolderAttestation,
    IClaimsPayout,
    PeriodState,
    Policy,
    Program,
    ProgramOffer,
    SkipReason
} from "../interfaces/IClaimsPayout.sol";
import {IConsentRegistry} from "../interfaces/IConsentRegistry.sol";
import {IGroth16BatchVerifier} from "../interfaces/IGroth16BatchVerifier.sol";
import {Groth16Proof} from "../interfaces/IGroth16Verifier.sol";
import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {ClaimProof} from "../verification/ClaimProof.sol";
import {Epochs} from "../libraries/Epochs.sol";
import {Field} from "../libraries/Field.sol";
import {PeriodStates} from "../libraries/PeriodStates.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {Stop, Stops} from "../libraries/Stops.sol";
import {Terms} from "../libraries/Terms.sol";
import {ConsentId, GroupId, PolicyId, ProgramId, ScopeId, CircuitId} from "../types/Ids.sol";

/// @title ClaimsPayout
/// @notice What it does, assumes and cannot do is said in {IClaimsPayout}.
/// @dev The money of a program is `free + committed`; `committed` is the benefit times the periods that its
/// policies have reserved or owed. So a claim moves one period from `reserved` to `owed` in its policy and no
/// amount anywhere, and there is nothing to round.
///
/// Every function that changes state is closed to re-entrance, and writes before it calls out; `fund` alone has
/// to measure first.
contract ClaimsPayout is IClaimsPayout, EIP712, ReentrancyGuardTransient {
    using ClaimProof for ClaimProof.Batch;
    using PeriodStates for mapping(uint256 => uint256);
    using SafeCast for uint256;
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

    /// @dev What a claim depends on besides the policy and its period's state, read once.
    struct Settlement {
        uint256 start;
        uint256 end;
        Anchor anchor;
        uint256 nominalClose;
        CircuitId base;
        CircuitId applied;
        uint64 blockedUntil;
        address verifier;
    }

    /// @dev Claims of one statement in a batch, settled and not verified yet.
    struct Run {
        ClaimProof.Batch batch;
        uint256[] indices;
        address verifier;
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

    /// @dev Gas that a single verification is given in a batch: twice its cost. A malformed proof burns all of it.
    uint256 private constant SEARCH_GAS = 420_000;

    bytes32 public constant ATTESTATION_TYPEHASH = keccak256(
        "HolderAttestation(uint256 program,uint256 holder,address controller,address payee,uint32 firstEpoch,uint32 periods,uint256 nonce,uint256 expiry)"
    );

    CircuitId private constant NO_CIRCUIT = CircuitId.wrap(0);

    /// @inheritdoc IClaimsPayout
    ICircuitRegistry public immutable circuits;
    /// @inheritdoc IClaimsPayout
    IAnchorRegistry public immutable anchors;
    /// @inheritdoc IClaimsPayout
    IConsentRegistry public immutable consents;
    IGroth16BatchVerifier private immutable _BATCH_VERIFIER;
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

    mapping(ScopeId scopeId => Scope) private _scopes;
    mapping(ProgramId programId => Program) private _programs;
    mapping(PolicyId policyId => Policy) private _policies;
    /// @dev See {PeriodStates}.
    mapping(PolicyId policyId => mapping(uint256 index => uint256 word)) private _states;
    /// @dev End of a review or of an arbiter's time; zero in every other state.
    mapping(PolicyId policyId => mapping(uint32 period => uint64)) private _decidableUntil;
    mapping(ScopeId scopeId => mapping(uint256 holder => Coverage)) private _coverage;
    Stop[] private _pauses;

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

    // --- scopes and programs --------------------------------------------------------------------------------

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

    // --- policies -------------------------------------------------------------------------------------------

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

        uint256 reserve = uint256(attestation.periods) * program_.benefit;
        if (reserve > program_.free) {
            revert ClaimsPayout_InsufficientFree(attestation.program, program_.free, reserve);
        }
        // `reserve` is at most `free`, and so fits 128 bits.
        program_.free -= uint128(reserve);
        program_.committed += uint128(reserve);
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

    // --- claims ---------------------------------------------------------------------------------------------

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
    function approveClaim(PolicyId policyId, uint32 period) external nonReentrant {
        (Policy storage policy_, Program storage program_, PeriodState state) = _at(policyId, period);
        if (state != PeriodState.UnderReview && state != PeriodState.Rejected) {
            revert ClaimsPayout_WrongState(policyId, period, state);
        }
        uint64 until = _decidableUntil[policyId][period];
        if (msg.sender != program_.insurer && block.timestamp < until) {
            revert ClaimsPayout_ReviewNotOver(policyId, period, until);
        }
        _credit(policyId, period, policy_);
    }

    /// @inheritdoc IClaimsPayout
    function rejectClaim(PolicyId policyId, uint32 period, string calldata reason) external nonReentrant {
        (Policy storage policy_, Program storage program_, PeriodState state) = _at(policyId, period);
        _requireInsurer(policy_.program, program_);
        _requireDecidable(policyId, period, state, PeriodState.UnderReview);

        uint64 until = uint64(block.timestamp) + program_.arbiterTime;
        _states[policyId].set(period, PeriodState.Rejected);
        _decidableUntil[policyId][period] = until;
        emit ClaimRejected(policyId, period, until, reason);
    }

    /// @inheritdoc IClaimsPayout
    function arbitrate(
        PolicyId policyId,
        uint32 period,
        bool pays,
        string calldata reason
    ) external nonReentrant {
        (Policy storage policy_, Program storage program_, PeriodState state) = _at(policyId, period);
        if (msg.sender != program_.arbiter) revert ClaimsPayout_NotArbiter(policy_.program, msg.sender);
        _requireDecidable(policyId, period, state, PeriodState.Rejected);

        if (pays) {
            _credit(policyId, period, policy_);
        } else {
            _close(policyId, period, policy_, program_, PeriodState.Denied);
            emit ClaimDenied(policyId, period, reason);
        }
    }

    /// @inheritdoc IClaimsPayout
    function releasePeriod(PolicyId policyId, uint32 period) external nonReentrant {
        (Policy storage policy_, Program storage program_, PeriodState state) = _at(policyId, period);
        if (state != PeriodState.Open) revert ClaimsPayout_WrongState(policyId, period, state);
        uint256 from = _windowOf(policy_, program_, period).releasableFrom;
        if (block.timestamp < from) revert ClaimsPayout_NotReleasableYet(policyId, period, from);

        _close(policyId, period, policy_, program_, PeriodState.Released);
        emit PeriodReleased(policyId, period);
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
        // Part of `committed` since the policy was issued, and so within 128 bits.
        program_.committed -= uint128(amount);
        address payee = _payeeOf(policy_);
        emit PolicyPaid(policyId, payee, periods, amount);
        _send(program_.token, payee, amount);
    }

    // --- stops ----------------------------------------------------------------------------------------------

    /// @inheritdoc IClaimsPayout
    function pause(string calldata reason) external nonReentrant onlyPauser {
        uint64 running = _pauses.runningUntil();
        if (running != 0) revert ClaimsPayout_AlreadyPaused(running);
        uint64 last = _pauses.lastEnd();
        if (last != 0 && block.timestamp < last + pauseCooldown) {
            revert ClaimsPayout_CoolingDown(uint64(last + pauseCooldown));
        }
        uint64 until = _pauses.begin(PAUSE_TIME);
        emit Paused(until, reason);
    }

    /// @inheritdoc IClaimsPayout
    function endPause() external nonReentrant onlyPauser {
        if (_pauses.runningUntil() == 0) revert ClaimsPayout_NotPaused();
        _pauses.setEnd(uint64(block.timestamp));
        emit PauseEnded();
    }

    /// @inheritdoc IClaimsPayout
    function nominatePauser(address nominee) external nonReentrant onlyPauser {
        pendingPauser = nominee;
        emit PauserNominated(pauser, nominee);
    }

    /// @inheritdoc IClaimsPayout
    function acceptPauser() external nonReentrant {
        if (msg.sender != pendingPauser) revert ClaimsPayout_NotNominee(msg.sender, pendingPauser);
        emit PauserChanged(pauser, msg.sender);
        pauser = msg.sender;
        delete pendingPauser;
    }

    // --- views ----------------------------------------------------------------------------------------------

    /// @inheritdoc IClaimsPayout
    function pausedUntil() external view returns (uint64) {
        return _pauses.runningUntil();
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

    /// @inheritdoc IClaimsPayout
    function policy(PolicyId policyId) external view returns (Policy memory) {
        return _policy(policyId);
    }

    /// @inheritdoc IClaimsPayout
    function periodOf(
        PolicyId policyId,
        uint32 period
    ) external view returns (PeriodState state, uint64 until) {
        (, , state) = _at(policyId, period);
        until = _decidableUntil[policyId][period];
    }

    /// @inheritdoc IClaimsPayout
    function periodTimes(
        PolicyId policyId,
        uint32 period
    ) external view returns (uint256 start, uint256 end) {
        (Policy storage policy_, Program storage program_, ) = _at(policyId, period);
        start = _startOf(program_, policy_, period);
        end = start + _periodLength(program_);
    }

    /// @inheritdoc IClaimsPayout
    function anchorDayOf(PolicyId policyId, uint32 period) external view returns (uint32) {
        (Policy storage policy_, Program storage program_, ) = _at(policyId, period);
        return _anchorDay(_startOf(program_, policy_, period) + _periodLength(program_));
    }

    /// @inheritdoc IClaimsPayout
    function windowOf(PolicyId policyId, uint32 period) external view returns (ClaimWindow memory) {
        (Policy storage policy_, Program storage program_, ) = _at(policyId, period);
        return _windowOf(policy_, program_, period);
    }

    /// @inheritdoc IClaimsPayout
    function claimInputs(
        PolicyId policyId,
        uint32 period
    ) external view returns (uint256 holder, uint256 anchorRoot, uint256 terms, uint256 scopeElement_) {
        (Policy storage policy_, Program storage program_, ) = _at(policyId, period);
        uint256 root = _settlementOf(policy_, program_, period).anchor.root;
        ClaimProof.Inputs memory inputs = _inputs(policy_, program_, period, root);
        return (inputs.holder, inputs.anchorRoot, inputs.terms, inputs.scope);
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
    function scopeElement(ScopeId scopeId) public view returns (uint256) {
        uint256 number = ScopeId.unwrap(scopeId);
        return
            uint256(keccak256(abi.encode("vitalproof/scope/1", block.chainid, address(this), number))) %
            Field.MODULUS;
    }

    /// @inheritdoc IClaimsPayout
    function attestationDigest(HolderAttestation calldata attestation) public view returns (bytes32) {
        // All members of the struct are one word each, so encoding the struct encodes its members in order.
        return _hashTypedDataV4(keccak256(abi.encode(ATTESTATION_TYPEHASH, attestation)));
    }

    // --- claiming -------------------------------------------------------------------------------------------

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
            uint256 closes = _closeWithStops(settlement);
            if (block.timestamp >= closes) return (SkipReason.WindowClosed, closes, settlement);
        }
        if (settlement.blockedUntil != 0) {
            return (SkipReason.CircuitBlocked, settlement.blockedUntil, settlement);
        }
        bool consented = consents.isActive(
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

    /// @dev Memory that an item needs is given back after it: otherwise each item would cost more than the one before,
    /// since memory's price grows with its square. What outlives an item lies below this pointer.
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

    /// @dev The public inputs: all derived here, none chosen by the claimant.
    function _inputs(
        Policy storage policy_,
        Program storage program_,
        uint32 period,
        uint256 root
    ) private view returns (ClaimProof.Inputs memory) {
        uint256 terms = program_.terms;
        uint256 epoch = policy_.firstEpoch + uint256(period) * terms.epochsOf();
        return
            ClaimProof.Inputs({
                holder: policy_.holder,
                anchorRoot: root,
                terms: terms.forPeriod(epoch),
                scope: scopeElement(program_.scope)
            });
    }

    function _settlementOf(
        Policy storage policy_,
        Program storage program_,
        uint32 period
    ) private view returns (Settlement memory settlement) {
        settlement.start = _startOf(program_, policy_, period);
        settlement.end = settlement.start + _periodLength(program_);
        settlement.anchor = anchors.anchorOf(program_.group, _anchorDay(settlement.end));
        if (settlement.anchor.root == 0) return settlement;

        settlement.nominalClose = uint256(settlement.anchor.writtenAt) + program_.claimWindow;
        (settlement.base, settlement.applied, settlement.blockedUntil, settlement.verifier) = circuits
            .settling(program_.circuit, settlement.start, settlement.nominalClose);
    }

    /// @dev `max(close, end of the last stop that began before it + RESUME_TIME)`, repeated until nothing moves:
    /// a stop may fall into the time that another one added. The cool-downs (constructor) let each kind of stop
    /// count once, so this ends after four rounds at most (five where a forgery was exposed).
    function _closeWithStops(Settlement memory settlement) private view returns (uint256 closes) {
        closes = settlement.nominalClose;
        while (true) {
            uint256 end = _pauses.lastBefore(closes).end;
            end = _laterSuspension(end, settlement.base, closes);
            if (settlement.applied != settlement.base) {
                end = _laterSuspension(end, settlement.applied, closes);
            }
            if (end == 0 || end + RESUME_TIME <= closes) return closes;
            closes = end + RESUME_TIME;
        }
    }

    function _laterSuspension(uint256 end, CircuitId id, uint256 before) private view returns (uint256) {
        (, uint64 suspensionEnd) = circuits.lastSuspensionBefore(id, before);
        return suspensionEnd > end ? suspensionEnd : end;
    }

    function _windowOf(
        Policy storage policy_,
        Program storage program_,
        uint32 period
    ) private view returns (ClaimWindow memory window) {
        Settlement memory settlement = _settlementOf(policy_, program_, period);
        // As long as the day can still be written, its period can still become claimable.
        if (!settlement.anchor.corrected) {
            (, , uint256 until) = anchors.anchorWindow(program_.group, _anchorDay(settlement.end));
            window.releasableFrom = until + 1;
        }

        // All zero while there is no anchor.
        window.openedAt = settlement.anchor.writtenAt;
        window.closesAt =
            settlement.base == NO_CIRCUIT ? settlement.nominalClose : _closeWithStops(settlement);
        window.circuit = settlement.applied;
        if (window.closesAt > window.releasableFrom) window.releasableFrom = window.closesAt;
    }

    /// @dev The benefit of a reviewed claim becomes owed.
    function _credit(PolicyId policyId, uint32 period, Policy storage policy_) private {
        _states[policyId].set(period, PeriodState.Credited);
        delete _decidableUntil[policyId][period];
        policy_.reserved -= 1;
        policy_.owed += 1;
        emit ClaimCredited(policyId, period, msg.sender);
    }

    /// @dev The benefit of a period that will not be paid becomes free.
    function _close(
        PolicyId policyId,
        uint32 period,
        Policy storage policy_,
        Program storage program_,
        PeriodState state
    ) private {
        _states[policyId].set(period, state);
        delete _decidableUntil[policyId][period];
        policy_.reserved -= 1;
        _free(program_, program_.benefit);
    }

    // --- money ----------------------------------------------------------------------------------------------

    function _free(Program storage program_, uint128 amount) private {
        program_.committed -= amount;
        program_.free += amount;
    }

    /// @dev The last step of whoever calls it: the ledgers are written already. A transfer counts only if exactly
    /// `amount` left this contract; otherwise other programs of the token would pay the difference, or a payment
    /// would be booked that never happened.
    function _send(IERC20 token, address to, uint256 amount) private {
        accountedIn[token] -= amount;
        uint256 before = token.balanceOf(address(this));
        token.safeTransfer(to, amount);
        uint256 balance = token.balanceOf(address(this));
        if (balance + amount != before) {
            revert ClaimsPayout_UnexpectedTransfer(token, amount, before > balance ? before - balance : 0);
        }
    }

    function _payeeOf(Policy storage policy_) private view returns (address) {
        address payee = policy_.payee;
        return payee == address(0) ? policy_.controller : payee;
    }

    // --- issuing --------------------------------------------------------------------------------------------

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

    // --- looking up and requiring ---------------------------------------------------------------------------

    function _startOf(
        Program storage program_,
        Policy storage policy_,
        uint256 period
    ) private view returns (uint256) {
        uint256 terms = program_.terms;
        uint256 epoch = policy_.firstEpoch + period * terms.epochsOf();
        return Epochs.startOf(terms.offsetOf(), program_.epochSeconds, epoch);
    }

    function _periodLength(Program storage program_) private view returns (uint256) {
        return program_.terms.epochsOf() * program_.epochSeconds;
    }

    /// @dev Issuing has checked that the last period's day fits.
    function _anchorDay(uint256 end) private pure returns (uint32) {
        return uint32(Epochs.anchorDay(end));
    }

    function _scope(ScopeId scopeId) private view returns (Scope storage scope_) {
        scope_ = _scopes[scopeId];
        if (scope_.creator == address(0)) revert ClaimsPayout_UnknownScope(scopeId);
    }

    function _program(ProgramId programId) private view returns (Program storage program_) {
        program_ = _programs[programId];
        if (program_.insurer == address(0)) revert ClaimsPayout_UnknownProgram(programId);
    }

    function _policy(PolicyId policyId) private view returns (Policy storage policy_) {
        policy_ = _policies[policyId];
        if (policy_.controller == address(0)) revert ClaimsPayout_UnknownPolicy(policyId);
    }

    function _at(
        PolicyId policyId,
        uint32 period
    ) private view returns (Policy storage policy_, Program storage program_, PeriodState state) {
        policy_ = _policy(policyId);
        if (period >= policy_.periods) revert ClaimsPayout_UnknownPeriod(policyId, period);
        program_ = _programs[policy_.program];
        state = _states[policyId].get(period);
    }

    function _requireInsurer(ProgramId programId, Program storage program_) private view {
        if (msg.sender != program_.insurer) revert ClaimsPayout_NotInsurer(programId, msg.sender);
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

    function _requireDecidable(
        PolicyId policyId,
        uint32 period,
        PeriodState state,
        PeriodState needed
    ) private view {
        if (state != needed) revert ClaimsPayout_WrongState(policyId, period, state);
        uint64 until = _decidableUntil[policyId][period];
        if (block.timestamp >= until) revert ClaimsPayout_ReviewOver(policyId, period, until);
    }

    function _requireNotPaused() private view {
        uint64 until = _pauses.runningUntil();
        if (until != 0) revert ClaimsPayout_IsPaused(until);
    }

    function _requirePauser() private view {
        if (msg.sender != pauser) revert ClaimsPayout_NotPauser(msg.sender);
    }

    function _requireContract(address account) private view {
        if (account.code.length == 0) revert ClaimsPayout_NotAContract(account);
    }
}
