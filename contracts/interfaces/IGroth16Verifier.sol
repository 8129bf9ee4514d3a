// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @dev A Groth16 proof over BN254 in the order of snarkjs's calldata export (the two halves of each
/// coordinate of `b` already swapped).
struct Groth16Proof {
    uint256[2] a;
    uint256[2][2] b;
    uint256[2] c;
}

/// @title The verifier that snarkjs exports for a claim circuit with four public inputs
/// @notice Returns false for a wrong proof, for a public input that is not a field element, and for points
/// off the curve. A failing precompile may burn most of the gas that was sent along. It never checks what an
/// input means: `ClaimProof` does.
interface IGroth16Verifier {
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[4] calldata inputs
    ) external view returns (bool);
}

/// @title The verifier that snarkjs exports for a circuit with three public inputs
/// @notice As {IGroth16Verifier}.
interface IGroth16Verifier3 {
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[3] calldata inputs
    ) external view returns (bool);
}
