// SPDX-License-Identifier: GPL-3.0-or-later
import { type ErrorCode, VitalproofError } from "@vitalproof/sdk";
import { CommanderError } from "commander";
import { type Io, jsonText } from "./io.ts";

/** Exit codes, for scripts. docs/cli.md has the same list. */
export const EXIT = {
  ok: 0,
  /** The answer is no: the statement does not hold, the proof is invalid, the audit found differences. */
  no: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A file, a store or a passphrase is not what it should be. */
  input: 3,
  /** The node does not answer, or a call to it failed. */
  chain: 4,
  /** A rule says no: of the attester's intake, of a contract, or of this command (development accounts, …). */
  refused: 5,
  /** Something is not there yet: circuits not built, no identity, no log. */
  notReady: 6,
  /** The file was read, and no reading of it counts. */
  nothing: 7,
  /** A fault of this program. */
  internal: 70,
  /** Stopped by the user. */
  stopped: 130,
} as const;

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  STATEMENT_NOT_MET: EXIT.no,
  PRESENTATION_STALE: EXIT.no,
  PROOF_INVALID: EXIT.no,
  PROOF_MALFORMED: EXIT.no,
  LEDGER_MISMATCH: EXIT.no,
  CONSENT_NOT_GIVEN: EXIT.no,
  PAGE_DIVERGED: EXIT.no,
  USAGE: EXIT.usage,
  INVALID_ARGUMENT: EXIT.usage,
  UNKNOWN_PROFILE: EXIT.usage,
  UNKNOWN_CIRCUIT: EXIT.usage,
  UNKNOWN_QUESTION: EXIT.usage,
  ZONE_REQUIRED: EXIT.usage,
  ZONE_UNKNOWN: EXIT.usage,
  START_REQUIRED: EXIT.usage,
  DATE_ORDER_REQUIRED: EXIT.usage,
  SELECTION_REQUIRED: EXIT.usage,
  TIME_UNIT_REQUIRED: EXIT.usage,
  NOTHING_TAKEN: EXIT.nothing,
  TERMS_INVALID: EXIT.usage,
  REQUEST_INVALID: EXIT.usage,
  TERMS_MET_BY_NOTHING: EXIT.usage,
  PASSPHRASE_REQUIRED: EXIT.usage,
  CONTRACT_CALL_FAILED: EXIT.chain,
  CHAIN_UNREACHABLE: EXIT.chain,
  SERVICE_UNREACHABLE: EXIT.chain,
  TOO_MANY_REQUESTS: EXIT.chain,
  CONTRACT_REVERTED: EXIT.refused,
  NOT_ALLOWED: EXIT.refused,
  FILE_EXISTS: EXIT.refused,
  ALREADY_THERE: EXIT.refused,
  LOG_EPOCH_NOT_OVER: EXIT.refused,
  LOG_FORMAT_UNKNOWN: EXIT.input,
  ANCHOR_TOO_EARLY: EXIT.refused,
  ATTESTATION_MISMATCH: EXIT.refused,
  SLOT_NOT_OWNED: EXIT.refused,
  ATTESTATION_EXPIRED: EXIT.refused,
  ACCESS_NOT_ALLOWED: EXIT.refused,
  GRANT_NOT_SIGNED: EXIT.refused,
  REVOCATION_NOT_POSSIBLE: EXIT.refused,
  ARTIFACT_MISSING: EXIT.notReady,
  ARTIFACT_MISMATCH: EXIT.notReady,
  NATIVE_PROVER_UNUSABLE: EXIT.notReady,
  VAULT_MISSING: EXIT.notReady,
  NOT_THERE: EXIT.notReady,
  LOG_EPOCH_MISSING: EXIT.notReady,
  ANCHOR_DAY_UNKNOWN: EXIT.notReady,
  ANCHOR_LEAF_UNKNOWN: EXIT.notReady,
  ABORTED: EXIT.stopped,
};

/** The exit code for an error's code; what is in no list concerns an input. */
export function exitCodeOf(code: ErrorCode): number {
  const listed = BY_CODE[code];
  if (listed !== undefined) return listed;
  return code.startsWith("INTAKE_") ? EXIT.refused : EXIT.input;
}

/**
 * Tells an error, and what it means for the exit code. Expected errors are a message and a way out, or JSON on standard
 * error with `--json`; only a fault of this program shows where it happened.
 */
export function tellError(io: Io, error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version are asked for; help in place of a missing command is not.
    if (error.exitCode === 0) return EXIT.ok;
    const message = error.message.replace(/^error: /, "");
    // A suggestion comes on a line of its own: "Unknown command 'prov'\n(Did you mean prove?)".
    const [, what = message, meant] = /^(.*)\n\((Did you mean .*\?)\)$/s.exec(message) ?? [];
    const shown = error.code === "commander.help" ? "Name a command; the list is above." : what;
    const hint = meant === undefined ? "See --help." : `${meant} See --help.`;
    return tell(io, new VitalproofError("USAGE", capital(shown), { hint }));
  }
  if (error instanceof VitalproofError) return tell(io, error);
  if (io.signal.aborted || (error instanceof Error && error.name === "AbortError")) {
    return tell(io, new VitalproofError("ABORTED", "Stopped."));
  }
  const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (io.json) io.err(jsonText({ error: { code: "INTERNAL", message: shown } }));
  else io.err(`This is a fault of vitalproof, please report it:\n${shown}\n`);
  return EXIT.internal;
}

function tell(io: Io, error: VitalproofError): number {
  if (io.json) {
    io.err(`${JSON.stringify({ error: error.toJSON() }, null, 2)}\n`);
  } else {
    io.err(`${error.shortMessage} [${error.code}]\n`);
    if (error.hint !== undefined) io.err(`${error.hint}\n`);
  }
  return exitCodeOf(error.code);
}

function capital(text: string): string {
  const whole = /[.!?]$/.test(text) ? text : `${text}.`;
  return whole.slice(0, 1).toUpperCase() + whole.slice(1);
}
