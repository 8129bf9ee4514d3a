// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Escrow, ICustody} from "../interfaces/ICustody.sol";
import {EscrowId} from "../types/Ids.sol";

/// @title Custody
/// @notice What it does, assumes and cannot do is said in {ICustody}.
/// @dev Every function that changes state is closed to re-entrance and writes before it calls out; `fund` alone has to
/// measure first.
contract Custody is ICustody, ReentrancyGuardTransient {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @inheritdoc ICustody
    uint64 public escrowCount;
    /// @inheritdoc ICustody
    mapping(IERC20 token => uint256 amount) public accountedIn;

    mapping(EscrowId escrowId => Escrow) private _escrows;

    /// @inheritdoc ICustody
    function open(IERC20 token, address owner) external nonReentrant returns (EscrowId escrowId) {
        if (address(token).code.length == 0) revert Custody_NotAContract(address(token));
        if (owner == address(0)) revert Custody_ZeroAddress();
        escrowId = EscrowId.wrap(++escrowCount);
        Escrow storage escrow_ = _escrows[escrowId];
        escrow_.token = token;
        escrow_.owner = owner;
        escrow_.module = msg.sender;
        emit EscrowOpened(escrowId, msg.sender, owner, token);
    }

    /// @inheritdoc ICustody
    function fund(EscrowId escrowId, uint256 amount) external nonReentrant returns (uint256 received) {
        Escrow storage escrow_ = _known(escrowId);
        IERC20 token = escrow_.token;
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 balance = token.balanceOf(address(this));
        if (balance <= before) revert Custody_NothingReceived(escrowId, amount);

        received = balance - before;
        // The sum of both fits 128 bits, so that freeing what is committed can never overflow.
        escrow_.free = (escrow_.committed + escrow_.free + received).toUint128() - escrow_.committed;
        accountedIn[token] += received;
        emit EscrowFunded(escrowId, msg.sender, received);
    }

    /// @inheritdoc ICustody
    function withdraw(EscrowId escrowId, uint128 amount, address to) external nonReentrant {
        Escrow storage escrow_ = _known(escrowId);
        if (msg.sender != escrow_.owner) revert Custody_NotOwner(escrowId, msg.sender);
        _takeFree(escrowId, escrow_, amount);
        emit EscrowWithdrawn(escrowId, to, amount);
        _send(escrow_.token, to, amount);
    }

    /// @inheritdoc ICustody
    function commit(EscrowId escrowId, uint256 amount) external nonReentrant {
        Escrow storage escrow_ = _ofCaller(escrowId);
        _takeFree(escrowId, escrow_, amount);
        escrow_.committed += uint128(amount);
    }

    /// @inheritdoc ICustody
    function release(EscrowId escrowId, uint256 amount) external nonReentrant {
        Escrow storage escrow_ = _ofCaller(escrowId);
        _takeCommitted(escrowId, escrow_, amount);
        escrow_.free += uint128(amount);
    }

    /// @inheritdoc ICustody
    function pay(EscrowId escrowId, uint256 amount, address to) external nonReentrant {
        Escrow storage escrow_ = _ofCaller(escrowId);
        _takeCommitted(escrowId, escrow_, amount);
        _send(escrow_.token, to, amount);
    }

    /// @inheritdoc ICustody
    function escrow(EscrowId escrowId) external view returns (Escrow memory) {
        return _known(escrowId);
    }

    function _takeFree(EscrowId escrowId, Escrow storage escrow_, uint256 amount) private {
        if (amount > escrow_.free) revert Custody_InsufficientFree(escrowId, escrow_.free, amount);
        // At most `free`, and so within 128 bits.
        escrow_.free -= uint128(amount);
    }

    function _takeCommitted(EscrowId escrowId, Escrow storage escrow_, uint256 amount) private {
        if (amount > escrow_.committed) {
            revert Custody_InsufficientCommitted(escrowId, escrow_.committed, amount);
        }
        escrow_.committed -= uint128(amount);
    }

    /// @dev A transfer counts only if exactly `amount` left this contract. Otherwise other escrows in the token would
    /// pay the difference, or a payment would be booked that never happened.
    function _send(IERC20 token, address to, uint256 amount) private {
        if (to == address(0) || to == address(this)) revert Custody_InvalidRecipient(to);
        accountedIn[token] -= amount;
        uint256 before = token.balanceOf(address(this));
        token.safeTransfer(to, amount);
        uint256 balance = token.balanceOf(address(this));
        if (balance + amount != before) {
            revert Custody_UnexpectedTransfer(token, amount, before > balance ? before - balance : 0);
        }
    }

    function _ofCaller(EscrowId escrowId) private view returns (Escrow storage escrow_) {
        escrow_ = _escrows[escrowId];
        if (msg.sender != escrow_.module) revert Custody_NotModule(escrowId, msg.sender);
    }

    function _known(EscrowId escrowId) private view returns (Escrow storage escrow_) {
        escrow_ = _escrows[escrowId];
        if (escrow_.module == address(0)) revert Custody_UnknownEscrow(escrowId);
    }
}
