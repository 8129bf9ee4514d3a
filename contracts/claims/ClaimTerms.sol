// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {IClaimTerms} from "../interfaces/IClaimTerms.sol";
import {CircuitId} from "../types/Ids.sol";
import {ClaimFacts} from "./ClaimFacts.sol";
import {Terms} from "./Terms.sol";

/// @title ClaimTerms
/// @notice What it checks is said in {IClaimTerms}. {ClaimsPayout} deploys its own.
contract ClaimTerms is IClaimTerms {
    /// @inheritdoc IClaimTerms
    function check(
        ICircuitRegistry circuits,
        CircuitId circuitId,
        uint256 terms
    ) external view returns (uint32 epochSeconds) {
        ClaimFacts.Facts memory facts = ClaimFacts.read(circuits.factsOf(circuitId));
        Terms.check(terms, facts);
        return facts.epochSeconds;
    }
}
