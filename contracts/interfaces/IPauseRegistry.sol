// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ICircuitRegistry} from "./ICircuitRegistry.sol";

/// @title Stopping everything for a while
/// @notice Assumptions and weaknesses, plainly:
/// - A pause stops what products let it stop. For claims: new programs, policies and claims, never payments, reviews,
///   releases or withdrawals.
/// - Every pause ends on its own, and the next waits for a cool-down.
/// - An outage is a time in which the chain stood still. It is declared afterwards, and the pauser is trusted to
///   declare only what happened. A false one keeps windows open that closed at most `reopenTime()`
///   before, and nothing else.
/// - So the pauser is trusted with delay only. Who insures must not be the pauser, since unclaimed benefits fall back
///   to insurers.
interface IPauseRegistry {
    event Paused(uint64 until, string reason);
    event PauseEnded();
    event OutageDeclared(uint64 from, uint64 until, string reason);
    event PauserNominated(address indexed pauser, address indexed nominee);
    event PauserChanged(address indexed previous, address indexed pauser);

    error PauseRegistry_ZeroAddress();
    error PauseRegistry_NotAContract(address account);
    error PauseRegistry_SuspensionCooldownTooShort(uint256 cooldown, uint256 needed);
    error PauseRegistry_NotPauser(address caller);
    error PauseRegistry_NotNominee(address caller, address nominee);
    error PauseRegistry_AlreadyPaused(uint64 until);
    error PauseRegistry_NotPaused();
    error PauseRegistry_CoolingDown(uint64 until);
    /// @dev It must end before now and not more than `OUTAGE_DECLARATION_TIME` ago, and last `OUTAGE_TIME` at most.
    error PauseRegistry_InvalidOutage(uint64 from, uint64 until);

    /// @notice Begins a pause of `PAUSE_TIME`; pauser only.
    /// @param reason public; must not hold personal data.
    function pause(string calldata reason) external;

    /// @notice Ends a pause early; pauser only.
    function endPause() external;

    /// @notice Records that the chain stood still; pauser only. Windows that closed in that time, or soon after it,
    /// stay open for the resume time after `until`.
    /// @param from first second in which no transaction got through, Unix seconds
    /// @param until first second in which they did again; not after now
    /// @param reason public; must not hold personal data.
    function declareOutage(uint64 from, uint64 until, string calldata reason) external;

    function nominatePauser(address nominee) external;

    function acceptPauser() external;

    function pauser() external view returns (address);

    function pendingPauser() external view returns (address);

    /// @notice When the running pause ends; zero while nothing is paused.
    function pausedUntil() external view returns (uint64);

    /// @notice Seconds between the end of a pause and the next.
    function pauseCooldown() external view returns (uint256);

    /// @notice Seconds between the end of an outage and the beginning of the next that can be declared.
    function outageCooldown() external view returns (uint256);

    /// @notice Seconds after the end of a window until no outage can extend it any more. What is final only because a
    /// window has ended waits as long.
    function reopenTime() external view returns (uint256);

    /// @notice Whose suspensions touch the same windows as pauses and outages.
    function circuits() external view returns (ICircuitRegistry);

    /// @notice The latest end among the pauses and outages that began before `before`; zero if there are none.
    function lastStopBefore(uint256 before) external view returns (uint256 end);
}
