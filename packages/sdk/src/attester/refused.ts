// SPDX-License-Identifier: GPL-3.0-or-later
import { type ErrorCode, type ErrorOptions, VitalproofError } from "../errors.ts";

export function refused(code: ErrorCode, message: string, options: ErrorOptions = {}): VitalproofError {
  return new VitalproofError(code, message, options);
}
