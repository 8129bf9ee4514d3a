// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title A verifier of many Groth16 proofs under one key
/// @notice {Groth16Batch} says what a batch and a key look like, why it is sound and what it costs. These functions
/// revert with its errors: for an invalid key, an empty, oversized or ragged batch, a public input that is not a field
/// element, a point that is not on its curve. The errors name the proof and the value.
interface IGroth16BatchVerifier {
    /// @notice Whether all proofs of a batch are right, under a key on chain.
    /// @param key address of a {VerificationKey}. The caller trusts it; its code cannot change.
    /// @return false if at least one proof is false, or a point of B is on the curve and outside the group
    function verify(address key, bytes calldata batch) external view returns (bool);

    /// @notice The same under a key that the caller sends along; the caller compares its keccak256 with what it
    /// trusts. Dearer than {verify} from the first proof on: a key is 768 bytes of calldata.
    function verifyUnder(bytes calldata key, bytes calldata batch) external view returns (bool);
}
