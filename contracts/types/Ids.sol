// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @dev `keccak256(abi.encode("vitalproof/circuit/1", string name, uint256 version))`. Zero means there is no circuit.
type CircuitId is bytes32;

/// @dev Number of an attester's stream of anchors, assigned by `AnchorRegistry` from 1. Zero means there is no group.
type GroupId is uint64;

/// @dev Number of a scope, assigned by `ScopeRegistry` from 1. The field element that goes into proofs is
/// derived from it, the chain and the registry; see `IScopeRegistry.elementOf`.
type ScopeId is uint64;

/// @dev Number of an escrow, assigned by `Custody` from 1.
type EscrowId is uint64;

/// @dev Number of a program, assigned by `ClaimsPayout` from 1.
type ProgramId is uint64;

/// @dev Number of a policy, assigned by `ClaimsPayout` from 1.
type PolicyId is uint64;

/// @dev Number of a dataset, assigned by `ResearchMarket` from 1.
type DatasetId is uint64;

/// @dev Number of a query, assigned by `ResearchMarket` from 1.
type QueryId is uint64;

/// @dev Names a consent: a hash over everything it says (`IConsentRegistry.consentIdOf`), or `BOUND_CONSENT` and 28 bytes
/// of a hash over what a consent of the health ledger was bound to (`IHealthLedger.boundConsentIdOf`).
type ConsentId is bytes32;

bytes4 constant BOUND_CONSENT = "LDGR";

using {eqCircuit as ==, neCircuit as !=} for CircuitId global;
using {isBound} for ConsentId global;
using {eqPolicy as ==, nePolicy as !=} for PolicyId global;

function eqCircuit(CircuitId a, CircuitId b) pure returns (bool) {
    return CircuitId.unwrap(a) == CircuitId.unwrap(b);
}

function neCircuit(CircuitId a, CircuitId b) pure returns (bool) {
    return CircuitId.unwrap(a) != CircuitId.unwrap(b);
}

function nePolicy(PolicyId a, PolicyId b) pure returns (bool) {
    return PolicyId.unwrap(a) != PolicyId.unwrap(b);
}

function eqPolicy(PolicyId a, PolicyId b) pure returns (bool) {
    return PolicyId.unwrap(a) == PolicyId.unwrap(b);
}

/// @dev Whether the health ledger is asked about it, and not the registry. Each is asked about all that there is to know, so
/// nobody gains by an id of the other kind.
function isBound(ConsentId id) pure returns (bool) {
    return bytes4(ConsentId.unwrap(id)) == BOUND_CONSENT;
}
