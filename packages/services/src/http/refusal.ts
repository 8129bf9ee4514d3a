// SPDX-License-Identifier: GPL-3.0-or-later
import { type ErrorCode, VitalproofError } from "@vitalproof/sdk";

type ErrorOptions = ConstructorParameters<typeof VitalproofError>[2];

/** An error that has an HTTP status of its own, where its code does not say it. */
export class Refusal extends VitalproofError {
  readonly status: number;

  constructor(status: number, code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(code, message, options);
    this.status = status;
  }
}

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  NOT_ALLOWED: 403,
  NOT_THERE: 404,
  ARTIFACT_MISSING: 404,
  ANCHOR_DAY_UNKNOWN: 404,
  ANCHOR_LEAF_UNKNOWN: 404,
  ACCESS_NOT_ALLOWED: 409,
  // The node did not answer. The caller can do nothing about it.
  CONTRACT_CALL_FAILED: 500,
  // What was not stored was not done: the caller asks again.
  STORE_FAILED: 503,
};

/** HTTP status of an answer that is this error. */
export function statusOf(error: VitalproofError): number {
  return error instanceof Refusal ? error.status : (STATUS[error.code] ?? 400);
}

export function notThere(what: string, hint?: string): Refusal {
  return new Refusal(404, "NOT_THERE", `There is no ${what} here.`, { hint });
}

/** The body of an answer that is this error. */
export function bodyOf(error: VitalproofError): { error: Record<string, unknown> } {
  const { code, message, hint, details } = error.toJSON();
  return { error: { code, message, hint, details } };
}
