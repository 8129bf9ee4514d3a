// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ScopeId} from "../types/Ids.sol";
import {Field} from "./Field.sol";

/// @title The field element of a scope
/// @notice Derived and not stored: hashing four words costs a claim less than a look into storage, and on a chain that
/// splits the same number becomes another scope.
library ScopeElements {
    /// @param registry the {ScopeRegistry} that assigned the number
    function elementOf(address registry, ScopeId scopeId) internal view returns (uint256) {
        uint256 number = ScopeId.unwrap(scopeId);
        return
            uint256(keccak256(abi.encode("vitalproof/scope/2", block.chainid, registry, number))) %
            Field.MODULUS;
    }
}
