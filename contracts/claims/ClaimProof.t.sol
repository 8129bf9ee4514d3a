// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Groth16Proof} from "../interfaces/IGroth16Verifier.sol";
import {TrapdoorVerifier} from "../mocks/TrapdoorVerifier.sol";
import {ClaimProof} from "./ClaimProof.sol";

contract ClaimProofHarness {
    function verify(
        address verifier,
        ClaimProof.Inputs memory inputs,
        Groth16Proof calldata proof
    ) external view returns (bool) {
        return ClaimProof.verify(verifier, inputs, proof);
    }
}

/// @dev Against a real pairing. The trapdoor makes valid proofs of anything, so what is mangled was valid before.
contract ClaimProofTest {
    uint256 private constant Q =
        21888242871839275222246405745257275088696311157297823662689037894645226208583;
    uint256 private constant R =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;

    ClaimProofHarness internal harness = new ClaimProofHarness();
    TrapdoorVerifier internal verifier = new TrapdoorVerifier();

    function _inputs(uint256[4] memory values) private pure returns (ClaimProof.Inputs memory) {
        return ClaimProof.Inputs(values[0], values[1], values[2], values[3]);
    }

    /// @dev T13: the order of the inputs is holder, anchorRoot, terms, scope.
    function testFuzz_T13_order(uint256[4] memory values) public pure {
        uint256[4] memory signals = ClaimProof.toArray(_inputs(values));
        for (uint256 i = 0; i < 4; ++i) require(signals[i] == values[i], "order");
    }

    /// @dev T13: a valid proof verifies, and for any other inputs it does not.
    function testFuzz_T13_boundToInputs(uint256[4] memory values, uint8 which, uint256 other) public view {
        for (uint256 i = 0; i < 4; ++i) values[i] %= R;
        Groth16Proof memory proof = verifier.forge(values);
        require(harness.verify(address(verifier), _inputs(values), proof), "completeness");
        uint256 i_ = which % 4;
        values[i_] = other % R == values[i_] ? addmod(other, 1, R) : other;
        require(!harness.verify(address(verifier), _inputs(values), proof), "T13");
    }

    /// @dev T13: v + r stands for v in the curve's arithmetic and is refused all the same.
    function testFuzz_T13_aliases(uint256[4] memory values, uint8 which) public view {
        for (uint256 i = 0; i < 4; ++i) values[i] %= R;
        Groth16Proof memory proof = verifier.forge(values);
        values[which % 4] += R;
        require(!harness.verify(address(verifier), _inputs(values), proof), "T13: alias");
    }

    /// @dev T18: any coordinate changed, by anything: off the curve, at or above q, at infinity.
    function testFuzz_T18_mangled(
        uint256[4] memory values,
        uint8 which,
        uint256 change,
        uint8 kind
    ) public view {
        for (uint256 i = 0; i < 4; ++i) values[i] %= R;
        Groth16Proof memory proof = verifier.forge(values);
        uint256[8] memory words = [
            proof.a[0],
            proof.a[1],
            proof.b[0][0],
            proof.b[0][1],
            proof.b[1][0],
            proof.b[1][1],
            proof.c[0],
            proof.c[1]
        ];
        uint256 i_ = which % 8;
        uint256 old = words[i_];
        if (kind % 5 == 0) words[i_] = old + Q;
        else if (kind % 5 == 1) words[i_] = 0;
        else if (kind % 5 == 2) words[i_] = Q;
        else if (kind % 5 == 3) words[i_] = old ^ (1 << (change % 256));
        else words[i_] = change;
        if (words[i_] == old) return;
        proof = Groth16Proof(
            [words[0], words[1]],
            [[words[2], words[3]], [words[4], words[5]]],
            [words[6], words[7]]
        );
        require(!harness.verify(address(verifier), _inputs(values), proof), "T18");
    }

    /// @dev T19: (-A, -B, C) verifies by nature; nothing in the contracts may depend on a proof being unique.
    function testFuzz_T19_malleable(uint256[4] memory values) public view {
        for (uint256 i = 0; i < 4; ++i) values[i] %= R;
        Groth16Proof memory proof = verifier.forge(values);
        proof.a[1] = Q - proof.a[1];
        proof.b[1][0] = Q - proof.b[1][0];
        proof.b[1][1] = Q - proof.b[1][1];
        require(harness.verify(address(verifier), _inputs(values), proof), "T19");
    }

    /// @dev T18: whatever has no code, or is a precompile that answers something, proves nothing.
    function testFuzz_T18_noCode(address anybody, Groth16Proof memory proof) public view {
        if (anybody.code.length != 0) return;
        require(!harness.verify(anybody, _inputs([uint256(1), 2, 3, 4]), proof), "T18");
    }

    function test_T18_precompiles() public view {
        Groth16Proof memory proof;
        for (uint160 i = 1; i <= 20; ++i) {
            // Some burn all they are given; that is no proof either.
            try harness.verify{gas: 1_000_000}(address(i), _inputs([uint256(1), 2, 3, 4]), proof) returns (
                bool valid
            ) {
                require(!valid, "T18");
            } catch {}
        }
    }
}
