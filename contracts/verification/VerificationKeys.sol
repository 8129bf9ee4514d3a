// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Groth16Batch} from "./Groth16Batch.sol";

/// @title Reading and hashing a {VerificationKey}
library VerificationKeys {
    /// @dev STOP, before the first byte of the key.
    bytes1 private constant PREFIX = 0x00;

    error VerificationKeys_NotAKey(address account);

    /// @notice The code of the contract that holds a key. Reverts (`Groth16Batch_InvalidKey`) for what cannot be one.
    function codeOf(bytes memory key) internal pure returns (bytes memory) {
        Groth16Batch.inputsOf(key);
        return bytes.concat(PREFIX, key);
    }

    /// @notice The key at an address. The caller must know whether it is the right one.
    function read(address account) internal view returns (bytes memory key) {
        uint256 size = account.code.length;
        if (size < 2) revert VerificationKeys_NotAKey(account);
        key = new bytes(size - 1);
        assembly ("memory-safe") {
            extcodecopy(account, add(key, 0x20), 1, sub(size, 1))
        }
    }

    /// @notice keccak256 of the key at an address (docs/adr/0011); zero if the contract there is not a {VerificationKey}
    /// for this number of public inputs.
    function hashOf(address account, uint256 inputs) internal view returns (bytes32) {
        bytes memory code = account.code;
        if (code.length != 1 + Groth16Batch.keyBytes(inputs) || code[0] != PREFIX) return 0;
        return keccak256(read(account));
    }
}
