// SPDX-License-Identifier: GPL-3.0-or-later
import { HardhatPluginError } from "hardhat/plugins";

export const PLUGIN_ID = "@vitalproof/hardhat-circom";

/** Stable codes, so that scripts and tests need not read messages. */
export type CircomErrorCode =
  | "CONFIG_INVALID"
  | "LIST_NOT_FOUND"
  | "LIST_INVALID"
  | "INSTANCE_UNKNOWN"
  | "INSTANCE_DUPLICATE"
  | "SOURCE_NOT_FOUND"
  | "INCLUDE_NOT_FOUND"
  | "COMPILER_NOT_FOUND"
  | "COMPILER_FAILED"
  | "CIRCUIT_TOO_LARGE"
  | "R1CS_INVALID"
  | "KEY_FAILED"
  | "EXPORT_FAILED"
  | "LINK_BROKEN"
  | "KEY_MISSING"
  | "KEY_REFUSED"
  | "PTAU_REFUSED"
  | "TRANSCRIPT_INVALID"
  | "CEREMONY_REFUSED"
  | "MANIFEST_INVALID"
  | "ATTACK_INPUT"
  | "ATTACK_FAILED"
  | "EXPLANATIONS_INVALID"
  | "LINT_FAILED"
  | "BUILD_FAILED";

/**
 * The one error of this plugin. Hardhat prints its message without a stack trace.
 * `instance` names the circuit instance where there is one, `location` is `file:line:column`.
 */
export class CircomError extends HardhatPluginError {
  readonly code: CircomErrorCode;
  readonly instance: string | undefined;
  readonly location: string | undefined;

  constructor(
    code: CircomErrorCode,
    message: string,
    details: { instance?: string; location?: string; cause?: Error } = {},
  ) {
    super(PLUGIN_ID, message, details.cause);
    this.code = code;
    this.instance = details.instance;
    this.location = details.location;
  }
}
