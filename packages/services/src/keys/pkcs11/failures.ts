// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { returnValueOf } from "./library.ts";

/** What the same operation would end in again, whatever the session. */
const PERMANENT: readonly string[] = [
  "CKR_MECHANISM_INVALID",
  "CKR_MECHANISM_PARAM_INVALID",
  "CKR_KEY_FUNCTION_NOT_PERMITTED",
  "CKR_KEY_TYPE_INCONSISTENT",
  "CKR_KEY_SIZE_RANGE",
  "CKR_DATA_INVALID",
  "CKR_DATA_LEN_RANGE",
  "CKR_FUNCTION_NOT_SUPPORTED",
];

/** Whether the same might succeed in another session. */
export function mayPass(error: unknown): boolean {
  if (error instanceof VitalproofError) return error.code === "TOKEN_UNUSABLE";
  const value = returnValueOf(error);
  return value !== undefined && !PERMANENT.includes(value);
}

/** An error of the library in our words; others as they are. */
export function told(error: unknown, token: string): unknown {
  const value = returnValueOf(error);
  if (value === undefined) return error;
  return new VitalproofError("TOKEN_UNUSABLE", `The token ${token} failed (${value}).`, {
    details: { token, value },
    hint: PERMANENT.includes(value)
      ? "The token or the key does not allow this operation. Check how the key was made."
      : "Check that it is plugged in and works with its own tool.",
    cause: error,
  });
}
