// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Field} from "../libraries/Field.sol";

/// @title Many Groth16 proofs under one verification key, by a random linear combination
/// @notice One proof (Groth 2016, <https://eprint.iacr.org/2016/260>) is right for its inputs x if
/// `e(A, B) = e(alpha, beta) e(L, gamma) e(C, delta)` with `L = IC_0 + Σ x_j IC_j`. N of them are checked at once as
///
///     Π e(r_i A_i, B_i) = e(Σ r_i alpha, beta) e(Σ r_i L_i, gamma) e(Σ r_i C_i, delta)
///
/// with N + 3 pairs instead of 4 N (small exponents test: Bellare, Garay, Rabin, EUROCRYPT '98).
///
/// Soundness. Let `g^(e_i)` be the factor by which proof i misses its equation; the batch accepts if
/// `Σ r_i e_i = 0 mod r`. If some `e_k` is not 0, then for any choice of the other randomisers at most one value of
/// `r_k` modulo r makes it hold, so 128-bit randomisers let a false batch pass with probability at most 2^-128. They
/// are derived from a hash over all proofs, all inputs and the key (Fiat-Shamir), so every change of anything draws
/// all of them anew: an attacker who evaluates the hash q times succeeds with probability at most q 2^-128 (in the random
/// oracle model). Randomisers that depend on one proof alone do not have this: there one proof's can be searched
/// while the others stay, and a generalised birthday search finds a false batch.
///
/// Points are those of EIP-196 and EIP-197, coordinates of the second group imaginary part first. A batch is a plain
/// sequence of N blocks of 8 + n words: A (x, y), B (x.c1, x.c0, y.c1, y.c0), C (x, y), then n public inputs. A key
/// is alpha, beta, gamma, delta, IC_0 … IC_n in the same form (docs/adr/0011); n follows from its length.
///
/// Costs: a pair 34,000, two multiplications 12,000 and an addition 150 for each proof (EIP-1108), its calldata, and
/// less than 4 % on top of that. All that a key can be trusted for is the caller's: its points are not checked.
library Groth16Batch {
    /// @notice Most proofs in one batch; more fit into no transaction (EIP-7825: 16,777,216 gas).
    uint256 internal constant MAX_PROOFS = 256;

    /// @dev Order of the field that coordinates are in (EIP-196).
    uint256 internal constant Q =
        21888242871839275222246405745257275088696311157297823662689037894645226208583;
    /// @dev Twisted curve of the second group: y² = x³ + 3 / (9 + i).
    uint256 private constant TWIST_REAL =
        19485874751759354771024239261021720505790618469301721065564631296452457478373;
    uint256 private constant TWIST_IMAGINARY =
        266929791119991161246907387137283842545076965332900288569378510910307636690;

    uint256 private constant PROOF_BYTES = 256;
    /// @dev alpha, beta, gamma, delta.
    uint256 private constant KEY_HEAD_BYTES = 448;
    uint256 private constant PAIR_BYTES = 192;
    /// @dev Price of a pairing check and of each of its pairs (EIP-1108).
    uint256 private constant PAIRING_GAS = 45_000;
    uint256 private constant PAIR_GAS = 34_000;
    uint256 private constant MASK = 0xffffffffffffffffffffffffffffffff;
    bytes32 private constant TAG = "vitalproof/groth16-batch/1";

    /// @param length bytes of something that is not a key for at least one public input
    error Groth16Batch_InvalidKey(uint256 length);
    error Groth16Batch_Empty();
    error Groth16Batch_TooManyProofs(uint256 proofs, uint256 limit);
    /// @param bytesPerProof what the key asks for; `length` is not a multiple of it
    error Groth16Batch_InvalidLength(uint256 length, uint256 bytesPerProof);
    error Groth16Batch_InputNotInField(uint256 proof, uint256 input, uint256 value);
    /// @param point "A", "B" or "C": a coordinate is q or more, or the point is at infinity or not on its curve
    error Groth16Batch_PointNotOnCurve(uint256 proof, bytes1 point);
    /// @dev Out of gas, or a key with words that are not points.
    error Groth16Batch_PrecompileFailed();

    /// @notice Length of a key for so many public inputs.
    function keyBytes(uint256 inputs) internal pure returns (uint256) {
        return KEY_HEAD_BYTES + 64 * (inputs + 1);
    }

    /// @notice Number of public inputs that a key is for. Reverts for what cannot be a key.
    function inputsOf(bytes memory key) internal pure returns (uint256) {
        uint256 length = key.length;
        if (length < keyBytes(1) || (length - KEY_HEAD_BYTES) % 64 != 0) {
            revert Groth16Batch_InvalidKey(length);
        }
        return (length - KEY_HEAD_BYTES) / 64 - 1;
    }

    /// @notice Number of proofs in a batch. Reverts for an empty, oversized or ragged one.
    /// @param inputs public inputs of each proof
    function countOf(bytes calldata batch, uint256 inputs) internal pure returns (uint256 proofs) {
        uint256 bytesPerProof = PROOF_BYTES + 32 * inputs;
        if (batch.length == 0) revert Groth16Batch_Empty();
        if (batch.length % bytesPerProof != 0) {
            revert Groth16Batch_InvalidLength(batch.length, bytesPerProof);
        }
        proofs = batch.length / bytesPerProof;
        if (proofs > MAX_PROOFS) revert Groth16Batch_TooManyProofs(proofs, MAX_PROOFS);
    }

    /// @notice The randomisers of a batch, below 2^128: from a hash over the key and everything in the batch. Lengths
    /// are bound through the two inner hashes.
    function randomisers(
        bytes memory key,
        bytes calldata batch,
        uint256 proofs
    ) internal pure returns (uint256[] memory r) {
        bytes32 batchHash;
        assembly ("memory-safe") {
            // In memory that is used again afterwards: what a batch needs of it is a part of its price.
            let to := mload(0x40)
            calldatacopy(to, batch.offset, batch.length)
            batchHash := keccak256(to, batch.length)
        }
        bytes32 seed = keccak256(abi.encode(TAG, keccak256(key), batchHash));
        // Two from each hash; one is to spare where their number is odd.
        r = new uint256[](proofs + 1);
        assembly ("memory-safe") {
            mstore(0x00, seed)
            let i := 0
            let to := add(r, 0x20)
            for {
                let end := add(to, shl(5, proofs))
            } lt(to, end) {
                to := add(to, 0x40)
            } {
                mstore(0x20, i)
                i := add(i, 1)
                let hash := keccak256(0x00, 0x40)
                mstore(to, shr(128, hash))
                mstore(add(to, 0x20), and(hash, MASK))
            }
            mstore(r, proofs)
        }
    }

    /// @notice Whether all proofs of a batch are right for their inputs, but for the chance in the title.
    /// @dev False also for a point of B that is on the curve and outside the group: there the pairing precompile
    /// fails, and takes what it was given with it, which is twice its price.
    function verify(bytes memory key, bytes calldata batch) internal view returns (bool) {
        uint256 proofs = countOf(batch, inputsOf(key));
        return check(key, batch, randomisers(key, batch, proofs));
    }

    /// @notice The combined equation under given randomisers. Apart from {verify} only for tests, which show what
    /// randomisers of another kind are worth.
    /// @param r one randomiser below 2^128 for each proof
    function check(bytes memory key, bytes calldata batch, uint256[] memory r) internal view returns (bool) {
        uint256 inputs = inputsOf(key);
        bytes memory pairs = _room((r.length + 3) * PAIR_BYTES);
        (uint256[] memory scalars, bool inField) = _combineInputs(batch, inputs, r);
        if (!inField) _refuseInput(batch, inputs);
        if (!_writeProofs(pairs, scalars, batch, r) || !_writeKey(pairs, key, scalars)) {
            revert Groth16Batch_PrecompileFailed();
        }

        uint256 price = PAIRING_GAS + PAIR_GAS * (r.length + 3);
        uint256 answer;
        bool success;
        assembly ("memory-safe") {
            // Where it fails it burns what it is given, and a prover can make it fail. Twice its price is enough, and
            // leaves the caller the gas to find out whose proof it was.
            success := staticcall(mul(2, price), 8, add(pairs, 0x20), mload(pairs), 0x00, 0x20)
            answer := mload(0x00)
        }
        return success && answer == 1;
    }

    /// @dev Memory of this length whose content is not set to zero, since all of it is written.
    function _room(uint256 length) private pure returns (bytes memory room) {
        assembly ("memory-safe") {
            room := mload(0x40)
            mstore(room, length)
            mstore(0x40, add(room, add(length, 0x20)))
        }
    }

    /// @dev Σ r_i x_ij, the scalar of IC_(j + 1), for every input j, two at a time. The first place stays free for the
    /// scalar of IC_0.
    /// @return scalars n + 1 of them
    /// @return inField whether all inputs are field elements
    function _combineInputs(
        bytes calldata batch,
        uint256 inputs,
        uint256[] memory r
    ) private pure returns (uint256[] memory scalars, bool inField) {
        uint256 order = Field.MODULUS;
        // One place to spare: of an odd number of inputs the last is summed together with what comes after it.
        scalars = new uint256[](inputs + 2);
        assembly ("memory-safe") {
            mstore(scalars, add(inputs, 1))
            inField := 1
            let stride := add(PROOF_BYTES, shl(5, inputs))
            let limit := order
            for {
                let j := 0
            } lt(j, inputs) {
                j := add(j, 2)
            } {
                if eq(add(j, 1), inputs) {
                    limit := not(0)
                }
                let sum0 := 0
                let sum1 := 0
                let x := add(add(batch.offset, PROOF_BYTES), shl(5, j))
                let ri := add(r, 0x20)
                for {
                    let last := add(ri, shl(5, mload(r)))
                } lt(ri, last) {
                    ri := add(ri, 0x20)
                    x := add(x, stride)
                } {
                    let scalar := mload(ri)
                    let value := calldataload(x)
                    inField := and(inField, lt(value, order))
                    sum0 := addmod(sum0, mulmod(value, scalar, order), order)
                    value := calldataload(add(x, 0x20))
                    inField := and(inField, lt(value, limit))
                    sum1 := addmod(sum1, mulmod(value, scalar, order), order)
                }
                let to := add(add(scalars, 0x40), shl(5, j))
                mstore(to, sum0)
                mstore(add(to, 0x20), sum1)
            }
        }
    }

    /// @dev Writes the pairs (r_i A_i, B_i), -Σ r_i C_i as the first half of the last pair, and Σ r_i, the scalar of
    /// alpha and of IC_0, which is below 256 · 2^128. Reverts for a point that is not on its curve: the precompiles
    /// would refuse it too, but burn the gas that they were given, and not say which it is.
    /// @return done whether all multiplications and additions were made
    // One loop: parts of it as functions of their own would cost gas for every proof.
    // solhint-disable-next-line function-max-lines
    function _writeProofs(
        bytes memory pairs,
        uint256[] memory scalars,
        bytes calldata batch,
        uint256[] memory r
    ) private view returns (bool done) {
        uint256 good;
        uint256 point;
        assembly ("memory-safe") {
            // A sum of points, what is added to it, and a scalar.
            let sum := mload(0x40)
            mstore(sum, 0)
            mstore(add(sum, 0x20), 0)
            let total := 0
            done := 1

            let proof := batch.offset
            // As many scalars as inputs, and one more.
            let stride := add(sub(PROOF_BYTES, 0x20), shl(5, mload(scalars)))
            let pair := add(pairs, 0x20)
            let ri := add(r, 0x20)
            for {
                let last := add(ri, shl(5, mload(r)))
            } lt(ri, last) {
                ri := add(ri, 0x20)
                pair := add(pair, PAIR_BYTES)
                proof := add(proof, stride)
            } {
                let onB
                {
                    let x1 := calldataload(add(proof, 0x40))
                    let x0 := calldataload(add(proof, 0x60))
                    let y1 := calldataload(add(proof, 0x80))
                    let y0 := calldataload(add(proof, 0xa0))
                    onB := and(and(lt(x0, Q), lt(x1, Q)), and(lt(y0, Q), lt(y1, Q)))
                    // y² = x³ + twist, with (a + b i)² = (a + b)(a - b) + 2 a b i
                    let s0 := mulmod(add(x0, x1), add(x0, sub(Q, x1)), Q)
                    let s1 := mulmod(add(x0, x0), x1, Q)
                    let t0 := addmod(addmod(mulmod(s0, x0, Q), sub(Q, mulmod(s1, x1, Q)), Q), TWIST_REAL, Q)
                    onB := and(onB, eq(mulmod(add(y0, y1), add(y0, sub(Q, y1)), Q), t0))
                    let t1 := addmod(mulmod(s0, x1, Q), mulmod(s1, x0, Q), Q)
                    onB := and(onB, eq(mulmod(add(y0, y0), y1, Q), addmod(t1, TWIST_IMAGINARY, Q)))
                }
                let onA
                {
                    let x := calldataload(proof)
                    let y := calldataload(add(proof, 0x20))
                    onA := and(lt(x, Q), lt(y, Q))
                    onA := and(onA, eq(mulmod(y, y, Q), addmod(mulmod(mulmod(x, x, Q), x, Q), 3, Q)))
                }
                let onC
                {
                    let x := calldataload(add(proof, 0xc0))
                    let y := calldataload(add(proof, 0xe0))
                    onC := and(lt(x, Q), lt(y, Q))
                    onC := and(onC, eq(mulmod(y, y, Q), addmod(mulmod(mulmod(x, x, Q), x, Q), 3, Q)))
                }
                if iszero(and(and(onA, onB), onC)) {
                    point := "C"
                    if iszero(onB) {
                        point := "B"
                    }
                    if iszero(onA) {
                        point := "A"
                    }
                    break
                }

                let scalar := mload(ri)
                total := add(total, scalar)
                calldatacopy(pair, proof, 0x40)
                mstore(add(pair, 0x40), scalar)
                done := and(done, staticcall(gas(), 7, pair, 0x60, pair, 0x40))
                calldatacopy(add(pair, 0x40), add(proof, 0x40), 0x80)

                calldatacopy(add(sum, 0x40), add(proof, 0xc0), 0x40)
                mstore(add(sum, 0x80), scalar)
                done := and(done, staticcall(gas(), 7, add(sum, 0x40), 0x60, add(sum, 0x40), 0x40))
                done := and(done, staticcall(gas(), 6, sum, 0x80, sum, 0x40))
            }
            good := shr(5, sub(ri, add(r, 0x20)))
            mstore(add(scalars, 0x20), total)
            pair := add(pair, mul(2, PAIR_BYTES))
            mstore(pair, mload(sum))
            mstore(add(pair, 0x20), mod(sub(Q, mload(add(sum, 0x20))), Q))
        }
        if (point != 0) revert Groth16Batch_PointNotOnCurve(good, bytes1(bytes32(point)));
    }

    /// @dev Writes the pairs (-Σ r_i alpha, beta), (-Σ scalar_j IC_j, gamma) and the second half of the last, delta.
    /// @return done whether all multiplications and additions were made
    function _writeKey(
        bytes memory pairs,
        bytes memory key,
        uint256[] memory scalars
    ) private view returns (bool done) {
        uint256 order = Field.MODULUS;
        assembly ("memory-safe") {
            let point := add(key, 0x20)
            let pair := add(add(pairs, 0x20), sub(mload(pairs), mul(3, PAIR_BYTES)))
            let scalar := add(scalars, 0x20)

            mcopy(pair, point, 0x40)
            mstore(add(pair, 0x40), sub(order, mload(scalar)))
            done := staticcall(gas(), 7, pair, 0x60, pair, 0x40)
            mcopy(add(pair, 0x40), add(point, 0x40), 0x80)

            // A sum of points, what is added to it, and a scalar.
            let sum := mload(0x40)
            mstore(sum, 0)
            mstore(add(sum, 0x20), 0)
            pair := add(pair, PAIR_BYTES)
            mcopy(add(pair, 0x40), add(point, 0xc0), 0x80)
            mcopy(add(pair, add(PAIR_BYTES, 0x40)), add(point, 0x140), 0x80)
            point := add(point, KEY_HEAD_BYTES)
            for {
                let end := add(scalar, shl(5, mload(scalars)))
            } lt(scalar, end) {
                scalar := add(scalar, 0x20)
                point := add(point, 0x40)
            } {
                mcopy(add(sum, 0x40), point, 0x40)
                mstore(add(sum, 0x80), sub(order, mload(scalar)))
                done := and(done, staticcall(gas(), 7, add(sum, 0x40), 0x60, add(sum, 0x40), 0x40))
                done := and(done, staticcall(gas(), 6, sum, 0x80, sum, 0x40))
            }
            mcopy(pair, sum, 0x40)
        }
    }

    /// @dev Names the first input of a batch that is not a field element. It is separate from the loop that finds that
    /// there is one, so that the loop has no branch.
    function _refuseInput(bytes calldata batch, uint256 inputs) private pure {
        uint256 proofs = countOf(batch, inputs);
        for (uint256 proof = 0; proof < proofs; ++proof) {
            for (uint256 input = 0; input < inputs; ++input) {
                uint256 place = PROOF_BYTES * (proof + 1) + 32 * (inputs * proof + input);
                uint256 value = uint256(bytes32(batch[place:place + 32]));
                if (value >= Field.MODULUS) revert Groth16Batch_InputNotInField(proof, input, value);
            }
        }
    }
}
