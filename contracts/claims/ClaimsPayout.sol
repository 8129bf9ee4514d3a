// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IAnchorRegistry} from "../interfaces/IAnchorRegistry.sol";
import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {IConsentRegistry} from "../interfaces/IConsentRegistry.sol";
import {Claims} from "./Claims.sol";
import {ClaimsState} from "./ClaimsState.sol";
import {Pauses} from "./Pauses.sol";
import {Policies} from "./Policies.sol";
import {Programs} from "./Programs.sol";
import {Reviews} from "./Reviews.sol";

/// @title ClaimsPayout
/// @notice What it does, assumes and cannot do is said in {IClaimsPayout}.
/// @dev Each part is a file of its own, over the state they share:
///
///     ClaimsState    storage, roles, looking up, sending money
///     Programs       offers of insurers and the money behind them
///     Policies       issuing, ending, paying
///     Settlements    what a period's claim is judged by: times, anchor, circuit, window
///     Claims         one claim, batches, preview
///     Reviews        review, arbitration, release
///     Pauses         stopping for a while
contract ClaimsPayout is Programs, Policies, Claims, Reviews, Pauses {
    constructor(
        ICircuitRegistry circuits_,
        IAnchorRegistry anchors_,
        IConsentRegistry consents_,
        address pauser_
    ) ClaimsState(circuits_, anchors_, consents_, pauser_) {}
}
