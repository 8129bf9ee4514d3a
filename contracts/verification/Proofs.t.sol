// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16BatchVerifier} from "../interfaces/IGroth16BatchVerifier.sol";
import {Groth16Proof, IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";
import {Proofs} from "./Proofs.sol";

interface ITwo {
    function verifyProof(
        uint256[2] calldata,
        uint256[2][2] calldata,
        uint256[2] calldata,
        uint256[2] calldata
    ) external;
}

interface ITwelve {
    function verifyProof(
        uint256[2] calldata,
        uint256[2][2] calldata,
        uint256[2] calldata,
        uint256[12] calldata
    ) external;
}

/// @dev Says yes to one exact call.
contract Expecting {
    bytes32 private immutable _expected;

    constructor(bytes memory call) {
        _expected = keccak256(call);
    }

    fallback(bytes calldata data) external returns (bytes memory) {
        return abi.encode(keccak256(data) == _expected);
    }
}

contract ProofsTest {
    function ask(
        address verifier,
        uint256[] memory inputs,
        Groth16Proof calldata proof
    ) external view returns (bool) {
        return Proofs.verify(verifier, inputs, proof);
    }

    function askBatch(
        address verifier,
        address key,
        uint256[] memory inputs,
        Groth16Proof calldata proof
    ) external view returns (bool) {
        return Proofs.verifyAsBatch(IGroth16BatchVerifier(verifier), key, inputs, proof);
    }

    function test_SelectorIsTheCompilers() external pure {
        require(Proofs.selectorOf(4) == IGroth16Verifier.verifyProof.selector, "4");
        require(Proofs.selectorOf(2) == ITwo.verifyProof.selector, "2");
        require(Proofs.selectorOf(12) == ITwelve.verifyProof.selector, "12");
    }

    function testFuzz_CallsAreTheCompilers(
        Groth16Proof calldata proof,
        uint256[12] calldata twelve
    ) external {
        uint256[] memory inputs = new uint256[](12);
        for (uint256 i = 0; i < 12; ++i) inputs[i] = twelve[i];
        address verifier = address(
            new Expecting(abi.encodeCall(ITwelve.verifyProof, (proof.a, proof.b, proof.c, twelve)))
        );
        require(this.ask(verifier, inputs, proof), "the compiler's call");
        inputs[11] ^= 1;
        require(!this.ask(verifier, inputs, proof), "another input");
    }

    function testFuzz_BatchOfOneIsProofThenInputs(
        Groth16Proof calldata proof,
        uint256[2] calldata two
    ) external {
        uint256[] memory inputs = new uint256[](2);
        (inputs[0], inputs[1]) = (two[0], two[1]);
        address verifier = address(
            new Expecting(abi.encodeCall(IGroth16BatchVerifier.verify, (address(7), abi.encode(proof, two))))
        );
        require(this.askBatch(verifier, address(7), inputs, proof), "proof, then inputs");
        require(!this.askBatch(verifier, address(8), inputs, proof), "another key");
    }

    function testFuzz_OnlyOneWordOneIsYes(bytes calldata answer) external pure {
        require(Proofs.isYes(true, abi.encode(1)), "1");
        require(!Proofs.isYes(false, abi.encode(1)), "a call that failed");
        require(!Proofs.isYes(true, abi.encode(2)), "2");
        require(!Proofs.isYes(true, abi.encode(1, 0)), "two words");
        require(answer.length == 32 || !Proofs.isYes(true, answer), "another length");
    }
}
