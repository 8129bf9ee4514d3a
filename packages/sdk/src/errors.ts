// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Every reason for which the SDK refuses something. The codes are stable: programs compare them, people
 * read the messages. Nothing is ever removed from this list without a major version.
 */
export const ERROR_CODES = [
  // values and formats
  "INVALID_ARGUMENT",
  "NOT_A_FIELD_ELEMENT",
  "UNKNOWN_PROFILE",
  "UNKNOWN_CIRCUIT",
  "UNKNOWN_QUESTION",
  "READING_NOT_REPRESENTABLE",
  "READING_IMPOSSIBLE",
  "FILE_NOT_UNDERSTOOD",
  "ZONE_REQUIRED",
  "ZONE_UNKNOWN",
  "FILE_UNREADABLE",
  "START_REQUIRED",
  "DATE_ORDER_REQUIRED",
  "SELECTION_REQUIRED",
  "TIME_UNIT_REQUIRED",
  "VALUES_IMPLAUSIBLE",
  // terms and circuits
  "TERMS_INVALID",
  "TERMS_NOT_UNDERSTOOD",
  "TERMS_MET_BY_NOTHING",
  "STATEMENT_NOT_MET",
  // identity
  "IDENTITY_NOT_UNDERSTOOD",
  "IDENTITY_WRONG_PASSWORD",
  // log
  "LOG_EPOCH_NOT_OVER",
  "LOG_CORRUPT",
  "LOG_FORMAT_UNKNOWN",
  "LOG_DIVERGED",
  "LOG_EPOCH_MISSING",
  "LOG_MISMATCH",
  "STORE_FAILED",
  // intake, anchoring, attestation
  "INTAKE_SUBJECT_UNKNOWN",
  "INTAKE_LOG_UNKNOWN",
  "INTAKE_LOG_EXISTS",
  "INTAKE_FIRST_EPOCH_PAST",
  "INTAKE_DEVICE_EXISTS",
  "INTAKE_DEVICE_UNKNOWN",
  "INTAKE_DEVICE_RETIRED",
  "INTAKE_DEVICE_NOT_YET_ENROLLED",
  "INTAKE_DEVICE_OTHER_SUBJECT",
  "INTAKE_DEVICE_OTHER_PROFILE",
  "INTAKE_DEVICE_WRONG_CURVE",
  "INTAKE_SIGNATURE_INVALID",
  "INTAKE_WRONG_CONTEXT",
  "INTAKE_EPOCH_TAKEN",
  "INTAKE_EPOCH_SKIPPED",
  "INTAKE_TOO_EARLY",
  "INTAKE_TOO_LATE",
  "INTAKE_NOT_EXTENDING",
  "ANCHOR_TOO_EARLY",
  "ANCHOR_DAY_UNKNOWN",
  "ANCHOR_TREE_FULL",
  "ANCHOR_LEAF_UNKNOWN",
  "ANCHOR_PATH_INVALID",
  "ATTESTATION_MISMATCH",
  "ATTESTATION_EXPIRED",
  "RECEIPT_INVALID",
  // presentations off chain
  "REQUEST_INVALID",
  "PRESENTATION_MISMATCH",
  "PRESENTATION_STALE",
  // proving
  "WITNESS_MISMATCH",
  "WITNESS_REJECTED",
  "PROVING_FAILED",
  "PROVER_BUSY",
  "NATIVE_PROVER_UNUSABLE",
  "NATIVE_PROVER_FAILED",
  "NATIVE_PROVER_TIMEOUT",
  "PROOF_INVALID",
  "PROOF_MALFORMED",
  "ABORTED",
  "ARTIFACT_MISSING",
  "ARTIFACT_MISMATCH",
  // keys of services
  "KEY_FILE_EXPOSED",
  "TOKEN_UNUSABLE",
  "TOKEN_PIN_WRONG",
  "TOKEN_KEY_MISSING",
  "TOKEN_KEY_UNSUITABLE",
  "MASTER_KEY_OTHER",
  "WRAPPED_KEY_DAMAGED",
  // what services keep sealed
  "PERSON_KEY_MISSING",
  "PERSON_ERASED",
  "SEALED_VALUE_CHANGED",
  "SEALED_VALUE_ROLLED_BACK",
  // health ledger
  "ACCESS_NOT_ALLOWED",
  "GRANT_NOT_SIGNED",
  "REVOCATION_NOT_POSSIBLE",
  "SLOT_NOT_OWNED",
  "LEDGER_MISMATCH",
  "CONSENT_NOT_GIVEN",
  "NONCE_REUSED",
  "PAGE_DIVERGED",
  // research queries
  "QUERY_NOT_UNDERSTOOD",
  "QUERY_NOT_POSSIBLE",
  "CIRCUIT_TOO_SMALL",
  "ANSWER_NOT_OPENED",
  "ANSWER_SUPPRESSED",
  "ANSWER_TOO_NEAR",
  // chain
  "CONTRACT_REVERTED",
  "CONTRACT_CALL_FAILED",
] as const;

/** Reasons of the programs over this package, command and page; here so that no two give one code two meanings. */
export const COMMAND_ERROR_CODES = [
  "USAGE",
  "NOTHING_TAKEN",
  "FILE_EXISTS",
  "DOCUMENT_INVALID",
  "PASSPHRASE_REQUIRED",
  "PASSPHRASE_WRONG",
  "VAULT_MISSING",
  "VAULT_DAMAGED",
  "VAULT_IN_USE",
  "ALREADY_THERE",
  "NOT_THERE",
  "NOT_ALLOWED",
  "CHAIN_UNREACHABLE",
  // an attester or a relayer
  "SERVICE_UNREACHABLE",
  "TOO_MANY_REQUESTS",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number] | (typeof COMMAND_ERROR_CODES)[number];

/** A value that an error's details may hold: never a reading, a salt, a key or a secret. */
export type Detail =
  | string
  | number
  | bigint
  | boolean
  | undefined
  | readonly Detail[]
  | { readonly [name: string]: Detail };

export type ErrorOptions = {
  /** The values that led here, for programs. Public values only. */
  details?: Record<string, Detail>;
  /** What the caller can do about it, in one sentence. */
  hint?: string;
  /** What was caught underneath, if anything. Never serialised. */
  cause?: unknown;
};

/**
 * The one error of this package. `code` is stable, `shortMessage` is one sentence, `details` holds the public
 * values involved, `hint` the way out. `toJSON` leaves `cause` and the stack out, so that a log of errors
 * cannot carry what some lower layer put into its own message.
 */
export class VitalproofError extends Error {
  override readonly name = "VitalproofError";
  readonly code: ErrorCode;
  readonly shortMessage: string;
  readonly details: Readonly<Record<string, Detail>>;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, shortMessage: string, options: ErrorOptions = {}) {
    const message = options.hint === undefined ? shortMessage : `${shortMessage} ${options.hint}`;
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.shortMessage = shortMessage;
    this.details = options.details ?? {};
    this.hint = options.hint;
  }

  /** Finds the first VitalproofError with this code in the chain of causes. */
  static find(error: unknown, code: ErrorCode): VitalproofError | undefined {
    for (let current = error; current instanceof Error; current = current.cause) {
      if (current instanceof VitalproofError && current.code === code) return current;
    }
    return undefined;
  }

  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      code: this.code,
      message: this.shortMessage,
      hint: this.hint,
      details: jsonDetail(this.details),
    };
  }
}

function jsonDetail(value: Detail): unknown {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map((item: Detail) => jsonDetail(item));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, jsonDetail(inner)]));
  }
  return value;
}
