// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IGroth16BatchVerifier} from "../interfaces/IGroth16BatchVerifier.sol";
import {Groth16Proof} from "../interfaces/IGroth16Verifier.sol";
import {
    ICircuitRegistry,
    Circuit,
    CircuitFacts,
    CircuitProposal,
    CircuitRegistryConfig
} from "../interfaces/ICircuitRegistry.sol";
import {Stop, Stops} from "../libraries/Stops.sol";
import {Proofs} from "../verification/Proofs.sol";
import {VerificationKeys} from "../verification/VerificationKeys.sol";
import {CircuitId} from "../types/Ids.sol";

/// @title CircuitRegistry
/// @notice What it does, assumes and cannot do is said in {ICircuitRegistry}.
contract CircuitRegistry is ICircuitRegistry {
    using Stops for Stop[];

    struct Proposal {
        bytes32 hash;
        uint64 addableFrom;
    }

    /// @dev A circuit that settles a period, and since when it does. The first of a period has `from` 0.
    struct Turn {
        CircuitId id;
        uint256 from;
    }

    CircuitId private constant NONE = CircuitId.wrap(0);
    uint256 private constant NEVER = type(uint64).max;
    /// @dev How many circuits can settle one period in turn. It bounds how long forged successors of forged circuits
    /// can keep a window open.
    uint256 private constant MAX_TURNS = 4;
    uint256 private constant MAX_NAME_LENGTH = 64;
    /// @dev Keeps every time computed here far inside uint64 and every freeze within human reach.
    uint32 private constant MAX_TIME = 3 * 365 days;

    /// @inheritdoc ICircuitRegistry
    uint32 public immutable delay;
    /// @inheritdoc ICircuitRegistry
    uint32 public immutable suspensionTime;
    /// @inheritdoc ICircuitRegistry
    uint32 public immutable suspensionCooldown;
    /// @inheritdoc ICircuitRegistry
    bool public immutable allowsDevelopmentKeys;
    /// @inheritdoc ICircuitRegistry
    IGroth16BatchVerifier public immutable batchVerifier;

    /// @inheritdoc ICircuitRegistry
    address public governor;
    /// @inheritdoc ICircuitRegistry
    address public pendingGovernor;
    /// @inheritdoc ICircuitRegistry
    address public guardian;
    /// @inheritdoc ICircuitRegistry
    address public pendingGuardian;

    /// @inheritdoc ICircuitRegistry
    mapping(bytes32 hash => bool) public isKnownDevelopmentHash;

    mapping(CircuitId id => Circuit) private _circuits;
    mapping(CircuitId id => Stop[]) private _suspensions;
    mapping(CircuitId id => Proposal) private _proposals;

    modifier onlyGovernor() {
        if (msg.sender != governor) revert CircuitRegistry_NotGovernor(msg.sender);
        _;
    }

    modifier onlyGuardian() {
        if (msg.sender != guardian) revert CircuitRegistry_NotGuardian(msg.sender);
        _;
    }

    constructor(CircuitRegistryConfig memory config) {
        if (config.governor == address(0) || config.guardian == address(0)) {
            revert CircuitRegistry_ZeroAddress();
        }
        // A suspension outlasts the delay, so that a successor can be added before it ends.
        bool timesFit =
            config.delay != 0 &&
                config.suspensionTime >= config.delay &&
                config.suspensionCooldown >= config.suspensionTime &&
                config.suspensionCooldown <= MAX_TIME;
        if (!timesFit) {
            revert CircuitRegistry_InvalidTimes(
                config.delay,
                config.suspensionTime,
                config.suspensionCooldown
            );
        }
        if (config.allowDevelopmentKeys && !_isDevelopmentChain(block.chainid)) {
            revert CircuitRegistry_DevelopmentKeysNotAllowedOnChain(block.chainid);
        }
        if (address(config.batchVerifier).code.length == 0) {
            revert CircuitRegistry_NotAContract(address(config.batchVerifier));
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
            CircuitId id = _idOf(config.genesis[i].name, config.genesis[i].version);
            _validate(id, config.genesis[i]);
            _add(id, config.genesis[i]);
        }
    }

    // --- circuits -----------------------------------------------------------------------------------------

    /// @inheritdoc ICircuitRegistry
    function propose(CircuitProposal calldata proposal) external onlyGovernor returns (CircuitId id) {
        id = _idOf(proposal.name, proposal.version);
        Proposal memory announced = _proposals[id];
        // One that was forgotten can be made again.
        if (announced.hash != 0 && block.timestamp < announced.addableFrom + delay) {
            revert CircuitRegistry_AlreadyProposed(id);
        }
        _validate(id, proposal);
        uint64 addableFrom = uint64(block.timestamp) + delay;
        _proposals[id] = Proposal(keccak256(abi.encode(proposal)), addableFrom);
        emit CircuitProposed(id, proposal, addableFrom);
    }

    /// @inheritdoc ICircuitRegistry
    function cancelProposal(CircuitId id) external onlyGovernor {
        if (_proposals[id].hash == 0) revert CircuitRegistry_UnknownProposal(id);
        delete _proposals[id];
        emit ProposalCancelled(id);
    }

    /// @inheritdoc ICircuitRegistry
    function add(CircuitProposal calldata proposal) external returns (CircuitId id) {
        id = _idOf(proposal.name, proposal.version);
        Proposal memory announced = _proposals[id];
        if (announced.hash == 0 || announced.hash != keccak256(abi.encode(proposal))) {
            revert CircuitRegistry_UnknownProposal(id);
        }
        if (block.timestamp < announced.addableFrom) {
            revert CircuitRegistry_TooEarly(id, announced.addableFrom);
        }
        if (block.timestamp >= announced.addableFrom + delay) {
            revert CircuitRegistry_ProposalExpired(id, announced.addableFrom + delay);
        }
        // Again, since the verifier's code or the predecessor may have changed while the proposal waited.
        _validate(id, proposal);
        delete _proposals[id];
        _add(id, proposal);
    }

    /// @inheritdoc ICircuitRegistry
    function scheduleRetirement(CircuitId id) external onlyGovernor {
        Circuit storage record = _known(id);
        if (record.retiredAt != 0) {
            revert CircuitRegistry_RetirementAlreadyScheduled(id, record.retiredAt);
        }
        uint64 retiredAt = uint64(block.timestamp) + delay;
        record.retiredAt = retiredAt;
        emit RetirementScheduled(id, retiredAt);
    }

    // --- stops ----------------------------------------------------------------------------------------------

    /// @inheritdoc ICircuitRegistry
    function suspend(CircuitId id, string calldata reason) external onlyGuardian {
        _requireNotForged(id, _known(id));
        Stop[] storage suspensions = _suspensions[id];
        uint64 running = suspensions.runningUntil();
        if (running != 0) revert CircuitRegistry_AlreadySuspended(id, running);
        uint64 last = suspensions.lastEnd();
        if (last != 0 && block.timestamp < last + suspensionCooldown) {
            revert CircuitRegistry_CoolingDown(id, last + suspensionCooldown);
        }
        uint64 until = suspensions.begin(suspensionTime);
        emit CircuitSuspended(id, until, reason);
    }

    /// @inheritdoc ICircuitRegistry
    function endSuspension(CircuitId id) external onlyGuardian {
        Stop[] storage suspensions = _suspensions[id];
        if (suspensions.runningUntil() == 0) revert CircuitRegistry_NotSuspended(id);
        _requireNotForged(id, _circuits[id]);
        suspensions.setEnd(uint64(block.timestamp));
        emit SuspensionEnded(id);
    }

    /// @inheritdoc ICircuitRegistry
    function exposeForgery(CircuitId id, Groth16Proof calldata proof) external {
        Circuit storage record = _known(id);
        if (record.ceremony == 0 || record.forgedAt != 0) {
            revert CircuitRegistry_NothingToExpose(id);
        }
        if (!record.zeroImpossible) revert CircuitRegistry_ZeroMayBeProven(id);
        uint256[] memory impossible = new uint256[](record.inputs);
        bool accepted =
            Proofs.verify(record.verifier, impossible, proof) ||
                Proofs.verifyAsBatch(batchVerifier, record.verificationKey, impossible, proof);
        if (!accepted) revert CircuitRegistry_NoForgery(id);

        uint64 timestamp = uint64(block.timestamp);
        record.forgedAt = timestamp;
        if (record.retiredAt == 0 || record.retiredAt > timestamp) record.retiredAt = timestamp;
        emit ForgeryExposed(id, msg.sender);
    }

    // --- roles ----------------------------------------------------------------------------------------------

    /// @inheritdoc ICircuitRegistry
    function nominateGovernor(address nominee) external onlyGovernor {
        pendingGovernor = nominee;
        emit GovernorNominated(governor, nominee);
    }

    /// @inheritdoc ICircuitRegistry
    function acceptGovernor() external {
        if (msg.sender != pendingGovernor) {
            revert CircuitRegistry_NotNominee(msg.sender, pendingGovernor);
        }
        emit GovernorChanged(governor, msg.sender);
        governor = msg.sender;
        delete pendingGovernor;
        // Accepting takes no delay, so the new governor does not inherit the choice.
        if (pendingGuardian != address(0)) {
            delete pendingGuardian;
            emit GuardianNominated(guardian, address(0));
        }
    }

    /// @inheritdoc ICircuitRegistry
    function nominateGuardian(address nominee) external onlyGovernor {
        pendingGuardian = nominee;
        emit GuardianNominated(guardian, nominee);
    }

    /// @inheritdoc ICircuitRegistry
    function acceptGuardian() external {
        if (msg.sender != pendingGuardian) {
            revert CircuitRegistry_NotNominee(msg.sender, pendingGuardian);
        }
        emit GuardianChanged(guardian, msg.sender);
        guardian = msg.sender;
        delete pendingGuardian;
    }

    // --- views ----------------------------------------------------------------------------------------------

    /// @inheritdoc ICircuitRegistry
    function isInCharge(address account) external view returns (bool) {
        return account == governor || account == guardian;
    }

    /// @inheritdoc ICircuitRegistry
    function circuitIdOf(string calldata name, uint256 version) external pure returns (CircuitId) {
        return _idOf(name, version);
    }

    /// @inheritdoc ICircuitRegistry
    function circuit(CircuitId id) external view returns (Circuit memory) {
        return _known(id);
    }

    /// @inheritdoc ICircuitRegistry
    function verificationKeyOf(CircuitId id) external view returns (address) {
        return _known(id).verificationKey;
    }

    /// @inheritdoc ICircuitRegistry
    function proposalOf(CircuitId id) external view returns (bytes32 hash, uint64 addableFrom) {
        Proposal memory proposal = _proposals[id];
        return (proposal.hash, proposal.addableFrom);
    }

    /// @inheritdoc ICircuitRegistry
    function factsOf(CircuitId id) external view returns (CircuitFacts memory) {
        Circuit storage record = _known(id);
        return CircuitFacts(record.family, record.facts, record.inputs, record.period, record.zeroImpossible);
    }

    /// @inheritdoc ICircuitRegistry
    function inForceAt(CircuitId id, uint256 time) external view returns (CircuitId) {
        _known(id);
        return _inForceAt(id, time);
    }

    /// @inheritdoc ICircuitRegistry
    function verifierInForce(CircuitId id) external view returns (address verifier, bytes16 family) {
        Circuit storage record = _circuits[id];
        family = record.family;
        bool inForce =
            record.addedAt != 0 &&
                !_isRetiredBy(record, block.timestamp) &&
                _isUsable(record) &&
                _suspensions[id].runningUntil() == 0;
        if (inForce) verifier = record.verifier;
    }

    /// @inheritdoc ICircuitRegistry
    function isSuspendedAt(CircuitId id, uint256 time) external view returns (bool) {
        return _suspensions[id].wasRunningAt(time);
    }

    /// @inheritdoc ICircuitRegistry
    function lastSuspensionBefore(
        CircuitId id,
        uint256 before
    ) external view returns (uint64 start, uint64 end) {
        Stop memory stop = _suspensions[id].lastBefore(before);
        return (stop.start, stop.end);
    }

    /// @inheritdoc ICircuitRegistry
    function settling(
        CircuitId id,
        uint256 start,
        uint256 closes
    ) external view returns (CircuitId base, CircuitId applied, uint64 blockedUntil, address verifier) {
        base = _baseAt(id, start);
        if (base == NONE) return (NONE, NONE, type(uint64).max, address(0));

        Turn memory turn = Turn(base, 0);
        for (uint256 turns = 1; turns < MAX_TURNS; ++turns) {
            Turn memory next = _nextTurn(turn, closes);
            if (next.id == NONE) break;
            turn = next;
        }
        applied = turn.id;
        Circuit storage record = _circuits[applied];
        if (!_isUsable(record)) return (base, applied, type(uint64).max, address(0));
        blockedUntil = _suspensions[applied].runningUntil();
        if (blockedUntil == 0) verifier = record.verifier;
    }

    /// @inheritdoc ICircuitRegistry
    function lastStopBefore(
        CircuitId id,
        uint256 start,
        uint256 closes,
        uint256 before
    ) external view returns (uint256 end) {
        Turn memory turn = Turn(_baseAt(id, start), 0);
        for (uint256 turns = 1; turn.id != NONE && turn.from < before; ++turns) {
            Turn memory next = turns < MAX_TURNS ? _nextTurn(turn, closes) : Turn(NONE, NEVER);
            // A proof under the next circuit has to be made first, so handing over is a stop without length.
            end = Math.max(end, turn.from);
            // What stops a circuit after its turn stops nobody.
            Stop memory stop = _suspensions[turn.id].lastBefore(Math.min(before, next.from + 1));
            end = Math.max(end, stop.end);
            uint256 forgedAt = _circuits[turn.id].forgedAt;
            if (forgedAt != 0 && forgedAt < before && forgedAt < next.from) {
                // Until the successor settles, and no longer than governance needs to bring one.
                end = Math.max(end, Math.min(next.from, forgedAt + delay + suspensionTime));
            }
            turn = next;
        }
    }

    // --- internals ------------------------------------------------------------------------------------------

    /// @dev Follows successors until one is not retired by `time`. As long as governance makes the chain.
    function _inForceAt(CircuitId id, uint256 time) private view returns (CircuitId) {
        while (id != NONE) {
            Circuit storage record = _circuits[id];
            if (!_isRetiredBy(record, time)) {
                return record.addedAt != 0 && record.addedAt <= time ? id : NONE;
            }
            id = record.successor;
        }
        return NONE;
    }

    /// @dev As `_inForceAt`, and the forged circuit itself where nothing else ended its line: who is insured under it
    /// was promised a circuit, and gets its successor when there is one.
    function _baseAt(CircuitId id, uint256 start) private view returns (CircuitId) {
        while (id != NONE) {
            Circuit storage record = _circuits[id];
            uint64 addedAt = record.addedAt;
            if (addedAt == 0 || addedAt > start) return NONE;
            if (!_isRetiredBy(record, start)) return id;
            CircuitId next = record.successor;
            if (next == NONE || _circuits[next].addedAt > start) {
                return record.forgedAt == record.retiredAt ? id : NONE;
            }
            id = next;
        }
        return NONE;
    }

    /// @dev Who settles after `turn`, and since when; `NONE` and `NEVER` if nobody does so far. Computed from what has
    /// happened and never from what is the case now. So what was once true of a time remains true of it, and no period
    /// returns to a circuit that was taken from it.
    /// @param closes end of the period's window without stops
    function _nextTurn(Turn memory turn, uint256 closes) private view returns (Turn memory) {
        Circuit storage record = _circuits[turn.id];
        uint256 from = Math.max(turn.from, _handsOverAt(turn.id, record, closes));
        CircuitId next = from == NEVER ? NONE : record.successor;
        while (next != NONE) {
            Circuit storage candidate = _circuits[next];
            from = Math.max(from, candidate.addedAt);
            // Exposed in the very second in which its turn comes, it has its turn, and hands over to its successor.
            if (!_isRetiredBy(candidate, from) || candidate.forgedAt == from) return Turn(next, from);
            next = candidate.successor;
        }
        return Turn(NONE, NEVER);
    }

    /// @dev Since when a circuit leaves the period to its successor, if there is one in force by then: its exposure, or
    /// the close of the window if it was suspended in that second. One whose verifier has other code than recorded
    /// does so from the beginning.
    function _handsOverAt(
        CircuitId id,
        Circuit storage record,
        uint256 closes
    ) private view returns (uint256 from) {
        if (record.verifier.codehash != record.verifierCodeHash) return 0;
        // Only what is retired can be forged, which saves a look into storage.
        uint64 forgedAt = record.retiredAt == 0 ? 0 : record.forgedAt;
        from = forgedAt == 0 ? NEVER : forgedAt;
        if (closes < from && block.timestamp >= closes && _suspensions[id].wasRunningAt(closes))
            from = closes;
    }

    function _isUsable(Circuit storage record) private view returns (bool) {
        bool forged = record.retiredAt != 0 && record.forgedAt != 0;
        return !forged && record.verifier.codehash == record.verifierCodeHash;
    }

    function _isRetiredBy(Circuit storage record, uint256 time) private view returns (bool) {
        uint64 retiredAt = record.retiredAt;
        return retiredAt != 0 && time >= retiredAt;
    }

    function _requireNotForged(CircuitId id, Circuit storage record) private view {
        if (record.forgedAt != 0) revert CircuitRegistry_Forged(id, record.forgedAt);
    }

    function _known(CircuitId id) private view returns (Circuit storage record) {
        record = _circuits[id];
        if (record.addedAt == 0) revert CircuitRegistry_UnknownCircuit(id);
    }

    function _add(CircuitId id, CircuitProposal memory proposal) private {
        _circuits[id] = Circuit({
            verifier: proposal.verifier,
            retiredAt: 0,
            inputs: proposal.inputs,
            addedAt: uint64(block.timestamp),
            period: proposal.period,
            zeroImpossible: proposal.zeroImpossible,
            family: proposal.family,
            facts: proposal.facts,
            verifierCodeHash: proposal.verifierCodeHash,
            verificationKeyHash: proposal.verificationKeyHash,
            ceremony: proposal.ceremony,
            successor: NONE,
            verificationKey: proposal.verificationKey,
            forgedAt: 0
        });
        if (proposal.predecessor != NONE) _circuits[proposal.predecessor].successor = id;
        emit CircuitAdded(id, proposal.verifier, proposal);
    }

    function _validate(CircuitId id, CircuitProposal memory proposal) private view {
        if (_circuits[id].addedAt != 0) revert CircuitRegistry_AlreadyKnown(id);
        uint256 nameLength = bytes(proposal.name).length;
        if (nameLength == 0 || nameLength > MAX_NAME_LENGTH) {
            revert CircuitRegistry_InvalidName(proposal.name);
        }
        _requireNonZero(id, "version", proposal.version);
        _requireNonZero(id, "family", uint128(proposal.family));
        _requireNonZero(id, "inputs", proposal.inputs);
        if (proposal.period >= delay) {
            revert CircuitRegistry_PeriodNotShorterThanDelay(id, proposal.period, delay);
        }

        bytes32 codeHash = proposal.verifier.codehash;
        if (proposal.verifier.code.length == 0 || codeHash != proposal.verifierCodeHash) {
            revert CircuitRegistry_CodeHashMismatch(proposal.verifier, proposal.verifierCodeHash, codeHash);
        }
        bytes32 keyHash = VerificationKeys.hashOf(proposal.verificationKey, proposal.inputs);
        if (keyHash == 0 || keyHash != proposal.verificationKeyHash) {
            revert CircuitRegistry_KeyHashMismatch(
                proposal.verificationKey,
                proposal.verificationKeyHash,
                keyHash
            );
        }
        _validateKey(id, proposal);
        if (proposal.predecessor != NONE) _validatePredecessor(proposal);
    }

    function _validateKey(CircuitId id, CircuitProposal memory proposal) private view {
        if (proposal.ceremony == 0) {
            if (!allowsDevelopmentKeys) revert CircuitRegistry_DevelopmentKeyRefused(id);
            return;
        }
        bytes32 keyHash = proposal.verificationKeyHash;
        if (isKnownDevelopmentHash[keyHash]) {
            revert CircuitRegistry_DevelopmentKeyUnderFalseLabel(id, keyHash);
        }
        bytes32 codeHash = proposal.verifierCodeHash;
        if (isKnownDevelopmentHash[codeHash]) {
            revert CircuitRegistry_DevelopmentKeyUnderFalseLabel(id, codeHash);
        }
    }

    function _validatePredecessor(CircuitProposal memory proposal) private view {
        CircuitId id = proposal.predecessor;
        Circuit storage previous = _known(id);
        if (previous.successor != NONE) revert CircuitRegistry_SuccessorExists(id, previous.successor);
        if (previous.family != proposal.family) revert CircuitRegistry_NotASuccessor(id, "family");
        if (previous.facts != proposal.facts) revert CircuitRegistry_NotASuccessor(id, "facts");
        if (previous.inputs != proposal.inputs) revert CircuitRegistry_NotASuccessor(id, "inputs");
        if (previous.period != proposal.period) revert CircuitRegistry_NotASuccessor(id, "period");
        if (previous.zeroImpossible != proposal.zeroImpossible) {
            revert CircuitRegistry_NotASuccessor(id, "zeroImpossible");
        }
    }

    function _requireNonZero(CircuitId id, string memory field, uint256 value) private pure {
        if (value == 0) revert CircuitRegistry_InvalidParameter(id, field, value);
    }

    function _idOf(string memory name, uint256 version) private pure returns (CircuitId) {
        return CircuitId.wrap(keccak256(abi.encode("vitalproof/circuit/1", name, version)));
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
            chainId == 8022833; // ZKsync OS testnet
    }
}
