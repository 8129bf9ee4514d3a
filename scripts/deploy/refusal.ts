// SPDX-License-Identifier: GPL-3.0-or-later

/** Why nothing is deployed, and what to do about it. Stable codes, so that scripts need not read sentences. */
export type RefusalCode =
  | "NETWORK_UNKNOWN"
  | "VARIABLE_MISSING"
  | "UNREACHABLE"
  | "WRONG_CHAIN"
  | "NO_ACCOUNT"
  | "PARAMETERS"
  | "DEVELOPMENT_KEY"
  | "FALSE_LABEL"
  | "BROKEN_LINK"
  | "KEY_REFUSED"
  | "PRECOMPILE"
  | "OPCODES"
  | "DRY_RUN"
  | "CONTRACT_SIZE"
  | "GAS_CAP"
  | "BALANCE"
  | "PENDING"
  | "JOURNAL"
  | "DEPLOYMENT";

export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: RefusalCode;
  /** A sentence that says how to go on. */
  readonly wayOut: string;

  constructor(code: RefusalCode, message: string, wayOut: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.wayOut = wayOut;
  }
}
