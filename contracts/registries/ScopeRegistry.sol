// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IAnchorRegistry} from "../interfaces/IAnchorRegistry.sol";
import {IScopeRegistry} from "../interfaces/IScopeRegistry.sol";
import {ScopeElements} from "../libraries/ScopeElements.sol";
import {GroupId, ScopeId} from "../types/Ids.sol";

/// @title ScopeRegistry
/// @notice What it does, assumes and cannot do is said in {IScopeRegistry}.
contract ScopeRegistry is IScopeRegistry {
    struct Scope {
        address creator;
        GroupId group;
    }

    /// @inheritdoc IScopeRegistry
    IAnchorRegistry public immutable anchors;

    /// @inheritdoc IScopeRegistry
    uint64 public scopeCount;
    /// @inheritdoc IScopeRegistry
    mapping(ScopeId scopeId => mapping(address account => bool)) public isMember;

    mapping(ScopeId scopeId => Scope) private _scopes;

    constructor(IAnchorRegistry anchors_) {
        if (address(anchors_).code.length == 0) revert ScopeRegistry_NotAContract(address(anchors_));
        anchors = anchors_;
    }

    /// @inheritdoc IScopeRegistry
    function createScope(GroupId groupId) external returns (ScopeId scopeId) {
        anchors.attesterOf(groupId); // reverts for an unknown group
        scopeId = ScopeId.wrap(++scopeCount);
        _scopes[scopeId] = Scope(msg.sender, groupId);
        emit ScopeCreated(scopeId, msg.sender, groupId, elementOf(scopeId));
    }

    /// @inheritdoc IScopeRegistry
    function setMember(ScopeId scopeId, address member, bool allowed) external {
        if (_known(scopeId).creator != msg.sender) revert ScopeRegistry_NotCreator(scopeId, msg.sender);
        isMember[scopeId][member] = allowed;
        emit ScopeMembershipChanged(scopeId, member, allowed);
    }

    /// @inheritdoc IScopeRegistry
    function scope(ScopeId scopeId) external view returns (address creator, GroupId groupId) {
        Scope memory scope_ = _known(scopeId);
        return (scope_.creator, scope_.group);
    }

    /// @inheritdoc IScopeRegistry
    function groupFor(ScopeId scopeId, address account) external view returns (GroupId) {
        Scope memory scope_ = _known(scopeId);
        if (scope_.creator != account && !isMember[scopeId][account]) {
            revert ScopeRegistry_NotInScope(scopeId, account);
        }
        return scope_.group;
    }

    /// @inheritdoc IScopeRegistry
    function elementOf(ScopeId scopeId) public view returns (uint256) {
        return ScopeElements.elementOf(address(this), scopeId);
    }

    function _known(ScopeId scopeId) private view returns (Scope memory scope_) {
        scope_ = _scopes[scopeId];
        if (scope_.creator == address(0)) revert ScopeRegistry_UnknownScope(scopeId);
    }
}
