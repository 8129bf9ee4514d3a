// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {deployArtifact} from "../mocks/Artifacts.sol";
import {VerificationKey} from "./VerificationKey.sol";
import {IGroth16BatchVerifier} from "../interfaces/IGroth16BatchVerifier.sol";
import {Groth16Proof} from "../interfaces/IGroth16Verifier.sol";
import {TrapdoorVerifier} from "../mocks/TrapdoorVerifier.sol";
import {VM} from "../mocks/Vm.sol";

/// @dev By the verifier's artifact, as it is deployed and not as this file is compiled. The trapdoor makes valid proofs
/// of anything, so what is changed was valid before.
contract Groth16BatchTest {
    uint256 private constant Q =
        21888242871839275222246405745257275088696311157297823662689037894645226208583;
    uint256 private constant R =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 private constant BLOCK_WORDS = 12;

    TrapdoorVerifier internal trapdoor = new TrapdoorVerifier();
    IGroth16BatchVerifier internal verifier;
    address internal key;

    constructor() {
        verifier = IGroth16BatchVerifier(deployArtifact("Groth16BatchVerifier.sol:Groth16BatchVerifier", ""));
        key = address(new VerificationKey(trapdoor.key()));
    }

    /// @dev 1 to 4 valid proofs of random inputs; every second one malleated, so that A and B differ too.
    function _batch(uint256 seed) private view returns (uint256[] memory words) {
        uint256 proofs = 1 + (seed % 4);
        words = new uint256[](proofs * BLOCK_WORDS);
        for (uint256 i = 0; i < proofs; ++i) {
            uint256[4] memory inputs;
            for (uint256 j = 0; j < 4; ++j) inputs[j] = uint256(keccak256(abi.encode(seed, i, j))) % R;
            Groth16Proof memory proof = trapdoor.forge(inputs);
            if (i % 2 == 1) {
                proof.a[1] = Q - proof.a[1];
                proof.b[1][0] = Q - proof.b[1][0];
                proof.b[1][1] = Q - proof.b[1][1];
            }
            uint256 start = i * BLOCK_WORDS;
            (words[start], words[start + 1]) = (proof.a[0], proof.a[1]);
            (words[start + 2], words[start + 3]) = (proof.b[0][0], proof.b[0][1]);
            (words[start + 4], words[start + 5]) = (proof.b[1][0], proof.b[1][1]);
            (words[start + 6], words[start + 7]) = (proof.c[0], proof.c[1]);
            for (uint256 j = 0; j < 4; ++j) words[start + 8 + j] = inputs[j];
        }
    }

    /// @dev Something that the verifier refuses is not accepted, whatever it says about it.
    function _accepts(bytes memory batch) private view returns (bool) {
        try verifier.verify(key, batch) returns (bool valid) {
            return valid;
        } catch {
            return false;
        }
    }

    function _changed(uint256 seed, uint256 which, uint256 mask) private view returns (bytes memory) {
        uint256[] memory words = _batch(seed);
        words[which % words.length] ^= mask;
        return abi.encodePacked(words);
    }

    /// @dev T14: by both ways.
    function testFuzz_T14_validBatches(uint256 seed) public view {
        bytes memory batch = abi.encodePacked(_batch(seed));
        require(verifier.verify(key, batch), "T14");
        require(verifier.verifyUnder(trapdoor.key(), batch), "T14: key in calldata");
    }

    /// @dev T13, T18: any word changed by any mask.
    function testFuzz_T13_T18_anyWord(uint256 seed, uint256 which, uint256 mask) public view {
        VM.assume(mask != 0);
        require(!_accepts(_changed(seed, which, mask)), "T13, T18");
    }

    /// @dev T13, T18: any single bit.
    function testFuzz_T13_T18_anyBit(uint256 seed, uint256 which, uint8 bit) public view {
        require(!_accepts(_changed(seed, which, 1 << bit)), "T13, T18");
    }

    /// @dev T13: an input of one proof exchanged for one of another, or for another of its own.
    function testFuzz_T13_exchanged(uint256 seed, uint256 a, uint256 b) public view {
        uint256[] memory words = _batch(seed);
        uint256 inputs = words.length / 3;
        (a, b) = (a % inputs, b % inputs);
        VM.assume(a != b);
        (a, b) = ((a / 4) * BLOCK_WORDS + 8 + (a % 4), (b / 4) * BLOCK_WORDS + 8 + (b % 4));
        (words[a], words[b]) = (words[b], words[a]);
        require(!_accepts(abi.encodePacked(words)), "T13");
    }

    /// @dev T13: what is added to an input of one proof and taken from the same one of another.
    function testFuzz_T13_cancelling(uint256 seed, uint256 which, uint256 change) public view {
        uint256[] memory words = _batch(seed | 1);
        (uint256 a, uint256 b) = (8 + (which % 4), 20 + (which % 4));
        change %= R;
        VM.assume(change != 0);
        words[a] = addmod(words[a], change, R);
        words[b] = addmod(words[b], R - change, R);
        require(!_accepts(abi.encodePacked(words)), "T13: cancelling");
    }
}
