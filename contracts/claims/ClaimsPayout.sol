// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IConsentRegistry} from "../interfaces/IConsentRegistry.sol";
import {IConsentSource} from "../interfaces/IConsentSource.sol";
import {ICustody} from "../interfaces/ICustody.sol";
import {IPauseRegistry} from "../interfaces/IPauseRegistry.sol";
import {IScopeRegistry} from "../interfaces/IScopeRegistry.sol";
import {Claims} from "./Claims.sol";
import {ClaimsState} from "./ClaimsState.sol";
import {Policies} from "./Policies.sol";
import {Programs} from "./Programs.sol";
import {Releases} from "./Releases.sol";
import {Reviews} from "./Reviews.sol";

/// @title ClaimsPayout
/// @notice What it does, assumes and cannot do is said in {IClaimsPayout}.
/// @dev Each part is a file of its own, the lower ones first:
///
///     ClaimsState    the storage they share, and looking up
///     Programs       offers of insurers
///     Policies       issuing, ending, paying
///     Settlements    what a period's claim is judged by: times, anchor, circuit, window
///     Claims         one claim, batches, preview
///     Reviews        review and arbitration
///     Releases       periods that nobody claimed in time
///
/// Money is in {Custody}, pauses in {PauseRegistry}, and {Windows} says when a claim comes too late.
contract ClaimsPayout is Programs, Policies, Claims, Reviews, Releases {
    constructor(
        IPauseRegistry pauses_,
        IScopeRegistry scopes_,
        IConsentRegistry consents_,
        IConsentSource ledger_,
        ICustody custody_
    ) ClaimsState(pauses_, scopes_, consents_, ledger_, custody_) {}
}
