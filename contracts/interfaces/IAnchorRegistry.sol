// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {GroupId} from "../types/Ids.sol";

/// @dev What protects the readings of a group, as its attester declares it.
enum AssuranceClass {
    SecureElement,
    SupervisedGateway,
    SelfAttested
}

/// @param attester account that anchors and attests now.
/// @param intakeTime seconds after an epoch's end in which intake takes its head; anchoring starts this long
/// after the day's end.
/// @param graceTime length of the anchoring window in seconds.
/// @param correctionTime seconds after the anchoring window in which `correct` is still possible.
/// @param assurance fixed permanently, like the times.
struct Group {
    address attester;
    uint32 intakeTime;
    uint32 graceTime;
    uint32 correctionTime;
    AssuranceClass assurance;
}

/// @param root root of the day's tree; zero means not anchored.
/// @param writtenAt Unix seconds of the last write.
/// @param corrected true once `correct` was used for the day; then nothing more can be written.
struct Anchor {
    uint256 root;
    uint64 writtenAt;
    bool corrected;
}

/// @param nominee zero means that nobody is nominated.
/// @param acceptableFrom first second at which the nominee can become the attester.
struct Nomination {
    address nominee;
    uint64 acceptableFrom;
}

/// @title One Merkle root a day and attester, written once, in time
/// @notice Assumptions and weaknesses, plainly:
/// - Anyone can open a group, and its assurance class is its attester's own word. Those who rely on a group (an
///   insurer by making a scope, a patient by enrolling) must know who its attester is.
/// - This contract does not stop a dishonest attester, one that omits a leaf, or one that lets a day lapse. Its
///   signed receipts prove what it accepted (`receiptDigest`), and the write-once rule fixes what it published.
/// - Corrections are public, once a day, in a bounded time and name a reason. They do not touch settled claims,
///   but an attester can use one to void a root before its claims are made.
/// - A root is any non-zero field element. That it is the root of a well-formed tree shows only in proofs.
interface IAnchorRegistry {
    event GroupCreated(
        GroupId indexed groupId,
        address indexed attester,
        uint32 intakeTime,
        uint32 graceTime,
        uint32 correctionTime,
        AssuranceClass assurance
    );
    event AttesterNominated(
        GroupId indexed groupId,
        address indexed attester,
        address indexed nominee,
        uint64 acceptableFrom
    );
    event AttesterChanged(GroupId indexed groupId, address indexed previous, address indexed attester);
    event DayAnchored(GroupId indexed groupId, uint32 indexed day, uint256 root);
    event DayCorrected(
        GroupId indexed groupId,
        uint32 indexed day,
        uint256 previousRoot,
        uint256 root,
        string reason
    );

    error AnchorRegistry_UnknownGroup(GroupId groupId);
    error AnchorRegistry_NotAttester(GroupId groupId, address caller);
    error AnchorRegistry_NotNominee(GroupId groupId, address caller, address nominee);
    error AnchorRegistry_NominationTooEarly(GroupId groupId, uint64 acceptableFrom);
    error AnchorRegistry_InvalidTimes(uint32 intakeTime, uint32 graceTime, uint32 correctionTime);
    error AnchorRegistry_InvalidRoot(uint256 root);
    error AnchorRegistry_AlreadyAnchored(GroupId groupId, uint32 day, uint256 root);
    error AnchorRegistry_TooEarly(GroupId groupId, uint32 day, uint256 from);
    error AnchorRegistry_TooLate(GroupId groupId, uint32 day, uint256 until);
    error AnchorRegistry_AlreadyCorrected(GroupId groupId, uint32 day);
    error AnchorRegistry_StillInTime(GroupId groupId, uint32 day, uint256 until);
    error AnchorRegistry_SameRoot(GroupId groupId, uint32 day, uint256 root);
    error AnchorRegistry_NoReason(GroupId groupId, uint32 day);

    /// @notice Opens a group whose attester is the caller. `graceTime` is at least an hour and
    /// `correctionTime` at least a day; the three times together are at most 180 days, so that no claim waits longer for an anchor.
    function createGroup(
        uint32 intakeTime,
        uint32 graceTime,
        uint32 correctionTime,
        AssuranceClass assurance
    ) external returns (GroupId groupId);

    /// @notice First step of handing a group over; attester only. Zero withdraws a nomination. The nominee can accept
    /// once no day up to today's can be written any more: who takes a group over never changes what patients were
    /// insured on before that was public.
    function nominateAttester(GroupId groupId, address nominee) external;

    /// @notice Second step; the nominee only. From now on its signature counts, and no longer the previous one's.
    function acceptAttester(GroupId groupId) external;

    /// @notice Writes the root of `day` (days since 1970-01-01 UTC), once, in
    /// `[dayEnd + intakeTime, dayEnd + intakeTime + graceTime]`; attester only.
    function anchor(GroupId groupId, uint32 day, uint256 root) external;

    /// @notice Replaces the root of `day`, or, after the anchoring window, writes a missed one; once per day,
    /// until `dayEnd + intakeTime + graceTime + correctionTime`; attester only.
    /// @param reason public; must not hold personal data.
    function correct(GroupId groupId, uint32 day, uint256 root, string calldata reason) external;

    function groupCount() external view returns (uint64);

    /// @notice Reverts for an unknown group.
    function group(GroupId groupId) external view returns (Group memory);

    function assuranceOf(GroupId groupId) external view returns (AssuranceClass);

    function attesterOf(GroupId groupId) external view returns (address);

    /// @notice Who can become the attester, and when; zeros if nobody.
    function nominationOf(GroupId groupId) external view returns (Nomination memory);

    /// @notice The anchor of a day; zeros if there is none.
    function anchorOf(GroupId groupId, uint32 day) external view returns (Anchor memory);

    /// @return from first second of the anchoring window
    /// @return until its last second
    /// @return correctableUntil last second at which `correct` may write the day
    function anchorWindow(
        GroupId groupId,
        uint32 day
    ) external view returns (uint256 from, uint256 until, uint256 correctableUntil);

    /// @notice EIP-712 digest of an intake receipt, so that anyone can check one under this contract's domain.
    /// @param leaf leaf that the attester promised to anchor
    /// @param ctx `profile(16) | offset(8) | epoch(32)`, least significant field first
    /// @param receivedAt Unix seconds
    /// @param anchorDay day in whose tree the leaf belongs
    function receiptDigest(
        GroupId groupId,
        uint256 leaf,
        uint64 ctx,
        uint64 receivedAt,
        uint32 anchorDay
    ) external view returns (bytes32);

    /// @notice True if `signature` is the *current* attester's on that receipt. After a change of attester an
    /// older receipt must be checked against the previous one (`AttesterChanged`).
    function isReceiptOfAttester(
        GroupId groupId,
        uint256 leaf,
        uint64 ctx,
        uint64 receivedAt,
        uint32 anchorDay,
        bytes calldata signature
    ) external view returns (bool);
}
