// SPDX-License-Identifier: GPL-3.0-or-later
import type { Sentences } from "./sentences.ts";

/** Errors of custody, of tokens, and of OpenZeppelin's parts in all contracts. */
export const MONEY_SENTENCES: Sentences = {
  Custody_InsufficientCommitted: [
    "Escrow {escrowId} has {committed} committed; {needed} are needed.",
    "This is a fault of the contract that opened the escrow: do not use it.",
  ],
  Custody_InsufficientFree: [
    "Escrow {escrowId} has {free} free; {needed} are needed.",
    "Fund it first, or take less.",
  ],
  Custody_InvalidRecipient: ["{recipient} cannot receive money here.", "Name another account."],
  Custody_NotAContract: ["{account} is not a contract.", "Check the address and the chain."],
  Custody_NothingReceived: [
    "The token moved nothing to escrow {escrowId}.",
    "Check the balance and the token.",
  ],
  Custody_NotModule: [
    "{caller} did not open escrow {escrowId}.",
    "Only the contract that opened it commits, releases and pays.",
  ],
  Custody_NotOwner: ["{caller} does not own escrow {escrowId}.", "Use its owner's account."],
  Custody_UnexpectedTransfer: [
    "The token {token} moved {moved} where {amount} were to move.",
    "The token does not do what it was told: ask its issuer.",
  ],
  Custody_UnknownEscrow: ["There is no escrow {escrowId}.", "Check the escrow's number and the chain."],
  Custody_ZeroAddress: ["An address is missing.", "Pass one that is not zero."],
  InvalidShortString: ["A short text is not one.", "This is a fault of the contracts' deployment."],
  StringTooLong: ['"{str}" is too long.', "Write a shorter text."],
  ReentrancyGuardReentrantCall: [
    "The call came back into the contract while it was at work.",
    "The token or wallet calls back: use another.",
  ],
  SafeCastOverflowedUintDowncast: ["{value} does not fit {bits} bits.", "Use a smaller number."],
  SafeERC20FailedOperation: [
    "The token {token} refused the transfer.",
    "Check balance, allowance and token.",
  ],
  ERC20InsufficientBalance: [
    "{sender} has {balance} of the token; {needed} are needed.",
    "Get tokens first, or use less.",
  ],
  ERC20InsufficientAllowance: [
    "{spender} is allowed to take {allowance} of the token; {needed} are needed.",
    "Allow the amount first.",
  ],
  Error: ["The contract said: {reason}", "Check the values and try again."],
};
