// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IClaimsPayout, Program} from "../interfaces/IClaimsPayout.sol";
import {ProgramId} from "../types/Ids.sol";

/// @title The money of programs: received, reserved, freed, sent
/// @dev A program's money is `free + committed`; `committed` is the benefit times the periods that its policies have
/// reserved or owed. Only this file changes those two numbers and moves tokens. A claim moves one period from
/// `reserved` to `owed` in its policy and no amount anywhere, and so needs nothing of it.
abstract contract Custody is IClaimsPayout {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @inheritdoc IClaimsPayout
    mapping(IERC20 token => uint256 amount) public accountedIn;

    /// @dev Takes tokens from the caller. What arrived counts.
    function _receive(
        ProgramId programId,
        Program storage program_,
        uint256 amount
    ) internal returns (uint256 received) {
        IERC20 token = program_.token;
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 balance = token.balanceOf(address(this));
        if (balance <= before) revert ClaimsPayout_NothingReceived(programId, amount);

        received = balance - before;
        // The sum of both fits 128 bits, so that freeing a reserve can never overflow.
        program_.free = (program_.committed + program_.free + received).toUint128() - program_.committed;
        accountedIn[token] += received;
    }

    /// @dev Free money that leaves the program, or is committed. The caller says which.
    function _takeFree(ProgramId programId, Program storage program_, uint256 amount) internal {
        if (amount > program_.free) {
            revert ClaimsPayout_InsufficientFree(programId, program_.free, amount);
        }
        // At most `free`, and so within 128 bits.
        program_.free -= uint128(amount);
    }

    function _commit(ProgramId programId, Program storage program_, uint256 amount) internal {
        _takeFree(programId, program_, amount);
        program_.committed += uint128(amount);
    }

    /// @dev Committed money that is paid.
    function _takeCommitted(Program storage program_, uint256 amount) internal {
        // Committed since the policy was issued, and so within 128 bits.
        program_.committed -= uint128(amount);
    }

    function _free(Program storage program_, uint128 amount) internal {
        program_.committed -= amount;
        program_.free += amount;
    }

    /// @dev The caller's last step: the ledgers are written already. A transfer counts only if exactly
    /// `amount` left this contract; otherwise other programs of the token would pay the difference, or a payment
    /// would be booked that never happened.
    function _send(IERC20 token, address to, uint256 amount) internal {
        accountedIn[token] -= amount;
        uint256 before = token.balanceOf(address(this));
        token.safeTransfer(to, amount);
        uint256 balance = token.balanceOf(address(this));
        if (balance + amount != before) {
            revert ClaimsPayout_UnexpectedTransfer(token, amount, before > balance ? before - balance : 0);
        }
    }
}
