// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {CircuitProposal, CircuitRegistryConfig, ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {IGroth16BatchVerifier} from "../interfaces/IGroth16BatchVerifier.sol";
import {ledgerCircuits} from "./AnyProofs.sol";
import {deployArtifact} from "./Artifacts.sol";

/// @dev A registry of one circuit for claims and those of the ledger, with the shortest times that its rules allow for periods
/// of a day.
function deployTestRegistry(
    address governor,
    address guardian,
    CircuitProposal memory circuit
) returns (ICircuitRegistry) {
    CircuitRegistryConfig memory config;
    config.governor = governor;
    config.guardian = guardian;
    config.batchVerifier = IGroth16BatchVerifier(
        deployArtifact("Groth16BatchVerifier.sol:Groth16BatchVerifier", "")
    );
    config.delay = 15 days;
    config.suspensionTime = 16 days;
    config.suspensionCooldown = 33 days;
    config.genesis = new CircuitProposal[](5);
    config.genesis[0] = circuit;
    CircuitProposal[4] memory ledger = ledgerCircuits();
    for (uint256 i = 0; i < 4; ++i) config.genesis[i + 1] = ledger[i];
    return ICircuitRegistry(deployArtifact("CircuitRegistry.sol:CircuitRegistry", abi.encode(config)));
}
