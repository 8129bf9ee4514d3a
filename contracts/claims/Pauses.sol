// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IClaimsPayout} from "../interfaces/IClaimsPayout.sol";
import {Stop, Stops} from "../libraries/Stops.sol";
import {ClaimsState} from "./ClaimsState.sol";

/// @title Stopping new programs, policies and claims for a while
abstract contract Pauses is ClaimsState {
    using Stops for Stop[];

    /// @inheritdoc IClaimsPayout
    function pause(string calldata reason) external nonReentrant onlyPauser {
        uint64 running = _pauses.runningUntil();
        if (running != 0) revert ClaimsPayout_AlreadyPaused(running);
        uint64 last = _pauses.lastEnd();
        if (last != 0 && block.timestamp < last + pauseCooldown) {
            revert ClaimsPayout_CoolingDown(uint64(last + pauseCooldown));
        }
        uint64 until = _pauses.begin(PAUSE_TIME);
        emit Paused(until, reason);
    }

    /// @inheritdoc IClaimsPayout
    function endPause() external nonReentrant onlyPauser {
        if (_pauses.runningUntil() == 0) revert ClaimsPayout_NotPaused();
        _pauses.setEnd(uint64(block.timestamp));
        emit PauseEnded();
    }

    /// @inheritdoc IClaimsPayout
    function nominatePauser(address nominee) external nonReentrant onlyPauser {
        pendingPauser = nominee;
        emit PauserNominated(pauser, nominee);
    }

    /// @inheritdoc IClaimsPayout
    function acceptPauser() external nonReentrant {
        if (msg.sender != pendingPauser) revert ClaimsPayout_NotNominee(msg.sender, pendingPauser);
        emit PauserChanged(pauser, msg.sender);
        pauser = msg.sender;
        delete pendingPauser;
    }

    /// @inheritdoc IClaimsPayout
    function pausedUntil() external view returns (uint64) {
        return _pauses.runningUntil();
    }
}
