// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title The field that circuits compute in
library Field {
    /// @dev Order r of the BN254 groups (EIP-197): every public input is below it.
    uint256 internal constant MODULUS =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;

    /// @notice True for 1 … r - 1: what a holder or a root can be.
    function isNonZeroElement(uint256 value) internal pure returns (bool) {
        return value != 0 && value < MODULUS;
    }
}
