// SPDX-License-Identifier: GPL-3.0-or-later
import { type Detail, refusalOf, VitalproofError } from "@vitalproof/sdk";

/** Ways out that name a command; those of all other refusals are the SDK's. */
const HINTS: Readonly<Record<string, string>> = {
  AnchorRegistry_UnknownGroup:
    "Ask the attester for its group's number; `vitalproof attester init` opens one.",
  ClaimsPayout_UnknownProgram: "`vitalproof program list` shows the programs there are.",
  ClaimsPayout_UnknownPolicy: "`vitalproof program show` and the insurer's message have the policy's number.",
  ClaimsPayout_UnknownPeriod: "Periods count from 0; `vitalproof policy show` lists them.",
  ScopeRegistry_UnknownScope: "Leave --scope out to make a new one.",
  ScopeRegistry_NotInScope:
    "Leave --scope out to make a scope of your own, or ask its creator to let you in.",
  ClaimsPayout_CircuitNotInForce: "Choose a circuit of this deployment; see `circuits`.",
  ClaimsPayout_InvalidReview:
    "With --review-time name an --arbiter who is not you, and 1 to 180 days as --arbiter-time; the review lasts 60 days at most.",
  Custody_InsufficientFree: "Fund the program with `vitalproof program fund`, or take less.",
  ClaimsPayout_PeriodAlreadyClaimed: "A period is claimed once. `vitalproof claim show` shows its state.",
  ClaimsPayout_NoActiveConsent: "Grant one with `vitalproof consent grant`, and name its id.",
  ConsentRegistry_InvalidSignature: "Sign with the policy's controller: the right --vault and --index.",
  HealthLedger_UnknownPage: "Pages count from 1. Check the number and the deployment.",
  HealthLedger_NotProven: "The page may have changed while the proof was made. Run the command again.",
  HealthLedger_NotLive: "It is revoked already. `vitalproof ledger consents` shows since when.",
  ERC20InsufficientBalance:
    "The account has too few of the tokens (--mint-test-tokens makes some of a test token).",
  ERC20InsufficientAllowance: "Run `vitalproof program fund`, which allows what it pays in.",
};

/**
 * Runs a call on the contracts and adds to a refusal what the SDK leaves open: the values of errors that come from a
 * contract further down, and a way out.
 * @throws CONTRACT_REVERTED and whatever else `act` throws
 */
export async function withHints<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof VitalproofError) || error.code !== "CONTRACT_REVERTED") throw error;
    throw hinted(error);
  }
}

function hinted(error: VitalproofError): VitalproofError {
  const refusal = refusalOf(error);
  if (refusal === undefined) return error;
  const { name, values } = refusal;
  const hint = Object.hasOwn(HINTS, name) ? HINTS[name] : refusal.hint;
  const own = typeof error.details.error === "string";
  if (own) return again(error, error.shortMessage, error.details, hint);
  const shown = Object.entries(values)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(", ");
  return again(
    error,
    `${String(error.details.action)} was refused: ${name}${shown === "" ? "" : ` (${shown})`}.`,
    { action: error.details.action, error: name, ...values },
    hint,
  );
}

function again(
  cause: VitalproofError,
  message: string,
  details: Record<string, Detail>,
  hint: string | undefined,
): VitalproofError {
  return new VitalproofError("CONTRACT_REVERTED", message, {
    details,
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
}
