// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {CircuitId, ConsentId, EscrowId, GroupId, PolicyId, ProgramId, ScopeId} from "../types/Ids.sol";
import {AssuranceClass, IAnchorRegistry} from "./IAnchorRegistry.sol";
import {IClaimTerms} from "./IClaimTerms.sol";
import {IConsentRegistry} from "./IConsentRegistry.sol";
import {IConsentSource} from "./IConsentSource.sol";
import {Groth16Proof} from "./IGroth16Verifier.sol";
import {ICircuitRegistry} from "./ICircuitRegistry.sol";
import {ICustody} from "./ICustody.sol";
import {IPauseRegistry} from "./IPauseRegistry.sol";
import {IScopeRegistry} from "./IScopeRegistry.sol";

/// @dev The state of a policy's period. It moves only downwards in this list or sideways out of it:
/// Open -> Credited | UnderReview | Released; UnderReview -> Credited | Rejected; Rejected -> Credited | Denied.
/// Credited, Denied and Released are final.
enum PeriodState {
    Open,
    UnderReview,
    Rejected,
    Credited,
    Denied,
    Released
}

/// @dev What an insurer offers; nothing of it ever changes.
/// @param circuit circuit whose proof is asked for.
/// @param scope scope in which holders are pseudonyms; the caller's own or one it was let into (`scopes()`).
/// @param assurance class that the scope's group must have.
/// @param terms packed terms with first epoch 0 (`Terms`).
/// @param token ERC-20 in which the benefit is paid. Fees on transfer are tolerated (what arrives counts),
/// rebasing tokens are not supported.
/// @param benefit amount per met period, in the token's smallest unit.
/// @param arbiter who decides on rejected claims; zero if and only if there is no review; never the insurer.
/// @param claimWindow seconds from the last write of a period's anchor in which it can be claimed.
/// @param reviewTime seconds that the insurer has to reject a verified claim; 0 = no review.
/// @param arbiterTime seconds that the arbiter has after a rejection; silence pays.
struct ProgramOffer {
    CircuitId circuit;
    ScopeId scope;
    AssuranceClass assurance;
    uint256 terms;
    IERC20 token;
    uint128 benefit;
    address arbiter;
    uint32 claimWindow;
    uint32 reviewTime;
    uint32 arbiterTime;
}

/// @param escrow the program's money in `custody()`: what is committed there are the benefits reserved for open periods
/// or owed to policies, what is free the insurer may withdraw or reserve for further policies.
/// @param offerHash keccak256 of the ABI encoding of the `ProgramOffer`.
struct Program {
    uint256 terms;
    bytes32 offerHash;
    CircuitId circuit;
    address insurer;
    ScopeId scope;
    uint32 claimWindow;
    uint128 benefit;
    GroupId group;
    uint32 epochSeconds;
    uint32 reviewTime;
    EscrowId escrow;
    uint32 arbiterTime;
    address arbiter;
}

/// @dev Money of a policy is counted in periods; the amount is the count times the program's benefit.
/// @param firstEpoch first epoch of period 0.
/// @param periods periods covered; shrinks when the policy is ended.
/// @param reserved periods whose benefit is reserved: open, under review or rejected.
/// @param owed periods credited and not yet paid out.
/// @param paid periods paid out.
/// @param previous the holder's latest policy in the scope as this one was issued; zero if there was none.
/// @param payee zero means the controller.
struct Policy {
    ProgramId program;
    uint32 firstEpoch;
    uint32 periods;
    uint32 reserved;
    uint32 owed;
    uint32 paid;
    uint256 holder;
    address controller;
    PolicyId previous;
    address payee;
}

/// @dev What the attester signs (EIP-712) after checking the patient's enrolment proof over this very digest.
/// @param program number of the program.
/// @param offerHash the program's: should a reorganisation of the chain give the number to another offer, the
/// attestation is void.
/// @param holder the policyholder's pseudonym in the program's scope, a non-zero field element.
/// @param controller account that holds the policy, consents and redirects payment.
/// @param payee first payee; zero means the controller.
/// @param firstEpoch first epoch of period 0; the period must not have begun.
/// @param periods number of periods, at least 1.
/// @param nonce any number; makes digests of equal content different.
/// @param expiry last second at which a policy can be issued on it.
struct HolderAttestation {
    ProgramId program;
    bytes32 offerHash;
    uint256 holder;
    address controller;
    address payee;
    uint32 firstEpoch;
    uint32 periods;
    uint256 nonce;
    uint256 expiry;
}

/// @param openedAt last write of the period's anchor; zero while there is none.
/// @param closesAt first second at which the period can no longer be claimed, stops included; zero while no
/// anchor exists.
/// @param releasableFrom first second at which an unclaimed period's reserve becomes free, as seen now (a later
/// correction or stop can move it): `reopenTime` of pauses after the close.
/// @param circuit what a claim would have to prove now; zero if no circuit is in force for the period.
struct ClaimWindow {
    uint256 openedAt;
    uint256 closesAt;
    uint256 releasableFrom;
    CircuitId circuit;
}

/// @dev A claim in a batch: what `submitClaim` takes, and what its proof was made against.
/// @param circuit circuit that it was proven under.
/// @param anchorRoot root that it was proven against.
struct ClaimItem {
    PolicyId policyId;
    uint32 period;
    ConsentId consentId;
    CircuitId circuit;
    uint256 anchorRoot;
    Groth16Proof proof;
}

/// @dev Why a claim cannot be settled now, and `detail` that goes with it:
/// None - ; UnknownPolicy - ; UnknownPeriod - ; PeriodAlreadyClaimed - ; PeriodReleased - ; PeriodNotOver: its end;
/// NotAnchored: the day; CircuitNotInForce: start of the period; WindowClosed: when it closed; CircuitBlocked:
/// until when; NoActiveConsent - ; OtherCircuit: what has to be proven now; OtherRoot: the root on record. The
/// last two only in batches.
enum SkipReason {
    None,
    UnknownPolicy,
    UnknownPeriod,
    PeriodAlreadyClaimed,
    PeriodReleased,
    PeriodNotOver,
    NotAnchored,
    CircuitNotInForce,
    WindowClosed,
    CircuitBlocked,
    NoActiveConsent,
    OtherCircuit,
    OtherRoot
}

/// @dev What would become of a claim in a batch. See `SkipReason`.
struct ClaimPreview {
    SkipReason reason;
    uint256 detail;
}

/// @title Programs, policies, claims and their money
/// @notice Assumptions and weaknesses, plainly:
/// - A proof shows that anchored readings meet the terms. Sensors, sealers and attesters are trusted as the
///   program's assurance class says.
/// - All four public inputs are derived here, so a copied proof pays the policy's payee and nobody else.
/// - A policy's whole possible benefit is reserved when it is issued, in the program's escrow ({ICustody} has the
///   assumptions about tokens). The insurer can withdraw only what is free. If the insurer's account is lost, its free
///   money remains there.
/// - The insurer of a program never changes, since consents name it. Use a contract wallet.
/// - The controller of a policy never changes. Losing its key loses the power to consent and redirect, not
///   what is owed to the payee.
/// - Claims need an active consent at the moment of verification. Verification is settlement: later revocation,
///   retirement or correction does not undo it.
/// - A pause stops new programs, policies and claims, never payments, reviews, releases or withdrawals. Every
///   stop ends on its own, and a window that a stop touched stays open for three days after it ({Windows}).
/// - If the circuit was suspended as the window closed and has a successor by then, only the successor's
///   proof counts from there on. With no successor the circuit counts again when its suspension ends.
/// - A period under a circuit that was exposed as forged can be claimed under its successor as soon as that is in
///   force, and its window waits for it. With no successor in that time the period lapses.
/// - Who insures may not attest, pause, govern or guard. That is looked at when a program is created and when a policy is
///   issued. It cannot be known who controls another address, nor prevented that an insurer takes a role on later.
/// - One blocked payee harms only its own policy.
interface IClaimsPayout {
    event ProgramCreated(
        ProgramId indexed programId,
        address indexed insurer,
        ScopeId indexed scopeId,
        GroupId groupId,
        EscrowId escrowId,
        ProgramOffer offer
    );
    event PolicyIssued(
        PolicyId indexed policyId,
        ProgramId indexed programId,
        address indexed controller,
        uint256 holder,
        address payee,
        uint32 firstEpoch,
        uint32 periods,
        bytes32 attestation
    );
    event PolicyEnded(PolicyId indexed policyId, address indexed by, uint32 periods, uint32 freedPeriods);
    event PayeeChanged(PolicyId indexed policyId, address indexed payee);
    /// @notice A proof was verified. `reviewUntil` is 0 if the benefit was credited at once. With the policy's
    /// holder, the program's terms and scope and the proof in the call data, anyone can verify it again.
    event ClaimSettled(
        PolicyId indexed policyId,
        uint32 indexed period,
        CircuitId indexed circuitId,
        uint256 anchorRoot,
        ConsentId consentId,
        uint64 reviewUntil
    );
    /// @notice A claim of a batch was left out; nothing of it changed. `index` is its place among the items.
    event ClaimSkipped(
        PolicyId indexed policyId,
        uint32 indexed period,
        SkipReason indexed reason,
        uint256 index,
        uint256 detail
    );
    event ClaimRejected(PolicyId indexed policyId, uint32 indexed period, uint64 arbiterUntil, string reason);
    /// @notice A reviewed claim was credited. `by` is the insurer, the arbiter, or the caller who ended the silence.
    event ClaimCredited(PolicyId indexed policyId, uint32 indexed period, address indexed by);
    event ClaimDenied(PolicyId indexed policyId, uint32 indexed period, string reason);
    /// @notice Every period of `from` to `until - 1` that was open is released; `released` is how many.
    event PeriodsReleased(PolicyId indexed policyId, uint32 from, uint32 until, uint32 released);
    event PolicyPaid(PolicyId indexed policyId, address indexed payee, uint32 periods, uint256 amount);

    error ClaimsPayout_ZeroAddress();
    error ClaimsPayout_NotAContract(address account);
    error ClaimsPayout_IsPaused(uint64 until);
    /// @dev The insurer is the group's attester, the pauser, the governor or the guardian.
    error ClaimsPayout_InsurerGoverns(address insurer);
    error ClaimsPayout_CircuitNotInForce(CircuitId circuitId, uint256 time);
    error ClaimsPayout_AssuranceMismatch(GroupId groupId, AssuranceClass expected, AssuranceClass actual);
    error ClaimsPayout_InvalidBenefit(uint128 benefit);
    error ClaimsPayout_InvalidClaimWindow(uint32 claimWindow);
    error ClaimsPayout_InvalidReview(address arbiter, uint32 reviewTime, uint32 arbiterTime);
    error ClaimsPayout_UnknownProgram(ProgramId programId);
    error ClaimsPayout_NotInsurer(ProgramId programId, address caller);
    error ClaimsPayout_InvalidRecipient(address recipient);
    error ClaimsPayout_OtherOffer(ProgramId programId, bytes32 offerHash);
    error ClaimsPayout_InvalidHolder(uint256 holder);
    error ClaimsPayout_NoPeriods();
    error ClaimsPayout_EpochOutOfRange(uint256 lastEpoch);
    error ClaimsPayout_AlreadyBegun(uint256 start);
    error ClaimsPayout_CoverageOverlaps(ScopeId scopeId, uint256 holder, uint256 start, uint256 coveredUntil);
    error ClaimsPayout_AttestationExpired(uint256 expiry);
    error ClaimsPayout_AttestationUsed(bytes32 digest);
    error ClaimsPayout_InvalidAttestation(bytes32 digest, address attester);
    error ClaimsPayout_UnknownPolicy(PolicyId policyId);
    error ClaimsPayout_NotController(PolicyId policyId, address caller);
    error ClaimsPayout_NotControllerOrInsurer(PolicyId policyId, address caller);
    error ClaimsPayout_NothingToEnd(PolicyId policyId);
    error ClaimsPayout_UnknownPeriod(PolicyId policyId, uint32 period);
    error ClaimsPayout_InvalidPeriods(PolicyId policyId, uint32 from, uint32 until, uint32 periods);
    error ClaimsPayout_PeriodAlreadyClaimed(PolicyId policyId, uint32 period);
    error ClaimsPayout_PeriodReleased(PolicyId policyId, uint32 period);
    error ClaimsPayout_PeriodNotOver(PolicyId policyId, uint32 period, uint256 end);
    error ClaimsPayout_NotAnchored(GroupId groupId, uint32 day);
    error ClaimsPayout_WindowClosed(PolicyId policyId, uint32 period, uint256 closedAt);
    error ClaimsPayout_CircuitBlocked(CircuitId circuitId, uint64 until);
    error ClaimsPayout_NoActiveConsent(PolicyId policyId, ConsentId consentId);
    error ClaimsPayout_InvalidProof(PolicyId policyId, uint32 period);
    error ClaimsPayout_NoClaims();
    error ClaimsPayout_InvalidProofInBatch(uint256 index, PolicyId policyId, uint32 period);
    /// @dev Some proof of the items `first` to `last` is false, or the gas did not suffice; there was not enough left
    /// to tell which.
    error ClaimsPayout_BatchNotVerified(uint256 first, uint256 last);
    error ClaimsPayout_WrongState(PolicyId policyId, uint32 period, PeriodState state);
    error ClaimsPayout_ReviewOver(PolicyId policyId, uint32 period, uint64 until);
    error ClaimsPayout_ReviewNotOver(PolicyId policyId, uint32 period, uint64 until);
    error ClaimsPayout_NotArbiter(ProgramId programId, address caller);
    error ClaimsPayout_NothingToRelease(PolicyId policyId, uint32 from, uint32 until);
    error ClaimsPayout_NotReleasableYet(PolicyId policyId, uint32 period, uint256 from);
    error ClaimsPayout_NothingOwed(PolicyId policyId);

    // --- programs ----------------------------------------------------------------------------------------

    /// @notice Publishes an offer, and opens an escrow for it that the caller owns. The caller is its insurer
    /// permanently. Impossible terms, and terms that an all-missing period would meet, are refused.
    function createProgram(ProgramOffer calldata offer) external returns (ProgramId);

    // --- policies ------------------------------------------------------------------------------------------

    /// @notice Issues a policy on an attestation and reserves its whole possible benefit; the program's insurer
    /// only. The signature is the current attester's of the program's group.
    function issuePolicy(
        HolderAttestation calldata attestation,
        bytes calldata signature
    ) external returns (PolicyId);

    /// @notice Ends a policy from the next period that has not begun; controller or insurer. Periods that began
    /// stay claimable.
    function endPolicy(PolicyId policyId) external;

    /// @notice Redirects all future payments of a policy; controller only. Zero means the controller.
    function setPayee(PolicyId policyId, address payee) external;

    // --- claims --------------------------------------------------------------------------------------------

    /// @notice Claims one period. Anyone may send it; the policy's payee is paid. Needs an anchored period with
    /// an open window, a consent of the controller to the insurer for `claimPurpose()` and the program, and a
    /// proof for exactly `claimInputs(policyId, period)`.
    /// @param period number of the period in the policy, from 0.
    /// @param consentId the consent relied upon.
    function submitClaim(
        PolicyId policyId,
        uint32 period,
        ConsentId consentId,
        Groth16Proof calldata proof
    ) external;

    /// @notice Claims many periods. Anyone may send it. Any mix of policies, programs and circuits, in any order;
    /// neighbours of one statement are verified together, so put those side by side. Each item is settled as by
    /// `submitClaim`, one after the other (of two for one period the second is left out). An item that cannot be
    /// settled now, or whose proof was made against another circuit or root than it has to be, is left out with
    /// `ClaimSkipped`. A false proof reverts everything, with its index where the gas suffices to find it. At most 256
    /// of one statement side by side. Where pairings cost more than twice what EIP-1108 says, batches do not settle.
    /// @return settled number of claims that were settled
    function submitClaims(ClaimItem[] calldata items) external returns (uint256 settled);

    /// @notice Credits a claim under review or rejected: the insurer at any time, anyone once the review time
    /// (after a rejection: the arbiter's time) has passed in silence.
    function approveClaim(PolicyId policyId, uint32 period) external;

    /// @notice Rejects a claim under review; insurer only, in its review time. The benefit stays reserved for the
    /// arbiter.
    /// @param reason public; must not hold personal data.
    function rejectClaim(PolicyId policyId, uint32 period, string calldata reason) external;

    /// @notice Decides a rejected claim; arbiter only, in its time.
    function arbitrate(PolicyId policyId, uint32 period, bool pays, string calldata reason) external;

    /// @notice Frees the reserves of the open periods among `from` to `until - 1`. None of these may be claimable any
    /// more. Anyone may call it.
    /// @return released how many were open; at least 1
    function releasePeriods(PolicyId policyId, uint32 from, uint32 until) external returns (uint32 released);

    /// @notice Pays everything owed on a policy to its payee. Anyone may call it, also while paused.
    /// @return amount sent
    function pay(PolicyId policyId) external returns (uint256 amount);

    // --- views ---------------------------------------------------------------------------------------------

    /// @notice Those of `pauses()`.
    function circuits() external view returns (ICircuitRegistry);

    function scopes() external view returns (IScopeRegistry);

    /// @notice That of `scopes()`.
    function anchors() external view returns (IAnchorRegistry);

    /// @notice Asked about consents in public.
    function consents() external view returns (IConsentRegistry);

    /// @notice Asked about consents of the health ledger, whose ids begin with `BOUND_CONSENT`.
    function ledger() external view returns (IConsentSource);

    /// @notice Pauses and outages that claims follow.
    function pauses() external view returns (IPauseRegistry);

    /// @notice Where the money is.
    function custody() external view returns (ICustody);

    /// @notice Which terms a program can have.
    function claimTerms() external view returns (IClaimTerms);

    /// @notice `keccak256(abi.encode("vitalproof/purpose/claim/1", address(this)))`: program numbers mean
    /// something only together with their contract, so the purpose names it.
    function claimPurpose() external view returns (bytes32);

    function programCount() external view returns (uint64);

    function policyCount() external view returns (uint64);

    /// @notice Reverts for an unknown program.
    function program(ProgramId programId) external view returns (Program memory);

    /// @notice Reverts for an unknown policy.
    function policy(PolicyId policyId) external view returns (Policy memory);

    /// @return state of the period
    /// @return until end of the review or of the arbiter's time, else zero
    function periodOf(
        PolicyId policyId,
        uint32 period
    ) external view returns (PeriodState state, uint64 until);

    /// @notice Seconds that a period covers, `[start, end)`.
    function periodTimes(PolicyId policyId, uint32 period) external view returns (uint256 start, uint256 end);

    /// @notice The day whose anchor a period is proven against.
    function anchorDayOf(PolicyId policyId, uint32 period) external view returns (uint32);

    function windowOf(PolicyId policyId, uint32 period) external view returns (ClaimWindow memory);

    /// @notice The public inputs that a claim for this period is verified against, as of now.
    /// `anchorRoot` is zero while the day is not anchored.
    function claimInputs(
        PolicyId policyId,
        uint32 period
    ) external view returns (uint256 holder, uint256 anchorRoot, uint256 terms, uint256 scope);

    /// @notice What `submitClaims` would do with each item now; the proofs are not looked at.
    function previewClaims(ClaimItem[] calldata items) external view returns (ClaimPreview[] memory);

    /// @notice Until when the holder is covered in the scope; a further policy must start at or after it.
    function coveredUntil(ScopeId scopeId, uint256 holder) external view returns (uint256);

    /// @notice Who would be paid now.
    function payeeOf(PolicyId policyId) external view returns (address);

    /// @notice Amount credited and not yet paid.
    function owedOf(PolicyId policyId) external view returns (uint256);

    function isAttestationUsed(bytes32 digest) external view returns (bool);

    /// @notice EIP-712 digest of an attestation; the enrolment proof's `policyHash` is this mod r.
    function attestationDigest(HolderAttestation calldata attestation) external view returns (bytes32);
}
