// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16BatchVerifier} from "../interfaces/IGroth16BatchVerifier.sol";
import {Groth16Batch} from "./Groth16Batch.sol";
import {VerificationKeys} from "./VerificationKeys.sol";

/// @title Groth16BatchVerifier
/// @notice What it does, assumes and cannot do is said in {IGroth16BatchVerifier} and {Groth16Batch}. It has no
/// state and no owner; one deployment serves every key.
contract Groth16BatchVerifier is IGroth16BatchVerifier {
    /// @inheritdoc IGroth16BatchVerifier
    function verify(address key, bytes calldata batch) external view returns (bool) {
        return Groth16Batch.verify(VerificationKeys.read(key), batch);
    }

    /// @inheritdoc IGroth16BatchVerifier
    function verifyUnder(bytes calldata key, bytes calldata batch) external view returns (bool) {
        return Groth16Batch.verify(key, batch);
    }
}
