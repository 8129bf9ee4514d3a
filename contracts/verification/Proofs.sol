// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IGroth16BatchVerifier} from "../interfaces/IGroth16BatchVerifier.sol";
import {Groth16Proof, IGroth16Verifier3} from "../interfaces/IGroth16Verifier.sol";

/// @title Asking verifiers about one proof with any number of public inputs
/// @notice What the inputs mean is the product's to know, e.g. `ClaimProof`.
library Proofs {
    /// @notice True only if `verifier`, which snarkjs exports for this number of inputs, says yes.
    /// @dev Encoded by hand: the number of inputs is part of the function's signature.
    function verify(
        address verifier,
        uint256[] memory inputs,
        Groth16Proof calldata proof
    ) internal view returns (bool) {
        (bool success, bytes memory answer) = verifier.staticcall(
            bytes.concat(selectorOf(inputs.length), _words(inputs, proof))
        );
        return isYes(success, answer);
    }

    /// @notice As `verify`, and cheaper, for three inputs.
    function verify3(
        address verifier,
        uint256[3] memory inputs,
        Groth16Proof calldata proof
    ) internal view returns (bool) {
        (bool success, bytes memory answer) = verifier.staticcall(
            abi.encodeCall(IGroth16Verifier3.verifyProof, (proof.a, proof.b, proof.c, inputs))
        );
        return isYes(success, answer);
    }

    /// @notice True only if `batchVerifier` accepts a batch of this one proof.
    /// @param key {VerificationKey} of the circuit
    function verifyAsBatch(
        IGroth16BatchVerifier batchVerifier,
        address key,
        uint256[] memory inputs,
        Groth16Proof calldata proof
    ) internal view returns (bool) {
        (bool success, bytes memory answer) = address(batchVerifier).staticcall(
            abi.encodeCall(IGroth16BatchVerifier.verify, (key, _words(inputs, proof)))
        );
        return isYes(success, answer);
    }

    /// @notice Selector of `verifyProof` for this number of inputs.
    function selectorOf(uint256 inputs) internal pure returns (bytes4) {
        return
            bytes4(
                keccak256(
                    bytes.concat(
                        "verifyProof(uint256[2],uint256[2][2],uint256[2],uint256[",
                        bytes(Strings.toString(inputs)),
                        "])"
                    )
                )
            );
    }

    /// @notice Exactly one word, 1.
    /// @dev A call that reverts, runs out of gas, or reaches an address without code (it "succeeds" with no
    /// data) is not a proof.
    function isYes(bool success, bytes memory answer) internal pure returns (bool) {
        return success && answer.length == 32 && uint256(bytes32(answer)) == 1;
    }

    /// @dev Proof and inputs one after the other, as both verifiers read them.
    function _words(
        uint256[] memory inputs,
        Groth16Proof calldata proof
    ) private pure returns (bytes memory) {
        return bytes.concat(abi.encode(proof), abi.encodePacked(inputs));
    }
}
