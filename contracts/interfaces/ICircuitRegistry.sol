// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {CircuitId} from "../types/Ids.sol";
import {IGroth16BatchVerifier} from "./IGroth16BatchVerifier.sol";
import {Groth16Proof} from "./IGroth16Verifier.sol";

/// @dev What governance proposes, and what a new registry starts with.
/// @param name e.g. "glucose-day", 1 to 64 bytes.
/// @param version at least 1; name and version together make the id.
/// @param verifier deployed Groth16 verifier of this instance.
/// @param verifierCodeHash EXTCODEHASH of `verifier`; checked when proposed, when added and at every claim.
/// @param verificationKey {VerificationKey} that holds the key which claims in batches are verified under.
/// @param verificationKeyHash hash of that key, as the build's manifest states it; compared with the code at
/// `verificationKey`. The contract cannot tie it to the verifier's code; `hardhat circuits check --production`
/// does.
/// @param family what kind of circuit this is, e.g. "claims": whose rules its facts and inputs follow; not zero.
/// @param facts one word for the product that uses the family. The registry keeps it and does not read it.
/// @param inputs number of public inputs, at least 1; the key at `verificationKey` must be for as many.
/// @param period seconds for which something that began under this circuit may wait for a proof of it; 0 if nothing
/// waits. Shorter than `delay`.
/// @param zeroImpossible whether no honest proof has only zeros as public inputs. `exposeForgery` takes a proof of
/// them as a forgery, so a false "yes" lets anyone remove a sound circuit.
/// @param ceremony SHA-256 of the transcript of the ceremony that made the key, as the build's manifest states it. Zero
/// labels a development key: its scalars are published, so anyone can forge proofs for it. See the registry on false
/// labels.
/// @param predecessor circuit that this one may replace (same family, facts, inputs, period and zeroImpossible), or
/// zero.
struct CircuitProposal {
    string name;
    uint256 version;
    address verifier;
    bytes32 verifierCodeHash;
    address verificationKey;
    bytes32 verificationKeyHash;
    bytes16 family;
    bytes32 facts;
    uint16 inputs;
    uint32 period;
    bool zeroImpossible;
    bytes32 ceremony;
    CircuitId predecessor;
}

/// @dev A circuit on record. Everything but `successor`, `retiredAt` and `forgedAt` never changes.
/// @param addedAt Unix seconds at which it came into force; zero means unknown circuit.
/// @param retiredAt from this second on no further period begins under it; zero means not scheduled.
/// @param forgedAt when its verifier was shown to accept a forgery: it settles nothing any more, and is retired since
/// then or earlier; zero if it was not.
struct Circuit {
    address verifier;
    uint64 retiredAt;
    uint16 inputs;
    uint64 addedAt;
    uint32 period;
    bool zeroImpossible;
    bytes16 family;
    bytes32 facts;
    bytes32 verifierCodeHash;
    bytes32 verificationKeyHash;
    bytes32 ceremony;
    CircuitId successor;
    address verificationKey;
    uint64 forgedAt;
}

/// @dev What a product has to know of a circuit before it relies on it, as in `CircuitProposal`.
/// @param word the proposal's `facts`
struct CircuitFacts {
    bytes16 family;
    bytes32 word;
    uint16 inputs;
    uint32 period;
    bool zeroImpossible;
}

/// @dev How the constructor is called. See `ICircuitRegistry` for the limits of each value.
struct CircuitRegistryConfig {
    address governor;
    address guardian;
    IGroth16BatchVerifier batchVerifier;
    uint32 delay;
    uint32 suspensionTime;
    uint32 suspensionCooldown;
    bool allowDevelopmentKeys;
    bytes32[] developmentKeyHashes;
    bytes32[] developmentCodeHashes;
    CircuitProposal[] genesis;
}

/// @title Which verifier is right for which circuit
/// @notice Assumptions and weaknesses, plainly:
/// - The governor decides, after `delay`, which verifiers and keys are right. A wrong one pays wrong claims.
/// - A circuit has two ways to verify a proof, its verifier and, for claims in batches, its key under
///   `batchVerifier`. They are to be of the same circuit and key; that is checked off chain (docs/audit).
/// - `delay` is longer than any period, so a retirement never concerns a period that was running when it was announced.
///   A successor can be added while a period runs. It settles that period only as said below.
/// - Circuits given to the constructor are in force at once: nobody relied on the registry before it existed,
///   and everybody can read them in its creation transaction.
/// - The guardian can stop a circuit at once, for `suspensionTime` at most, then not again for
///   `suspensionCooldown`. During that cool-down a circuit that is known to be broken settles claims again,
///   unless `exposeForgery` proved it broken or a successor is in force.
/// - Several circuits can settle one period in turn (at most four), each the successor of the one before: an exposed
///   circuit hands over as soon as its successor is in force, and one that is suspended as the window closes hands over
///   then. A period never returns to a circuit that handed over, whatever becomes of those after it.
/// - Retirement concerns periods that begin after it; earlier ones still settle under the retired circuit.
/// - A period that begins while no circuit is in force for its program cannot be claimed and lapses. One that begins
///   after an exposure and before the successor waits for the successor.
/// - Neither power may be held by an insurer. `ClaimsPayout` refuses programs of the governor's and guardian's
///   own addresses; it cannot know who controls another address.
/// - Development keys are refused outside an allow-list of chains, and there too unless the deployer asked for
///   them. A development key that names a ceremony is refused when its key hash or its verifier's code hash
///   is in the list given at deployment; under a re-compiled verifier and an invented key hash it gets through
///   that list, and then anyone can remove it for good with `exposeForgery`. What the registry cannot see
///   (who contributed to a key, delta = gamma) is left to `hardhat circuits check --production`.
interface ICircuitRegistry {
    event CircuitProposed(CircuitId indexed circuitId, CircuitProposal proposal, uint64 addableFrom);
    event ProposalCancelled(CircuitId indexed circuitId);
    event CircuitAdded(CircuitId indexed circuitId, address indexed verifier, CircuitProposal proposal);
    event CircuitSuspended(CircuitId indexed circuitId, uint64 until, string reason);
    event SuspensionEnded(CircuitId indexed circuitId);
    event RetirementScheduled(CircuitId indexed circuitId, uint64 retiredAt);
    event ForgeryExposed(CircuitId indexed circuitId, address indexed reporter);
    event GovernorNominated(address indexed governor, address indexed nominee);
    event GovernorChanged(address indexed previous, address indexed governor);
    event GuardianNominated(address indexed guardian, address indexed nominee);
    event GuardianChanged(address indexed previous, address indexed guardian);

    error CircuitRegistry_ZeroAddress();
    error CircuitRegistry_NotGovernor(address caller);
    error CircuitRegistry_NotGuardian(address caller);
    error CircuitRegistry_NotNominee(address caller, address nominee);
    error CircuitRegistry_InvalidTimes(uint32 delay, uint32 suspensionTime, uint32 suspensionCooldown);
    error CircuitRegistry_DevelopmentKeysNotAllowedOnChain(uint256 chainId);
    error CircuitRegistry_DevelopmentKeyRefused(CircuitId circuitId);
    error CircuitRegistry_DevelopmentKeyUnderFalseLabel(CircuitId circuitId, bytes32 knownHash);
    error CircuitRegistry_InvalidName(string name);
    error CircuitRegistry_InvalidParameter(CircuitId circuitId, string field, uint256 value);
    error CircuitRegistry_PeriodNotShorterThanDelay(CircuitId circuitId, uint256 period, uint32 delay);
    error CircuitRegistry_AlreadyKnown(CircuitId circuitId);
    error CircuitRegistry_UnknownCircuit(CircuitId circuitId);
    error CircuitRegistry_UnknownProposal(CircuitId circuitId);
    error CircuitRegistry_AlreadyProposed(CircuitId circuitId);
    error CircuitRegistry_TooEarly(CircuitId circuitId, uint64 addableFrom);
    error CircuitRegistry_ProposalExpired(CircuitId circuitId, uint64 expiredAt);
    error CircuitRegistry_CodeHashMismatch(address verifier, bytes32 expected, bytes32 actual);
    /// @param actual hash of the key at that address; zero if there is none for `inputs` public inputs
    error CircuitRegistry_KeyHashMismatch(address verificationKey, bytes32 expected, bytes32 actual);
    error CircuitRegistry_NotAContract(address account);
    error CircuitRegistry_NotASuccessor(CircuitId predecessor, string field);
    error CircuitRegistry_SuccessorExists(CircuitId predecessor, CircuitId successor);
    error CircuitRegistry_AlreadySuspended(CircuitId circuitId, uint64 until);
    error CircuitRegistry_NotSuspended(CircuitId circuitId);
    error CircuitRegistry_CoolingDown(CircuitId circuitId, uint64 until);
    error CircuitRegistry_RetirementAlreadyScheduled(CircuitId circuitId, uint64 retiredAt);
    error CircuitRegistry_Forged(CircuitId circuitId, uint64 forgedAt);
    error CircuitRegistry_NothingToExpose(CircuitId circuitId);
    error CircuitRegistry_ZeroMayBeProven(CircuitId circuitId);
    error CircuitRegistry_NoForgery(CircuitId circuitId);

    // --- governance -------------------------------------------------------------------------------------

    /// @notice Announces a circuit; governor only. It can be added `delay` seconds later, for as long as `delay`. Then
    /// the announcement has expired, and can be made again.
    function propose(CircuitProposal calldata proposal) external returns (CircuitId circuitId);

    /// @notice Withdraws an announced circuit; governor only.
    function cancelProposal(CircuitId circuitId) external;

    /// @notice Brings an announced circuit into force once its delay has passed; anyone may call it.
    /// @param proposal exactly what was announced.
    function add(CircuitProposal calldata proposal) external returns (CircuitId circuitId);

    /// @notice Announces that no period beginning `delay` seconds from now or later settles under the
    /// circuit; governor only; cannot be undone.
    function scheduleRetirement(CircuitId circuitId) external;

    /// @notice Stops claims under a circuit at once, for `suspensionTime`; guardian only. Not for a forged circuit, which
    /// settles nothing anyway.
    function suspend(CircuitId circuitId, string calldata reason) external;

    /// @notice Ends a running suspension early; guardian only. The cool-down counts from now. Not for a forged circuit:
    /// its windows wait for a successor.
    function endSuspension(CircuitId circuitId) external;

    /// @notice Removes for good a circuit labelled `Production` whose verifier, or whose key in a batch, accepts a
    /// proof for public inputs that are all zero; anyone may call it. A circuit recorded as `zeroImpossible` has no
    /// witness for them, so such a proof is a forgery, and its maker knows the key's trapdoor (as everyone does for
    /// development keys). The circuit is retired now. Open windows wait for a successor, for
    /// `delay + suspensionTime` at most.
    /// @dev Not for circuits with a development key: their trapdoor is public, there is nothing to expose. Not for circuits that
    /// may prove zeros: an honest proof must not remove them.
    function exposeForgery(CircuitId circuitId, Groth16Proof calldata proof) external;

    function nominateGovernor(address nominee) external;

    /// @notice The nominee becomes governor. A nomination of a guardian by the previous governor ends.
    function acceptGovernor() external;

    /// @notice Nominates the next guardian; governor only.
    function nominateGuardian(address nominee) external;

    function acceptGuardian() external;

    // --- views ------------------------------------------------------------------------------------------

    /// @notice Whether an account can replace or stop circuits: the governor or the guardian.
    function isInCharge(address account) external view returns (bool);

    function governor() external view returns (address);

    function pendingGovernor() external view returns (address);

    function guardian() external view returns (address);

    function pendingGuardian() external view returns (address);

    /// @notice Seconds between announcement and effect of additions and retirements.
    function delay() external view returns (uint32);

    /// @notice Longest duration of one suspension, seconds.
    function suspensionTime() external view returns (uint32);

    /// @notice Seconds that must pass between the end of a suspension and the next of the same circuit.
    function suspensionCooldown() external view returns (uint32);

    function allowsDevelopmentKeys() external view returns (bool);

    /// @notice What claims in batches are verified with, under {verificationKeyOf}; never changes.
    function batchVerifier() external view returns (IGroth16BatchVerifier);

    /// @notice The {VerificationKey} of a circuit; reverts for an unknown one.
    function verificationKeyOf(CircuitId circuitId) external view returns (address);

    /// @notice True for a hash (of a verification key or of a verifier's code) given as development at deployment.
    function isKnownDevelopmentHash(bytes32 hash) external view returns (bool);

    /// @notice `keccak256(abi.encode("vitalproof/circuit/1", name, version))`.
    function circuitIdOf(string calldata name, uint256 version) external pure returns (CircuitId);

    /// @notice The record; reverts for an unknown circuit.
    function circuit(CircuitId circuitId) external view returns (Circuit memory);

    /// @return hash keccak256(abi.encode(proposal)), zero if none waits
    /// @return addableFrom first second at which `add` accepts it
    function proposalOf(CircuitId circuitId) external view returns (bytes32 hash, uint64 addableFrom);

    /// @notice What a product has to check before it relies on the circuit; reverts for an unknown circuit.
    function factsOf(CircuitId circuitId) external view returns (CircuitFacts memory);

    /// @notice The verifier of a circuit that is in force now, for products that settle at once.
    /// @return verifier zero when the circuit is unknown, retired, suspended or forged, or its verifier's code changed.
    /// @return family as it is on record.
    function verifierInForce(CircuitId circuitId) external view returns (address verifier, bytes16 family);

    /// @notice The circuit under which a period beginning at `time` settles: `circuitId` itself, or, where
    /// that one is retired by then, its successor (and so on). Zero if there is none.
    function inForceAt(CircuitId circuitId, uint256 time) external view returns (CircuitId);

    function isSuspendedAt(CircuitId circuitId, uint256 time) external view returns (bool);

    /// @notice The last suspension that began before `before`; zeros if there is none.
    function lastSuspensionBefore(
        CircuitId circuitId,
        uint256 before
    ) external view returns (uint64 start, uint64 end);

    /// @notice What settles, now, a period of a program with `circuitId` that began at `start` and whose
    /// claim window closes at `closes` (without stops).
    /// @return base the circuit in force at `start`, or zero. One that was exposed before `start` is in force for this
    /// purpose as long as it has no successor.
    /// @return applied `base`, or who it handed over to: its successor, and so on
    /// @return blockedUntil zero if `applied` may settle now, else when its suspension ends; the greatest uint64
    /// if it never will (forged, or its verifier's code is not what was recorded)
    /// @return verifier the verifier of `applied`; zero if blocked
    function settling(
        CircuitId circuitId,
        uint256 start,
        uint256 closes
    ) external view returns (CircuitId base, CircuitId applied, uint64 blockedUntil, address verifier);

    /// @notice The end of what stopped the claims of such a period last, among all that began before `before`: suspensions
    /// of the circuits that settled it in turn, exposures that waited for a successor, and handovers.
    /// Zero if nothing did. It falls only when a stop ends early, and then to no less than the time of that.
    function lastStopBefore(
        CircuitId circuitId,
        uint256 start,
        uint256 closes,
        uint256 before
    ) external view returns (uint256 end);
}
