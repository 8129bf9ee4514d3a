// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICircuitRegistry} from "../interfaces/ICircuitRegistry.sol";
import {IPauseRegistry} from "../interfaces/IPauseRegistry.sol";
import {Stop, Stops} from "../libraries/Stops.sol";
import {Windows} from "../libraries/Windows.sol";

/// @title PauseRegistry
/// @notice What it does, assumes and cannot do is said in {IPauseRegistry}.
contract PauseRegistry is IPauseRegistry {
    using Stops for Stop[];

    /// @notice Longest duration of one pause.
    uint256 public constant PAUSE_TIME = 3 days;
    /// @notice Longest duration of one declared outage.
    uint256 public constant OUTAGE_TIME = 2 days;
    /// @notice How long after its end an outage can be declared.
    uint256 public constant OUTAGE_DECLARATION_TIME = 1 days;

    /// @inheritdoc IPauseRegistry
    ICircuitRegistry public immutable circuits;
    /// @inheritdoc IPauseRegistry
    uint256 public immutable pauseCooldown;
    /// @inheritdoc IPauseRegistry
    uint256 public immutable outageCooldown;

    /// @inheritdoc IPauseRegistry
    address public pauser;
    /// @inheritdoc IPauseRegistry
    address public pendingPauser;

    Stop[] private _pauses;
    Stop[] private _outages;

    modifier onlyPauser() {
        if (msg.sender != pauser) revert PauseRegistry_NotPauser(msg.sender);
        _;
    }

    constructor(ICircuitRegistry circuits_, address pauser_) {
        if (address(circuits_).code.length == 0) revert PauseRegistry_NotAContract(address(circuits_));
        if (pauser_ == address(0)) revert PauseRegistry_ZeroAddress();

        // A window can be touched by pauses, by outages, by suspensions of its circuit and by suspensions of the
        // successor. Each cool-down outlasts what the other three kinds can add after a stop, so none comes twice in
        // the life of one window, as long as no circuit is exposed in it.
        uint256 suspension = circuits_.suspensionTime();
        uint256 resuming = 4 * Windows.RESUME_TIME;
        uint256 needed = resuming + PAUSE_TIME + OUTAGE_TIME + suspension;
        uint256 cooldown = circuits_.suspensionCooldown();
        if (cooldown < needed) revert PauseRegistry_SuspensionCooldownTooShort(cooldown, needed);
        pauseCooldown = resuming + OUTAGE_TIME + 2 * suspension;
        outageCooldown = resuming + PAUSE_TIME + 2 * suspension;

        circuits = circuits_;
        pauser = pauser_;
        emit PauserChanged(address(0), pauser_);
    }

    /// @inheritdoc IPauseRegistry
    function pause(string calldata reason) external onlyPauser {
        uint64 running = _pauses.runningUntil();
        if (running != 0) revert PauseRegistry_AlreadyPaused(running);
        uint64 last = _pauses.lastEnd();
        if (last != 0 && block.timestamp < last + pauseCooldown) {
            revert PauseRegistry_CoolingDown(uint64(last + pauseCooldown));
        }
        uint64 until = _pauses.begin(PAUSE_TIME);
        emit Paused(until, reason);
    }

    /// @inheritdoc IPauseRegistry
    function endPause() external onlyPauser {
        if (_pauses.runningUntil() == 0) revert PauseRegistry_NotPaused();
        _pauses.setEnd(uint64(block.timestamp));
        emit PauseEnded();
    }

    /// @inheritdoc IPauseRegistry
    function declareOutage(uint64 from, uint64 until, string calldata reason) external onlyPauser {
        bool valid =
            from < until &&
                until <= block.timestamp &&
                block.timestamp - until <= OUTAGE_DECLARATION_TIME &&
                until - from <= OUTAGE_TIME;
        if (!valid) revert PauseRegistry_InvalidOutage(from, until);
        uint64 last = _outages.lastEnd();
        if (last != 0 && from < last + outageCooldown) {
            revert PauseRegistry_CoolingDown(uint64(last + outageCooldown));
        }
        _outages.push(Stop(from, until));
        emit OutageDeclared(from, until, reason);
    }

    /// @inheritdoc IPauseRegistry
    function nominatePauser(address nominee) external onlyPauser {
        pendingPauser = nominee;
        emit PauserNominated(pauser, nominee);
    }

    /// @inheritdoc IPauseRegistry
    function acceptPauser() external {
        if (msg.sender != pendingPauser) revert PauseRegistry_NotNominee(msg.sender, pendingPauser);
        emit PauserChanged(pauser, msg.sender);
        pauser = msg.sender;
        delete pendingPauser;
    }

    /// @inheritdoc IPauseRegistry
    function pausedUntil() external view returns (uint64) {
        return _pauses.runningUntil();
    }

    /// @inheritdoc IPauseRegistry
    function reopenTime() external pure returns (uint256) {
        return OUTAGE_TIME + OUTAGE_DECLARATION_TIME;
    }

    /// @inheritdoc IPauseRegistry
    function lastStopBefore(uint256 before) external view returns (uint256 end) {
        return Math.max(_pauses.lastBefore(before).end, _outages.lastBefore(before).end);
    }
}
