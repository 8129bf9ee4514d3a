// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16BatchVerifier} from "../interfaces/IGroth16BatchVerifier.sol";
import {Groth16Proof, IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";
import {Proofs} from "../verification/Proofs.sol";

/// @title The claim circuits' public inputs by name
/// @notice Every claim circuit has these four first, in this order. The contract derives all of them; the
/// claimant chooses none. A template's outputs, once there are any, follow from `FIRST_OUTPUT` on.
///
/// What the circuits do not check and the caller must: that `holder` is the policy's, `anchorRoot` the one on
/// record for the program's group and the period's last day, `terms` the program's with the period's first epoch,
/// and `scope` the program's on this chain and contract.
library ClaimProof {
    uint256 internal constant HOLDER = 0;
    uint256 internal constant ANCHOR_ROOT = 1;
    uint256 internal constant TERMS = 2;
    uint256 internal constant SCOPE = 3;
    uint256 internal constant FIRST_OUTPUT = 4;

    /// @param holder the policyholder's pseudonym in the scope.
    /// @param anchorRoot root of the day in which the period's last epoch ends.
    /// @param terms packed terms with the period's first epoch in them.
    /// @param scope the scope's field element.
    struct Inputs {
        uint256 holder;
        uint256 anchorRoot;
        uint256 terms;
        uint256 scope;
    }

    /// @dev Proofs under one key with their inputs, in the form that {Groth16Batch} describes. `words` has its full
    /// length from the start and is cut to what was added when it is verified.
    struct Batch {
        bytes words;
        uint256 proofs;
    }

    /// @dev Words of a proof and its inputs in a batch.
    uint256 private constant BLOCK_BYTES = 256 + 32 * FIRST_OUTPUT;

    /// @notice The inputs in verifier order.
    function toArray(Inputs memory inputs) internal pure returns (uint256[FIRST_OUTPUT] memory signals) {
        signals[HOLDER] = inputs.holder;
        signals[ANCHOR_ROOT] = inputs.anchorRoot;
        signals[TERMS] = inputs.terms;
        signals[SCOPE] = inputs.scope;
    }

    /// @notice True only if `verifier` says yes.
    function verify(
        address verifier,
        Inputs memory inputs,
        Groth16Proof calldata proof
    ) internal view returns (bool) {
        return verify(verifier, inputs, proof, gasleft());
    }

    /// @notice The same with no more than `gasLimit` gas for the verifier.
    function verify(
        address verifier,
        Inputs memory inputs,
        Groth16Proof calldata proof,
        uint256 gasLimit
    ) internal view returns (bool) {
        (bool success, bytes memory answer) = verifier.staticcall{gas: gasLimit}(
            abi.encodeCall(IGroth16Verifier.verifyProof, (proof.a, proof.b, proof.c, toArray(inputs)))
        );
        return Proofs.isYes(success, answer);
    }

    /// @notice An empty batch with room for `most` proofs.
    function open(uint256 most) internal pure returns (Batch memory batch) {
        batch.words = new bytes(most * BLOCK_BYTES);
    }

    /// @notice Adds a proof and its inputs. The caller adds no more than it made room for.
    function add(Batch memory batch, Inputs memory inputs, Groth16Proof calldata proof) internal pure {
        uint256 start = batch.proofs++ * BLOCK_BYTES;
        bytes memory words = batch.words;
        assembly ("memory-safe") {
            let to := add(add(words, 0x20), start)
            calldatacopy(to, proof, 0x100)
            // The members of `Inputs` in their order are the inputs in verifier order.
            mcopy(add(to, 0x100), inputs, 0x80)
        }
    }

    /// @notice Inputs of the proof that was added as number `index`, from 0.
    function inputsAt(Batch memory batch, uint256 index) internal pure returns (Inputs memory inputs) {
        uint256 start = index * BLOCK_BYTES;
        bytes memory words = batch.words;
        assembly ("memory-safe") {
            mcopy(inputs, add(add(words, 0x120), start), 0x80)
        }
    }

    /// @notice Whether all proofs added are right. Anything that the batch verifier refuses is not.
    /// @param key {VerificationKey} of the circuit
    function verifyAll(
        Batch memory batch,
        IGroth16BatchVerifier batchVerifier,
        address key
    ) internal view returns (bool) {
        bytes memory words = batch.words;
        uint256 length = batch.proofs * BLOCK_BYTES;
        assembly ("memory-safe") {
            mstore(words, length)
        }
        (bool success, bytes memory answer) = address(batchVerifier).staticcall(
            abi.encodeCall(IGroth16BatchVerifier.verify, (key, words))
        );
        return Proofs.isYes(success, answer);
    }
}
