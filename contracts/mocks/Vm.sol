// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title The few cheat codes of the Solidity test runner that our tests use
interface IVm {
    function warp(uint256 timestamp) external;
    function prank(address sender) external;
    /// @dev With a direct call's `tx.origin`.
    function prank(address sender, address origin) external;
    function startPrank(address sender) external;
    function stopPrank() external;
    function chainId(uint256 id) external;
    function addr(uint256 privateKey) external pure returns (address);
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function getCode(string calldata artifact) external view returns (bytes memory);
    function etch(address target, bytes calldata code) external;
    function assume(bool condition) external pure;
    function snapshotState() external returns (uint256 id);
    function revertToState(uint256 id) external returns (bool);
}

IVm constant VM = IVm(address(uint160(uint256(keccak256("hevm cheat code")))));
