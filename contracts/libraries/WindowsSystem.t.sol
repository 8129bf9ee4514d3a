// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {deployArtifact} from "../mocks/Artifacts.sol";
import {CircuitProposal, ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {IPauseRegistry} from "../interfaces/IPauseRegistry.sol";
import {deployTestRegistry} from "../mocks/TestRegistry.sol";
import {TrapdoorVerifier} from "../mocks/TrapdoorVerifier.sol";
import {VM} from "../mocks/Vm.sol";
import {CircuitId} from "../types/Ids.sol";

/// @dev What decides over windows, with one circuit, whose keys anyone can forge. Every contract is deployed by its artifact.
abstract contract WindowsSystem {
    uint256 internal constant START = 1_800_000_000;
    address internal constant PAUSER = address(0x62);

    ICircuitRegistry internal circuits;
    IPauseRegistry internal pauses;
    TrapdoorVerifier internal verifier;
    address private key;
    /// @dev The line: each the successor of the one before.
    CircuitId[] internal line;

    function setUp() public {
        VM.warp(START);
        verifier = new TrapdoorVerifier();
        key = deployArtifact("VerificationKey.sol:VerificationKey", abi.encode(verifier.key()));
        circuits = deployTestRegistry(address(this), address(this), _proposal(1, CircuitId.wrap(0)));
        pauses = IPauseRegistry(
            deployArtifact("PauseRegistry.sol:PauseRegistry", abi.encode(circuits, PAUSER))
        );
        line.push(circuits.circuitIdOf("circuit", 1));
    }

    function _proposal(
        uint256 version,
        CircuitId predecessor
    ) internal view returns (CircuitProposal memory) {
        return
            CircuitProposal({
                name: "circuit",
                version: version,
                verifier: address(verifier),
                verifierCodeHash: address(verifier).codehash,
                verificationKey: key,
                verificationKeyHash: keccak256(verifier.key()),
                family: "any",
                facts: 0,
                inputs: 4,
                period: 1 days,
                zeroImpossible: true,
                ceremony: keccak256("ceremony"),
                predecessor: predecessor
            });
    }
}
