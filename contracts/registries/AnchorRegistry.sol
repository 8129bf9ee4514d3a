// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Anchor, AssuranceClass, Group, IAnchorRegistry, Nomination} from "../interfaces/IAnchorRegistry.sol";
import {Epochs} from "../libraries/Epochs.sol";
import {Field} from "../libraries/Field.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {GroupId} from "../types/Ids.sol";

/// @title AnchorRegistry
/// @notice What it does, assumes and cannot do is said in {IAnchorRegistry}.
contract AnchorRegistry is IAnchorRegistry, EIP712 {
    /// @dev Shorter windows could be missed by one full block-space or network outage.
    uint256 public constant MIN_GRACE_TIME = 1 hours;
    /// @dev What the chain's standing still for a while keeps an attester from writing can be written as a correction.
    uint256 public constant MIN_CORRECTION_TIME = 1 days;
    /// @dev Bounds how long an unanchored period keeps its reserve.
    uint256 public constant MAX_GROUP_TIME = 180 days;

    bytes32 public constant RECEIPT_TYPEHASH = keccak256(
        "Receipt(uint256 group,uint256 leaf,uint64 ctx,uint64 receivedAt,uint32 anchorDay)"
    );

    /// @inheritdoc IAnchorRegistry
    uint64 public groupCount;

    mapping(GroupId groupId => Group) private _groups;
    mapping(GroupId groupId => Nomination) private _nominations;
    mapping(GroupId groupId => mapping(uint32 day => Anchor)) private _anchors;

    modifier onlyAttester(GroupId groupId) {
        if (_group(groupId).attester != msg.sender) revert AnchorRegistry_NotAttester(groupId, msg.sender);
        _;
    }

    constructor() EIP712("Vitalproof Anchors", "1") {}

    /// @inheritdoc IAnchorRegistry
    function createGroup(
        uint32 intakeTime,
        uint32 graceTime,
        uint32 correctionTime,
        AssuranceClass assurance
    ) external returns (GroupId groupId) {
        uint256 total = uint256(intakeTime) + graceTime + correctionTime;
        bool valid =
            graceTime >= MIN_GRACE_TIME && correctionTime >= MIN_CORRECTION_TIME && total <= MAX_GROUP_TIME;
        if (!valid) {
            revert AnchorRegistry_InvalidTimes(intakeTime, graceTime, correctionTime);
        }
        groupId = GroupId.wrap(++groupCount);
        _groups[groupId] = Group(msg.sender, intakeTime, graceTime, correctionTime, assurance);
        emit GroupCreated(groupId, msg.sender, intakeTime, graceTime, correctionTime, assurance);
    }

    /// @inheritdoc IAnchorRegistry
    function nominateAttester(GroupId groupId, address nominee) external onlyAttester(groupId) {
        (, , uint256 until) = anchorWindow(groupId, uint32(block.timestamp / Epochs.DAY));
        // Then no day up to today's can be written any more.
        uint64 acceptableFrom = uint64(until + 1);
        _nominations[groupId] = Nomination(nominee, acceptableFrom);
        emit AttesterNominated(groupId, msg.sender, nominee, acceptableFrom);
    }

    /// @inheritdoc IAnchorRegistry
    function acceptAttester(GroupId groupId) external {
        Nomination memory nomination = _nominations[groupId];
        address nominee = nomination.nominee;
        if (msg.sender != nominee) revert AnchorRegistry_NotNominee(groupId, msg.sender, nominee);
        if (block.timestamp < nomination.acceptableFrom) {
            revert AnchorRegistry_NominationTooEarly(groupId, nomination.acceptableFrom);
        }
        Group storage group_ = _group(groupId);
        address previous = group_.attester;
        group_.attester = nominee;
        delete _nominations[groupId];
        emit AttesterChanged(groupId, previous, nominee);
    }

    /// @inheritdoc IAnchorRegistry
    function anchor(GroupId groupId, uint32 day, uint256 root) external onlyAttester(groupId) {
        (uint256 from, uint256 until, ) = anchorWindow(groupId, day);
        Anchor storage anchor_ = _anchors[groupId][day];
        if (anchor_.root != 0) revert AnchorRegistry_AlreadyAnchored(groupId, day, anchor_.root);
        if (block.timestamp < from) revert AnchorRegistry_TooEarly(groupId, day, from);
        if (block.timestamp > until) revert AnchorRegistry_TooLate(groupId, day, until);
        if (!Field.isNonZeroElement(root)) revert AnchorRegistry_InvalidRoot(root);

        anchor_.root = root;
        anchor_.writtenAt = uint64(block.timestamp);
        emit DayAnchored(groupId, day, root);
    }

    /// @inheritdoc IAnchorRegistry
    function correct(
        GroupId groupId,
        uint32 day,
        uint256 root,
        string calldata reason
    ) external onlyAttester(groupId) {
        (, uint256 until, uint256 correctableUntil) = anchorWindow(groupId, day);
        Anchor storage anchor_ = _anchors[groupId][day];
        uint256 previous = anchor_.root;
        if (anchor_.corrected) revert AnchorRegistry_AlreadyCorrected(groupId, day);
        // A day that is still in its window is anchored, not corrected.
        if (previous == 0 && block.timestamp <= until) revert AnchorRegistry_StillInTime(groupId, day, until);
        if (block.timestamp > correctableUntil) revert AnchorRegistry_TooLate(groupId, day, correctableUntil);
        if (!Field.isNonZeroElement(root)) revert AnchorRegistry_InvalidRoot(root);
        // Writing the same root again would do nothing but restart claim windows.
        if (root == previous) revert AnchorRegistry_SameRoot(groupId, day, root);
        if (bytes(reason).length == 0) revert AnchorRegistry_NoReason(groupId, day);

        anchor_.root = root;
        anchor_.writtenAt = uint64(block.timestamp);
        anchor_.corrected = true;
        emit DayCorrected(groupId, day, previous, root, reason);
    }

    /// @inheritdoc IAnchorRegistry
    function group(GroupId groupId) external view returns (Group memory) {
        return _group(groupId);
    }

    /// @inheritdoc IAnchorRegistry
    function assuranceOf(GroupId groupId) external view returns (AssuranceClass) {
        return _group(groupId).assurance;
    }

    /// @inheritdoc IAnchorRegistry
    function attesterOf(GroupId groupId) external view returns (address) {
        return _group(groupId).attester;
    }

    /// @inheritdoc IAnchorRegistry
    function nominationOf(GroupId groupId) external view returns (Nomination memory) {
        return _nominations[groupId];
    }

    /// @inheritdoc IAnchorRegistry
    function anchorOf(GroupId groupId, uint32 day) external view returns (Anchor memory) {
        return _anchors[groupId][day];
    }

    /// @inheritdoc IAnchorRegistry
    function isReceiptOfAttester(
        GroupId groupId,
        uint256 leaf,
        uint64 ctx,
        uint64 receivedAt,
        uint32 anchorDay,
        bytes calldata signature
    ) external view returns (bool) {
        bytes32 digest = receiptDigest(groupId, leaf, ctx, receivedAt, anchorDay);
        return Signatures.isValid(_group(groupId).attester, digest, signature);
    }

    /// @inheritdoc IAnchorRegistry
    function anchorWindow(
        GroupId groupId,
        uint32 day
    ) public view returns (uint256 from, uint256 until, uint256 correctableUntil) {
        Group storage group_ = _group(groupId);
        from = Epochs.dayEnd(day) + group_.intakeTime;
        until = from + group_.graceTime;
        correctableUntil = until + group_.correctionTime;
    }

    /// @inheritdoc IAnchorRegistry
    function receiptDigest(
        GroupId groupId,
        uint256 leaf,
        uint64 ctx,
        uint64 receivedAt,
        uint32 anchorDay
    ) public view returns (bytes32) {
        return
            _hashTypedDataV4(
                keccak256(abi.encode(RECEIPT_TYPEHASH, groupId, leaf, ctx, receivedAt, anchorDay))
            );
    }

    function _group(GroupId groupId) private view returns (Group storage group_) {
        group_ = _groups[groupId];
        if (group_.attester == address(0)) revert AnchorRegistry_UnknownGroup(groupId);
    }
}
