// SPDX-License-Identifier: GPL-3.0-or-later
import {
  ANCHOR_REGISTRY_ABI,
  CLAIMS_PAYOUT_ABI,
  CONSENT_REGISTRY_ABI,
  type Detail,
  STATEMENT_REGISTRY_ABI,
  VitalproofError,
} from "@vitalproof/sdk";
import { type ErrorDescription, Interface } from "ethers";

/** The way out of each refusal that a user of these commands can meet. */
const HINTS: Readonly<Record<string, string>> = {
  AnchorRegistry_UnknownGroup: "Ask the clinic for its group's number; `vitalproof attester init` opens one.",
  ClaimsPayout_IsPaused: "The pause ends by itself at that time (Unix seconds); payments work meanwhile.",
  ClaimsPayout_UnknownProgram: "`vitalproof program list` shows the programs there are.",
  ClaimsPayout_UnknownPolicy: "`vitalproof program show` and the insurer's message have the policy's number.",
  ClaimsPayout_UnknownPeriod: "Periods count from 0; `vitalproof policy show` lists them.",
  ClaimsPayout_UnknownScope: "Leave --scope out to make a new one.",
  ClaimsPayout_NotInsurer: "Use the account that created the program.",
  ClaimsPayout_NotInScope: "Leave --scope out to make a scope of your own, or ask its creator to let you in.",
  ClaimsPayout_InsurerGoverns:
    "The governor, the guardian and the pauser cannot be insurers: use another account.",
  ClaimsPayout_StatementNotInForce: "Choose a statement of this deployment; see `statements`.",
  ClaimsPayout_AssuranceMismatch: "State the class that the group has, or choose another group.",
  ClaimsPayout_InvalidBenefit: "Give a benefit above 0.",
  ClaimsPayout_InvalidClaimWindow: "A claim window is 1 to 365 days.",
  ClaimsPayout_InvalidReview:
    "With --review-time name an --arbiter who is not you, and 1 to 180 days as --arbiter-time; the review lasts 60 days at most.",
  ClaimsPayout_InsufficientFree: "Fund the program with `vitalproof program fund`.",
  ClaimsPayout_AlreadyBegun: "Cover begins with a period that has not begun: apply again for a later one.",
  ClaimsPayout_CoverageOverlaps: "The person is covered until then: apply for a later period.",
  ClaimsPayout_AttestationExpired: "Ask the patient to apply again.",
  ClaimsPayout_AttestationUsed: "The policy was issued already.",
  ClaimsPayout_InvalidAttestation:
    "It must be signed by the group's attester as of now, for this chain and contract.",
  ClaimsPayout_NotControllerOrInsurer: "Only the policy's controller and the insurer can end it.",
  ClaimsPayout_NothingToEnd: "Every period has begun; what has begun stays claimable.",
  ClaimsPayout_PeriodAlreadyClaimed:
    "A period is claimed once; `vitalproof claim show` says where it stands.",
  ClaimsPayout_PeriodReleased: "Its claim window had closed.",
  ClaimsPayout_PeriodNotOver: "Wait until the period's end (Unix seconds).",
  ClaimsPayout_NotAnchored: "Wait for the clinic's anchor of that day.",
  ClaimsPayout_WindowClosed: "The period can no longer be claimed.",
  ClaimsPayout_StatementBlocked: "Its suspension ends at that time; the window waits.",
  ClaimsPayout_NoActiveConsent: "Grant one with `vitalproof consent grant`, and name its id.",
  ClaimsPayout_InvalidProof:
    "The proof is for another policy, period, root or program. Prove again; the day may have been corrected since.",
  ClaimsPayout_NothingOwed: "Nothing is credited and unpaid on this policy.",
  ClaimsPayout_NothingReceived: "The token moved nothing: check balance and token.",
  ConsentRegistry_Revoked: "A revoked consent never comes back: grant a new one.",
  ConsentRegistry_InvalidTimes: "It must begin before it ends, and end in the future.",
  ConsentRegistry_SignatureExpired: "Sign again.",
  ConsentRegistry_InvalidSignature: "Sign with the policy's controller: the right --home and --index.",
  Terms_MetByMissingReadings: "Add a bound that readings must be there to meet.",
  Terms_OutOfRange: "Choose bounds within the range that is named.",
  Terms_Mismatch: "The terms are of another statement.",
  ERC20InsufficientBalance:
    "The account has too few of the tokens (--mint-test-tokens makes some of a test token).",
  ERC20InsufficientAllowance: "Run `vitalproof program fund`, which allows what it pays in.",
};

const TERMS_ERRORS = [
  "error Terms_Mismatch(string field, uint256 value, uint256 expected)",
  "error Terms_OutOfRange(string field, uint256 value, uint256 lowest, uint256 highest)",
  "error Terms_UnknownTemplate(uint256 template)",
  "error Terms_UnknownFlags(uint256 flags)",
  "error Terms_UnusedBits(uint256 terms)",
  "error Terms_MetByMissingReadings(uint256 terms)",
];
const TOKEN_ERRORS = [
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error SafeERC20FailedOperation(address token)",
  "error Error(string reason)",
];

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
  const { details } = error;
  const name = typeof details.error === "string" ? details.error : undefined;
  if (name !== undefined) return again(error, error.shortMessage, details, HINTS[name]);
  const decoded = typeof details.data === "string" ? decode(details.data) : undefined;
  if (decoded === undefined) return error;
  const names = decoded.fragment.inputs.map((input, i) => input.name || String(i));
  const values = Object.fromEntries(names.map((key, i) => [key, detailOf(decoded.args[i])]));
  const shown = names.map((key) => `${key} ${String(values[key])}`).join(", ");
  return again(
    error,
    `${String(details.action)} was refused: ${decoded.name}${shown === "" ? "" : ` (${shown})`}.`,
    { action: details.action, error: decoded.name, ...values },
    HINTS[decoded.name],
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

function decode(data: string): ErrorDescription | undefined {
  const abis = [
    CLAIMS_PAYOUT_ABI,
    STATEMENT_REGISTRY_ABI,
    ANCHOR_REGISTRY_ABI,
    CONSENT_REGISTRY_ABI,
    TERMS_ERRORS,
    TOKEN_ERRORS,
  ];
  for (const abi of abis) {
    const found = new Interface(abi).parseError(data);
    if (found !== null) return found;
  }
  return undefined;
}

function detailOf(value: unknown): Detail {
  return typeof value === "bigint" || typeof value === "boolean" ? value : String(value);
}
