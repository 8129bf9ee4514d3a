// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Groth16Batch} from "../verification/Groth16Batch.sol";

/// @title What not to do: a randomiser for each proof from a hash of that proof alone, for tests
/// @dev Looks as random as {Groth16Batch}'s, and is not sound. The owner of a valid proof makes any number of copies of
/// it that prove the same (Groth16 proofs can be re-randomised without the witness), and each copy draws a randomiser
/// of its own while those of the other proofs stay. With two proofs whose errors are e and -e, two copies with equal
/// randomisers are enough: a birthday search over 2^(bits / 2) copies of each. With k proofs it is Wagner's
/// generalised birthday problem (CRYPTO 2002): 2^(bits / (1 + log2 k)) copies of each.
///
/// Here randomisers have so few bits that the search takes seconds: 2^11 copies of two proofs. With 128 bits it takes
/// 2^64 copies of two proofs, or, of 64 proofs, about 2^(128 / 7) = 2^19 each, which is minutes.
contract PerProofRandomisers {
    uint256 public constant BITS = 22;

    uint256 private constant MASK = (1 << BITS) - 1;

    /// @notice The unsound way.
    function verify(bytes calldata key, bytes calldata batch) external view returns (bool) {
        uint256 proofs = Groth16Batch.countOf(batch, Groth16Batch.inputsOf(key));
        uint256 length = batch.length / proofs;
        uint256[] memory r = new uint256[](proofs);
        for (uint256 i = 0; i < proofs; ++i) {
            r[i] = uint256(keccak256(batch[i * length:(i + 1) * length])) & MASK;
        }
        return Groth16Batch.check(key, batch, r);
    }

    /// @notice Randomisers of the same size from a hash over everything: too short, and yet such copies gain nothing.
    function verifyWhole(bytes calldata key, bytes calldata batch) external view returns (bool) {
        uint256 proofs = Groth16Batch.countOf(batch, Groth16Batch.inputsOf(key));
        uint256[] memory r = Groth16Batch.randomisers(key, batch, proofs);
        for (uint256 i = 0; i < proofs; ++i) r[i] &= MASK;
        return Groth16Batch.check(key, batch, r);
    }
}
