// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {IConsentRegistry} from "../interfaces/IConsentRegistry.sol";
import {IScopeRegistry} from "../interfaces/IScopeRegistry.sol";
import {Claims} from "./Claims.sol";
import {ClaimsState} from "./ClaimsState.sol";
import {Pauses} from "./Pauses.sol";
import {Policies} from "./Policies.sol";
import {Programs} from "./Programs.sol";
import {Reviews} from "./Reviews.sol";

/// @title ClaimsPayout
/// @notice What it does, assumes and cannot do is said in {IClaimsPayout}.
/// @dev Each part is a file of its own, the lower ones first:
///
///     Pauses         stopping for a while; what the others know of stops
///     Custody        the money of programs: received, reserved, freed, sent
///     ClaimsState    the storage they share, and looking up
///     Programs       offers of insurers
///     Policies       issuing, ending, paying
///     Settlements    what a period's claim is judged by: times, anchor, circuit, window
///     Claims         one claim, batches, preview
///     Reviews        review, arbitration, release
contract ClaimsPayout is Programs, Policies, Claims, Reviews {
    constructor(
        ICircuitRegistry circuits_,
        IScopeRegistry scopes_,
        IConsentRegistry consents_,
        address pauser_
    ) Pauses(circuits_, pauser_) ClaimsState(circuits_, scopes_, consents_) {}
}
