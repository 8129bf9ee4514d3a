// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {IClaimsPayout} from "../interfaces/IClaimsPayout.sol";
import {Stop, Stops} from "../libraries/Stops.sol";

/// @title Stopping new programs, policies and claims for a while
/// @dev All that the other parts know of pauses is `whenNotPaused`, `pauser` and `_lastPauseBefore`.
abstract contract Pauses is IClaimsPayout, ReentrancyGuardTransient {
    using Stops for Stop[];

    /// @notice Longest duration of one pause.
    uint256 public constant PAUSE_TIME = 3 days;
    /// @notice How long a claim window stays open after a stop that touched it.
    uint256 public constant RESUME_TIME = 3 days;

    /// @inheritdoc IClaimsPayout
    uint256 public immutable pauseCooldown;

    /// @inheritdoc IClaimsPayout
    address public pauser;
    /// @inheritdoc IClaimsPayout
    address public pendingPauser;

    Stop[] private _pauses;

    modifier whenNotPaused() {
        _requireNotPaused();
        _;
    }

    modifier onlyPauser() {
        _requirePauser();
        _;
    }

    constructor(ICircuitRegistry circuits_, address pauser_) {
        if (address(circuits_).code.length == 0) revert ClaimsPayout_NotAContract(address(circuits_));
        if (pauser_ == address(0)) revert ClaimsPayout_ZeroAddress();

        // A window can be touched by pauses, by suspensions of its circuit and by suspensions of the successor.
        // Each cool-down outlasts what the other two kinds can add after a stop, so none comes twice in the life
        // of one window, and every window ends with at least RESUME_TIME without any stop.
        uint256 suspension = circuits_.suspensionTime();
        uint256 needed = 3 * RESUME_TIME + PAUSE_TIME + suspension;
        uint256 cooldown = circuits_.suspensionCooldown();
        if (cooldown < needed) revert ClaimsPayout_SuspensionCooldownTooShort(cooldown, needed);
        pauseCooldown = 3 * RESUME_TIME + 2 * suspension;

        pauser = pauser_;
        emit PauserChanged(address(0), pauser_);
    }

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

    /// @dev The last pause that began before `time`; zeros if there is none.
    function _lastPauseBefore(uint256 time) internal view returns (Stop memory) {
        return _pauses.lastBefore(time);
    }

    function _requireNotPaused() private view {
        uint64 until = _pauses.runningUntil();
        if (until != 0) revert ClaimsPayout_IsPaused(until);
    }

    function _requirePauser() private view {
        if (msg.sender != pauser) revert ClaimsPayout_NotPauser(msg.sender);
    }
}
