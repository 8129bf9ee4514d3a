// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EscrowId} from "../types/Ids.sol";

/// @dev Money of one owner in one token, `free + committed` in its smallest unit.
/// @param token ERC-20 it is held in.
/// @param owner who may withdraw what is free; never changes.
/// @param module the contract that opened it: only it commits, releases and pays. Never changes.
/// @param free what the owner may withdraw and the module may commit.
/// @param committed what the module promised to others.
struct Escrow {
    IERC20 token;
    address owner;
    address module;
    uint128 free;
    uint128 committed;
}

/// @title The money of every product
/// @notice Assumptions and weaknesses, plainly:
/// - Any contract may open escrows and be their module. A module reaches the escrows that it opened and no other, so
///   a fault in one product loses no money of another. Look at the module before funding its escrow.
/// - An owner withdraws what is free whatever the module does or is.
/// - There is no administrator, and nothing here can be stopped or upgraded.
/// - Fees on transfer are tolerated: what arrives counts. Rebasing tokens are not supported: if a token lowers this
///   contract's balance on its own, the last to be paid go short. A payment that does not lower this contract's balance
///   by exactly its amount reverts, so a token that misreports a transfer, or moves more than it was told to, settles
///   nothing.
/// - Direct transfers to this contract belong to no one and remain here.
/// - One bad token harms only escrows in it.
interface ICustody {
    event EscrowOpened(
        EscrowId indexed escrowId,
        address indexed module,
        address indexed owner,
        IERC20 token
    );
    event EscrowFunded(EscrowId indexed escrowId, address indexed from, uint256 amount);
    event EscrowWithdrawn(EscrowId indexed escrowId, address indexed to, uint256 amount);

    error Custody_ZeroAddress();
    error Custody_NotAContract(address account);
    error Custody_UnknownEscrow(EscrowId escrowId);
    error Custody_NotOwner(EscrowId escrowId, address caller);
    error Custody_NotModule(EscrowId escrowId, address caller);
    error Custody_InvalidRecipient(address recipient);
    error Custody_NothingReceived(EscrowId escrowId, uint256 amount);
    error Custody_InsufficientFree(EscrowId escrowId, uint256 free, uint256 needed);
    error Custody_InsufficientCommitted(EscrowId escrowId, uint256 committed, uint256 needed);
    error Custody_UnexpectedTransfer(IERC20 token, uint256 amount, uint256 moved);

    /// @notice Opens an escrow whose module is the caller.
    function open(IERC20 token, address owner) external returns (EscrowId);

    /// @notice Adds the caller's tokens to what is free. Anyone may call it. What arrived counts.
    /// @return received amount credited
    function fund(EscrowId escrowId, uint256 amount) external returns (uint256 received);

    /// @notice Sends free money; owner only.
    function withdraw(EscrowId escrowId, uint128 amount, address to) external;

    /// @notice Commits free money; module only.
    function commit(EscrowId escrowId, uint256 amount) external;

    /// @notice Makes committed money free again; module only.
    function release(EscrowId escrowId, uint256 amount) external;

    /// @notice Sends committed money; module only. The module's last step: its own state is written already.
    function pay(EscrowId escrowId, uint256 amount, address to) external;

    /// @notice Reverts for an unknown escrow.
    function escrow(EscrowId escrowId) external view returns (Escrow memory);

    function escrowCount() external view returns (uint64);

    /// @notice Sum of what all escrows in this token hold, free and committed.
    function accountedIn(IERC20 token) external view returns (uint256);
}
