// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {CircuitProposal} from "../interfaces/ICircuitRegistry.sol";
import {CircuitId} from "../types/Ids.sol";
import {deployArtifact} from "./Artifacts.sol";
import {TrapdoorVerifier} from "./TrapdoorVerifier.sol";

/// @title A verifier that takes every proof of three or five inputs
/// @dev It stands for circuits that are broken: what the health ledger refuses then, it refuses itself.
contract AnyProofs {
    function verifyProof(
        uint256[2] calldata,
        uint256[2][2] calldata,
        uint256[2] calldata,
        uint256[3] calldata
    ) external pure returns (bool) {
        return true;
    }

    function verifyProof(
        uint256[2] calldata,
        uint256[2][2] calldata,
        uint256[2] calldata,
        uint256[5] calldata
    ) external pure returns (bool) {
        return true;
    }
}

/// @dev Circuits of the ledger's families, version 1, each named by its family.
function ledgerCircuits() returns (CircuitProposal[4] memory circuits) {
    AnyProofs verifier = new AnyProofs();
    TrapdoorVerifier keys = new TrapdoorVerifier();
    bytes16[4] memory families = [bytes16("ledger-access"), "ledger-consent", "ledger-slot", "ledger-bind"];
    string[4] memory names = ["ledger-access", "ledger-consent", "ledger-slot", "ledger-bind"];
    for (uint256 i = 0; i < 4; ++i) {
        uint256 inputs = i == 3 ? 5 : 3;
        bytes memory key = keys.keyOf(inputs);
        circuits[i] = CircuitProposal({
            name: names[i],
            version: 1,
            verifier: address(verifier),
            verifierCodeHash: address(verifier).codehash,
            verificationKey: deployArtifact("VerificationKey.sol:VerificationKey", abi.encode(key)),
            verificationKeyHash: keccak256(key),
            family: families[i],
            facts: 0,
            inputs: uint8(inputs),
            period: 0,
            zeroImpossible: true,
            ceremony: keccak256("ceremony"),
            predecessor: CircuitId.wrap(0)
        });
    }
}
