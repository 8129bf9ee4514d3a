// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16BatchVerifier} from "./interfaces/IGroth16BatchVerifier.sol";
import {Groth16Proof} from "./interfaces/IGroth16Verifier.sol";
import {
    IStatementRegistry,
    KeyKind,
    Statement,
    StatementProposal,
    StatementRegistryConfig
} from "./interfaces/IStatementRegistry.sol";
import {ClaimProof} from "./libraries/ClaimProof.sol";
import {Stop, Stops} from "./libraries/Stops.sol";
import {Terms} from "./libraries/Terms.sol";
import {VerificationKeys} from "./libraries/VerificationKeys.sol";
import {StatementId} from "./types/Ids.sol";

/// @title StatementRegistry
/// @notice What it does, assumes and cannot do is said in {IStatementRegistry}.
contract StatementRegistry is IStatementRegistry {
    using ClaimProof for ClaimProof.Batch;
    using Stops for Stop[];
    using Terms for uint256;

    struct Proposal {
        bytes32 hash;
        uint64 addableFrom;
    }

    StatementId private constant NONE = StatementId.wrap(0);
    uint256 private constant MAX_NAME_LENGTH = 64;
    /// @dev Keeps every time computed here far inside uint64 and every freeze within human reach.
    uint32 private constant MAX_TIME = 3 * 365 days;

    /// @inheritdoc IStatementRegistry
    uint32 public immutable delay;
    /// @inheritdoc IStatementRegistry
    uint32 public immutable suspensionTime;
    /// @inheritdoc IStatementRegistry
    uint32 public immutable suspensionCooldown;
    /// @inheritdoc IStatementRegistry
    bool public immutable allowsDevelopmentKeys;
    /// @inheritdoc IStatementRegistry
    IGroth16BatchVerifier public immutable batchVerifier;

    /// @inheritdoc IStatementRegistry
    address public governor;
    /// @inheritdoc IStatementRegistry
    address public pendingGovernor;
    /// @inheritdoc IStatementRegistry
    address public guardian;
    /// @inheritdoc IStatementRegistry
    address public pendingGuardian;

    /// @inheritdoc IStatementRegistry
    mapping(bytes32 hash => bool) public isKnownDevelopmentHash;

    mapping(StatementId id => Statement) private _statements;
    mapping(StatementId id => Stop[]) private _suspensions;
    mapping(StatementId id => Proposal) private _proposals;

    modifier onlyGovernor() {
        if (msg.sender != governor) revert StatementRegistry_NotGovernor(msg.sender);
        _;
    }

    modifier onlyGuardian() {
        if (msg.sender != guardian) revert StatementRegistry_NotGuardian(msg.sender);
        _;
    }

    constructor(StatementRegistryConfig memory config) {
        if (config.governor == address(0) || config.guardian == address(0)) {
            revert StatementRegistry_ZeroAddress();
        }
        // A suspension outlasts the delay, so that a successor can be added before it ends.
        bool timesFit =
            config.delay != 0 &&
                config.suspensionTime >= config.delay &&
                config.suspensionCooldown >= config.suspensionTime &&
                config.suspensionCooldown <= MAX_TIME;
        if (!timesFit) {
            revert StatementRegistry_InvalidTimes(
                config.delay,
                config.suspensionTime,
                config.suspensionCooldown
            );
        }
        if (config.allowDevelopmentKeys && !_isDevelopmentChain(block.chainid)) {
            revert StatementRegistry_DevelopmentKeysNotAllowedOnChain(block.chainid);
        }
        if (address(config.batchVerifier).code.length == 0) {
            revert StatementRegistry_NotAContract(address(config.batchVerifier));
        }
        batchVerifier = config.batchVerifier;
        delay = config.delay;
        suspensionTime = config.suspensionTime;
        suspensionCooldown = config.suspensionCooldown;
        allowsDevelopmentKeys = config.allowDevelopmentKeys;

        governor = config.governor;
        guardian = config.guardian;
        emit GovernorChanged(address(0), config.governor);
        emit GuardianChanged(address(0), config.guardian);

        for (uint256 i = 0; i < config.developmentKeyHashes.length; ++i) {
            isKnownDevelopmentHash[config.developmentKeyHashes[i]] = true;
        }
        for (uint256 i = 0; i < config.developmentCodeHashes.length; ++i) {
            isKnownDevelopmentHash[config.developmentCodeHashes[i]] = true;
        }
        for (uint256 i = 0; i < config.genesis.length; ++i) {
            StatementId id = _idOf(config.genesis[i].name, config.genesis[i].version);
            _validate(id, config.genesis[i]);
            _add(id, config.genesis[i]);
        }
    }

    // --- statements -----------------------------------------------------------------------------------------

    /// @inheritdoc IStatementRegistry
    function propose(StatementProposal calldata proposal) external onlyGovernor returns (StatementId id) {
        id = _idOf(proposal.name, proposal.version);
        if (_proposals[id].hash != 0) revert StatementRegistry_AlreadyProposed(id);
        _validate(id, proposal);
        uint64 addableFrom = uint64(block.timestamp) + delay;
        _proposals[id] = Proposal(keccak256(abi.encode(proposal)), addableFrom);
        emit StatementProposed(id, proposal, addableFrom);
    }

    /// @inheritdoc IStatementRegistry
    function cancelProposal(StatementId id) external onlyGovernor {
        if (_proposals[id].hash == 0) revert StatementRegistry_UnknownProposal(id);
        delete _proposals[id];
        emit ProposalCancelled(id);
    }

    /// @inheritdoc IStatementRegistry
    function add(StatementProposal calldata proposal) external returns (StatementId id) {
        id = _idOf(proposal.name, proposal.version);
        Proposal memory announced = _proposals[id];
        if (announced.hash == 0 || announced.hash != keccak256(abi.encode(proposal))) {
            revert StatementRegistry_UnknownProposal(id);
        }
        if (block.timestamp < announced.addableFrom) {
            revert StatementRegistry_TooEarly(id, announced.addableFrom);
        }
        // Again, since the verifier's code or the predecessor may have changed while the proposal waited.
        _validate(id, proposal);
        delete _proposals[id];
        _add(id, proposal);
    }

    /// @inheritdoc IStatementRegistry
    function scheduleRetirement(StatementId id) external onlyGovernor {
        Statement storage record = _known(id);
        if (record.retiredAt != 0) {
            revert StatementRegistry_RetirementAlreadyScheduled(id, record.retiredAt);
        }
        uint64 retiredAt = uint64(block.timestamp) + delay;
        record.retiredAt = retiredAt;
        emit RetirementScheduled(id, retiredAt);
    }

    // --- stops ----------------------------------------------------------------------------------------------

    /// @inheritdoc IStatementRegistry
    function suspend(StatementId id, string calldata reason) external onlyGuardian {
        _known(id);
        Stop[] storage suspensions = _suspensions[id];
        uint64 running = suspensions.runningUntil();
        if (running != 0) revert StatementRegistry_AlreadySuspended(id, running);
        uint64 last = suspensions.lastEnd();
        if (last != 0 && block.timestamp < last + suspensionCooldown) {
            revert StatementRegistry_CoolingDown(id, last + suspensionCooldown);
        }
        uint64 until = suspensions.begin(suspensionTime);
        emit StatementSuspended(id, until, reason);
    }

    /// @inheritdoc IStatementRegistry
    function endSuspension(StatementId id) external onlyGuardian {
        Stop[] storage suspensions = _suspensions[id];
        if (suspensions.runningUntil() == 0) revert StatementRegistry_NotSuspended(id);
        suspensions.setEnd(uint64(block.timestamp));
        emit SuspensionEnded(id);
    }

    /// @inheritdoc IStatementRegistry
    function exposeForgery(StatementId id, Groth16Proof calldata proof) external {
        Statement storage record = _known(id);
        if (record.keyKind == KeyKind.Development || record.forged) {
            revert StatementRegistry_NothingToExpose(id);
        }
        ClaimProof.Inputs memory impossible;
        ClaimProof.Batch memory batch = ClaimProof.open(1);
        batch.add(impossible, proof);
        bool accepted =
            ClaimProof.verify(record.verifier, impossible, proof) ||
                batch.verifyAll(batchVerifier, record.verificationKey);
        if (!accepted) revert StatementRegistry_NoForgery(id);

        record.forged = true;
        uint64 timestamp = uint64(block.timestamp);
        if (record.retiredAt == 0 || record.retiredAt > timestamp) record.retiredAt = timestamp;
        emit ForgeryExposed(id, msg.sender);

        // Open windows wait for a successor as long as a full suspension would let them. No cool-down: this
        // happens once in the life of a statement.
        Stop[] storage suspensions = _suspensions[id];
        uint64 until = timestamp + suspensionTime;
        if (suspensions.runningUntil() != 0) suspensions.setEnd(until);
        else suspensions.begin(suspensionTime);
        emit StatementSuspended(id, until, "forgery");
    }

    // --- roles ----------------------------------------------------------------------------------------------

    /// @inheritdoc IStatementRegistry
    function nominateGovernor(address nominee) external onlyGovernor {
        pendingGovernor = nominee;
        emit GovernorNominated(governor, nominee);
    }

    /// @inheritdoc IStatementRegistry
    function acceptGovernor() external {
        if (msg.sender != pendingGovernor) {
            revert StatementRegistry_NotNominee(msg.sender, pendingGovernor);
        }
        emit GovernorChanged(governor, msg.sender);
        governor = msg.sender;
        delete pendingGovernor;
    }

    /// @inheritdoc IStatementRegistry
    function nominateGuardian(address nominee) external onlyGovernor {
        pendingGuardian = nominee;
        emit GuardianNominated(guardian, nominee);
    }

    /// @inheritdoc IStatementRegistry
    function acceptGuardian() external {
        if (msg.sender != pendingGuardian) {
            revert StatementRegistry_NotNominee(msg.sender, pendingGuardian);
        }
        emit GuardianChanged(guardian, msg.sender);
        guardian = msg.sender;
        delete pendingGuardian;
    }

    // --- views ----------------------------------------------------------------------------------------------

    /// @inheritdoc IStatementRegistry
    function statementIdOf(string calldata name, uint256 version) external pure returns (StatementId) {
        return _idOf(name, version);
    }

    /// @inheritdoc IStatementRegistry
    function statement(StatementId id) external view returns (Statement memory) {
        return _known(id);
    }

    /// @inheritdoc IStatementRegistry
    function verificationKeyOf(StatementId id) external view returns (address) {
        return _known(id).verificationKey;
    }

    /// @inheritdoc IStatementRegistry
    function proposalOf(StatementId id) external view returns (bytes32 hash, uint64 addableFrom) {
        Proposal memory proposal = _proposals[id];
        return (proposal.hash, proposal.addableFrom);
    }

    /// @inheritdoc IStatementRegistry
    function checkTerms(StatementId id, uint256 terms) external view returns (uint32 epochSeconds) {
        Statement memory record = _known(id);
        terms.check(record);
        return record.epochSeconds;
    }

    /// @inheritdoc IStatementRegistry
    function inForceAt(StatementId id, uint256 time) external view returns (StatementId) {
        _known(id);
        return _inForceAt(id, time);
    }

    /// @inheritdoc IStatementRegistry
    function isSuspendedAt(StatementId id, uint256 time) external view returns (bool) {
        return _suspensions[id].wasRunningAt(time);
    }

    /// @inheritdoc IStatementRegistry
    function lastSuspensionBefore(
        StatementId id,
        uint256 before
    ) external view returns (uint64 start, uint64 end) {
        Stop memory stop = _suspensions[id].lastBefore(before);
        return (stop.start, stop.end);
    }

    /// @inheritdoc IStatementRegistry
    function settling(
        StatementId id,
        uint256 start,
        uint256 closes
    ) external view returns (StatementId base, StatementId applied, uint64 blockedUntil, address verifier) {
        base = _inForceAt(id, start);
        if (base == NONE) return (NONE, NONE, type(uint64).max, address(0));

        applied = base;
        Statement storage record = _statements[base];
        if (block.timestamp >= closes && (record.forged || _suspensions[base].wasRunningAt(closes))) {
            StatementId next = _inForceAt(record.successor, block.timestamp);
            if (next != NONE) {
                applied = next;
                record = _statements[next];
            }
        }

        verifier = record.verifier;
        if (record.forged || verifier.codehash != record.verifierCodeHash) {
            return (base, applied, type(uint64).max, address(0));
        }
        blockedUntil = _suspensions[applied].runningUntil();
        if (blockedUntil != 0) verifier = address(0);
    }

    // --- internals ------------------------------------------------------------------------------------------

    /// @dev Follows successors until one is not retired by `time`. As long as governance makes the chain.
    function _inForceAt(StatementId id, uint256 time) private view returns (StatementId) {
        while (id != NONE) {
            Statement storage record = _statements[id];
            uint64 retiredAt = record.retiredAt;
            if (retiredAt == 0 || time < retiredAt) {
                return record.addedAt != 0 && record.addedAt <= time ? id : NONE;
            }
            id = record.successor;
        }
        return NONE;
    }

    function _known(StatementId id) private view returns (Statement storage record) {
        record = _statements[id];
        if (record.addedAt == 0) revert StatementRegistry_UnknownStatement(id);
    }

    function _add(StatementId id, StatementProposal memory proposal) private {
        _statements[id] = Statement({
            verifier: proposal.verifier,
            retiredAt: 0,
            forged: false,
            keyKind: proposal.keyKind,
            template: proposal.template,
            addedAt: uint64(block.timestamp),
            epochSeconds: proposal.epochSeconds,
            profile: proposal.profile,
            epochs: proposal.epochs,
            codes: proposal.codes,
            samples: proposal.samples,
            verifierCodeHash: proposal.verifierCodeHash,
            verificationKeyHash: proposal.verificationKeyHash,
            successor: NONE,
            verificationKey: proposal.verificationKey
        });
        if (proposal.predecessor != NONE) _statements[proposal.predecessor].successor = id;
        emit StatementAdded(
            id,
            proposal.name,
            proposal.version,
            proposal.verifier,
            proposal.verifierCodeHash,
            proposal.verificationKeyHash,
            proposal.template,
            proposal.profile,
            proposal.epochs,
            proposal.epochSeconds,
            proposal.codes,
            proposal.samples,
            proposal.keyKind,
            proposal.predecessor
        );
    }

    function _validate(StatementId id, StatementProposal memory proposal) private view {
        if (_statements[id].addedAt != 0) revert StatementRegistry_AlreadyKnown(id);
        uint256 nameLength = bytes(proposal.name).length;
        if (nameLength == 0 || nameLength > MAX_NAME_LENGTH) {
            revert StatementRegistry_InvalidName(proposal.name);
        }
        _requireNonZero(id, "version", proposal.version);
        // Template 0 stays free: `exposeForgery` relies on no circuit accepting it.
        _requireNonZero(id, "template", proposal.template);
        _requireNonZero(id, "epochs", proposal.epochs);
        _requireNonZero(id, "epochSeconds", proposal.epochSeconds);
        _requireNonZero(id, "codes", proposal.codes);
        _requireNonZero(id, "samples", proposal.samples);

        uint256 period = uint256(proposal.epochs) * proposal.epochSeconds;
        if (period >= delay) revert StatementRegistry_PeriodNotShorterThanDelay(id, period, delay);

        bytes32 codeHash = proposal.verifier.codehash;
        if (proposal.verifier.code.length == 0 || codeHash != proposal.verifierCodeHash) {
            revert StatementRegistry_CodeHashMismatch(proposal.verifier, proposal.verifierCodeHash, codeHash);
        }
        bytes32 keyHash = VerificationKeys.hashOf(proposal.verificationKey, ClaimProof.FIRST_OUTPUT);
        if (keyHash == 0 || keyHash != proposal.verificationKeyHash) {
            revert StatementRegistry_KeyHashMismatch(
                proposal.verificationKey,
                proposal.verificationKeyHash,
                keyHash
            );
        }
        _validateKey(id, proposal);
        if (proposal.predecessor != NONE) _validatePredecessor(proposal);
    }

    function _validateKey(StatementId id, StatementProposal memory proposal) private view {
        if (proposal.keyKind == KeyKind.Development) {
            if (!allowsDevelopmentKeys) revert StatementRegistry_DevelopmentKeyRefused(id);
            return;
        }
        bytes32 keyHash = proposal.verificationKeyHash;
        if (isKnownDevelopmentHash[keyHash]) {
            revert StatementRegistry_DevelopmentKeyUnderFalseLabel(id, keyHash);
        }
        bytes32 codeHash = proposal.verifierCodeHash;
        if (isKnownDevelopmentHash[codeHash]) {
            revert StatementRegistry_DevelopmentKeyUnderFalseLabel(id, codeHash);
        }
    }

    function _validatePredecessor(StatementProposal memory proposal) private view {
        StatementId id = proposal.predecessor;
        Statement storage previous = _known(id);
        if (previous.successor != NONE) revert StatementRegistry_SuccessorExists(id, previous.successor);
        if (previous.template != proposal.template) revert StatementRegistry_NotASuccessor(id, "template");
        if (previous.profile != proposal.profile) revert StatementRegistry_NotASuccessor(id, "profile");
        if (previous.epochs != proposal.epochs) revert StatementRegistry_NotASuccessor(id, "epochs");
        if (previous.epochSeconds != proposal.epochSeconds) {
            revert StatementRegistry_NotASuccessor(id, "epochSeconds");
        }
        if (previous.codes != proposal.codes) revert StatementRegistry_NotASuccessor(id, "codes");
        if (previous.samples != proposal.samples) revert StatementRegistry_NotASuccessor(id, "samples");
    }

    function _requireNonZero(StatementId id, string memory field, uint256 value) private pure {
        if (value == 0) revert StatementRegistry_InvalidParameter(id, field, value);
    }

    function _idOf(string memory name, uint256 version) private pure returns (StatementId) {
        return StatementId.wrap(keccak256(abi.encode("vitalproof/statement/1", name, version)));
    }

    /// @dev Local chains, and public test networks on which nothing of value is at stake. Not on this list:
    /// every chain with value, and every test network nobody has looked at.
    function _isDevelopmentChain(uint256 chainId) private pure returns (bool) {
        return
            chainId == 31337 || // Hardhat, Anvil
            chainId == 1337 || // Ganache, Geth --dev
            chainId == 2442 || // Polygon zkEVM Cardona
            chainId == 59141 || // Linea Sepolia
            chainId == 534351 || // Scroll Sepolia
            chainId == 8022833 || // ZKsync OS testnet
            chainId == 167013; // Taiko Hoodi
    }
}
