// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {GroupId, ScopeId} from "../types/Ids.sol";
import {IAnchorRegistry} from "./IAnchorRegistry.sol";

/// @title Scopes: in which a person is one pseudonym, and who may offer something in them
/// @notice A scope belongs to one attester's group. Each person is one holder in it, derived from the person's secret
/// and the scope's field element, and other holders in all other scopes. Every offer (a program, a query) is made in a
/// scope.
///
/// Assumptions and weaknesses, plainly:
/// - Everything in one scope can be linked to one holder, by anyone. A second purpose needs a second scope. So members
///   are let into the scope as a whole, and not for single contracts.
/// - Membership is a courtesy between those who make offers, not a protection of persons: a contract that asks nobody
///   can name any element. What protects a person is the scope that the person's own software proves for.
/// - The creator of a scope never changes. One that is lost lets nobody in any more; what exists stays.
interface IScopeRegistry {
    event ScopeCreated(
        ScopeId indexed scopeId,
        address indexed creator,
        GroupId indexed groupId,
        uint256 element
    );
    event ScopeMembershipChanged(ScopeId indexed scopeId, address indexed member, bool allowed);

    error ScopeRegistry_NotAContract(address account);
    error ScopeRegistry_UnknownScope(ScopeId scopeId);
    error ScopeRegistry_NotCreator(ScopeId scopeId, address caller);
    error ScopeRegistry_NotInScope(ScopeId scopeId, address account);

    /// @notice Makes a scope over one group; the caller is its creator.
    function createScope(GroupId groupId) external returns (ScopeId);

    /// @notice Lets another account make offers in the scope, or no longer; creator only. Offers that exist stay.
    function setMember(ScopeId scopeId, address member, bool allowed) external;

    // --- views ---------------------------------------------------------------------------------------------

    /// @notice Where the groups are.
    function anchors() external view returns (IAnchorRegistry);

    function scopeCount() external view returns (uint64);

    /// @return creator who may let others in
    /// @return groupId the scope's group
    function scope(ScopeId scopeId) external view returns (address creator, GroupId groupId);

    /// @notice Whether the creator let this account in. The creator itself needs no membership.
    function isMember(ScopeId scopeId, address account) external view returns (bool);

    /// @notice The scope's group, for an account that may make offers in it. Reverts for every other account.
    function groupFor(ScopeId scopeId, address account) external view returns (GroupId);

    /// @notice `uint256(keccak256(abi.encode("vitalproof/scope/2", block.chainid, address(this), uint256(scopeId))))
    /// mod r`: the field element that goes into proofs. Also for a number that no scope has yet.
    function elementOf(ScopeId scopeId) external view returns (uint256);
}
