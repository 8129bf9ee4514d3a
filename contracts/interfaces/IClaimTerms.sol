// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {CircuitId} from "../types/Ids.sol";
import {ICircuitRegistry} from "./ICircuitRegistry.sol";

/// @title Whether terms are possible terms of a program
/// @notice A contract without state or owner, of its own because its rules would not fit into {IClaimsPayout}.
interface IClaimTerms {
    /// @notice Reverts unless the circuit is a claim circuit (`ClaimFacts_…`) and these are possible terms of a program
    /// with it (`Terms_…`): header fields as in the circuit's facts, first epoch 0, only flags of the template, bounds
    /// in order and in range of what epochs, samples and codes allow, unused bits zero, and not met by missing
    /// readings. The rules of each template are in docs/protocol.md, "Terms".
    /// @param circuits the registry that knows the circuit; it reverts for an unknown one
    /// @return epochSeconds seconds per epoch of the circuit
    function check(
        ICircuitRegistry circuits,
        CircuitId circuitId,
        uint256 terms
    ) external view returns (uint32 epochSeconds);
}
