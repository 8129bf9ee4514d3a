// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ConsentId} from "../types/Ids.sol";

/// @title Where a contract asks whether somebody consents
/// @notice Two contracts answer: {IConsentRegistry} for consents in public, {IHealthLedger} for consents of its pages
/// that were bound. The id says which one to ask: see {ConsentId}.
interface IConsentSource {
    /// @notice True exactly if `patient` consents now, under this id, to what `grantee` does for `purpose` and `program`.
    function isActive(
        ConsentId consentId,
        address patient,
        address grantee,
        bytes32 purpose,
        uint256 program
    ) external view returns (bool);
}
