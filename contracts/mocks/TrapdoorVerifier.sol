// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Groth16Proof, IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";

/// @title A Groth16 verifier whose trapdoor everybody knows, by hand
/// @dev The verification equation of Groth16 with alpha = G1, beta = gamma = delta = G2 and IC_i = (i + 1) G1, so
/// `e(A, B) = e(G1, G2) e(vk_x, G2) e(C, G2)`. With A = G1 and B = G2, C = -vk_x proves any inputs: `forge` gives
/// that proof. It stands for a development key that somebody labelled "production".
contract TrapdoorVerifier is IGroth16Verifier {
    uint256 private constant Q =
        21888242871839275222246405745257275088696311157297823662689037894645226208583;
    uint256 private constant R =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;
    /// @dev The generator of the second group (EIP-197), imaginary parts first.
    uint256 private constant G2_X1 =
        11559732032986387107991004021392285783925812861821192530917403151452391805634;
    uint256 private constant G2_X0 =
        10857046999023057135944570762232829481370756359578518086990519993285655852781;
    uint256 private constant G2_Y1 =
        4082367875863433681332203403145435568316851327593401208105741076214120093531;
    uint256 private constant G2_Y0 =
        8495653923123431417604973247489272438418190587263600148770280649306958101930;

    function forge(uint256[4] calldata inputs) external view returns (Groth16Proof memory proof) {
        uint256[2] memory x = _combine(inputs);
        proof.a = [uint256(1), 2];
        proof.b = [[G2_X1, G2_X0], [G2_Y1, G2_Y0]];
        proof.c = [x[0], x[1] == 0 ? 0 : Q - x[1]];
    }

    /// @notice The same key in the form that {VerificationKey} holds.
    function key() external view returns (bytes memory) {
        return keyOf(4);
    }

    /// @notice As `key`, for another number of inputs.
    function keyOf(uint256 inputs) public view returns (bytes memory words) {
        words = abi.encodePacked(uint256(1), uint256(2));
        for (uint256 i = 0; i < 3; ++i) words = abi.encodePacked(words, G2_X1, G2_X0, G2_Y1, G2_Y0);
        for (uint256 i = 1; i <= inputs + 1; ++i) words = abi.encodePacked(words, _generatorTimes(i));
    }

    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[4] calldata inputs
    ) external view returns (bool) {
        for (uint256 i = 0; i < 4; ++i) {
            if (inputs[i] >= R) return false;
        }
        uint256[2] memory x = _combine(inputs);
        uint256[24] memory pairs;
        // -A, B
        (pairs[0], pairs[1]) = (a[0], a[1] == 0 ? 0 : (Q - (a[1] % Q)) % Q);
        (pairs[2], pairs[3], pairs[4], pairs[5]) = (b[0][0], b[0][1], b[1][0], b[1][1]);
        (pairs[6], pairs[7]) = (1, 2);
        (pairs[12], pairs[13]) = (x[0], x[1]);
        (pairs[18], pairs[19]) = (c[0], c[1]);
        for (uint256 i = 8; i < 24; i += 6) {
            (pairs[i], pairs[i + 1], pairs[i + 2], pairs[i + 3]) = (G2_X1, G2_X0, G2_Y1, G2_Y0);
        }
        (bool success, bytes memory answer) = address(8).staticcall(abi.encode(pairs));
        return success && a[1] < Q && abi.decode(answer, (bool));
    }

    /// @dev IC_0 + Σ inputs_i IC_(i+1) = (1 + Σ (i + 2) inputs_i) G1
    function _combine(uint256[4] calldata inputs) private view returns (uint256[2] memory) {
        uint256 scalar = 1;
        for (uint256 i = 0; i < 4; ++i) {
            scalar = addmod(scalar, mulmod(i + 2, inputs[i], R), R);
        }
        return _generatorTimes(scalar);
    }

    function _generatorTimes(uint256 scalar) private view returns (uint256[2] memory point) {
        (bool success, bytes memory answer) = address(7).staticcall(
            abi.encode(uint256(1), uint256(2), scalar)
        );
        require(success, "ecMul");
        point = abi.decode(answer, (uint256[2]));
    }
}
