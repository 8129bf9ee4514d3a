// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY } from "@vitalproof/sdk";
import { keccak256 } from "ethers";
import { type Falsification, type Setting, tools } from "./setting.ts";

/** Lies about claims, releases and reviews. */
export function aboutClaims(setting: Setting): readonly Falsification[] {
  const {
    ofPolicy,
    ofPeriod,
    ofProgram,
    offerWith,
    inReview,
    termsIn,
    circuitId,
    rootOf,
    blockOfClaim,
    claimEnd,
    swapProofs,
  } = tools(setting);
  return [
    {
      what: "a claim dropped",
      lies: () => ({ log: setting.lies.drop("ClaimSettled", ofPeriod(2)) }),
      found: ["VIEW_PERIOD_DISAGREES", "PAYMENT_NOT_OWED", "LEDGER_NEGATIVE"],
    },
    {
      what: "a claim invented, in another's transaction",
      lies: () => ({
        log: setting.lies.invent("PeriodsReleased", "ClaimSettled", [
          1n,
          1n,
          circuitId(),
          rootOf(1),
          setting.history.consent,
          0n,
        ]),
      }),
      found: ["CLAIM_PROOF_MISSING", "CLAIM_CONSENT_REVOKED", "RELEASE_COUNT_WRONG", "VIEW_POLICY_DISAGREES"],
    },
    {
      what: "a claim told twice",
      lies: () => ({
        log: setting.lies.invent(
          "PolicyPaid",
          "ClaimSettled",
          [1n, 0n, circuitId(), rootOf(0), setting.history.consent, 0n],
          ofPolicy,
        ),
      }),
      found: ["CLAIM_TWICE", "CLAIM_PROOF_MISSING"],
    },
    {
      what: "a claim for a period that the policy has not",
      lies: () => ({ log: setting.lies.change("ClaimSettled", { period: 6n }, ofPeriod(5)) }),
      found: ["CLAIM_PERIOD_UNKNOWN", "CLAIM_PROOF_MISSING", "VIEW_PERIOD_DISAGREES"],
    },
    {
      what: "a claim moved to another period",
      lies: () => ({ log: setting.lies.change("ClaimSettled", { period: 1n }, ofPeriod(2)) }),
      found: ["CLAIM_ROOT_MISMATCH", "CLAIM_PROOF_MISSING", "VIEW_PERIOD_DISAGREES"],
    },
    {
      what: "a proof swapped for another period's",
      lies: () => swapProofs(0, 1),
      found: ["CLAIM_PROOF_INVALID"],
    },
    {
      what: "a proof with one bit changed",
      lies: () => ({
        transaction: (transaction) => {
          const selector = setting.interfaces.claims.getFunction("submitClaim")!.selector;
          if (!transaction.input.startsWith(selector)) return transaction;
          const last = transaction.input.at(-1) === "0" ? "1" : "0";
          return { ...transaction, input: `${transaction.input.slice(0, -1)}${last}` };
        },
      }),
      found: ["CLAIM_PROOF_INVALID"],
    },
    {
      what: "a claim's transaction unknown",
      lies: () => ({
        transaction: (transaction) =>
          transaction.input.startsWith(setting.interfaces.claims.getFunction("submitClaim")!.selector)
            ? undefined
            : transaction,
      }),
      found: ["DATA_TRANSACTION_MISSING", "CLAIM_PROOF_MISSING"],
    },
    {
      what: "a claim's root in its event",
      lies: () => ({ log: setting.lies.change("ClaimSettled", { anchorRoot: 99n }, ofPeriod(0)) }),
      found: ["CLAIM_ROOT_MISMATCH"],
    },
    {
      what: "a claim under another circuit",
      lies: () => ({
        log: setting.lies.change("ClaimSettled", { circuitId: keccak256("0x01") }, ofPeriod(0)),
      }),
      found: ["CLAIM_CIRCUIT_MISMATCH"],
    },
    {
      what: "a claim with a review where the program has none",
      lies: () => ({ log: setting.lies.change("ClaimSettled", { reviewUntil: 5n }, ofPeriod(0)) }),
      found: ["CLAIM_REVIEW_TIME_WRONG"],
    },
    {
      what: "the program's terms: a bound",
      lies: () => ({
        log: setting.lies.change(
          "ProgramCreated",
          (args) => offerWith({ terms: termsIn(args) ^ (1n << 120n) })(args),
          ofProgram,
        ),
      }),
      found: ["CLAIM_PROOF_INVALID", "CLAIM_INPUTS_DISAGREE", "VIEW_PROGRAM_DISAGREES"],
    },
    {
      what: "the program's terms: the profile",
      lies: () => ({
        log: setting.lies.change(
          "ProgramCreated",
          (args) => offerWith({ terms: termsIn(args) ^ (1n << 9n) })(args),
          ofProgram,
        ),
      }),
      found: ["PROGRAM_TERMS_MISMATCH", "CLAIM_PROOF_INVALID"],
    },
    {
      what: "the program's scope",
      lies: () => ({
        log: setting.lies.change(
          "ProgramCreated",
          (args) => ({ scopeId: 2n, ...offerWith({ scope: 2n })(args) }),
          ofProgram,
        ),
      }),
      found: ["CLAIM_PROOF_INVALID", "VIEW_PROGRAM_DISAGREES"],
    },
    {
      what: "the scope's element",
      lies: () => ({
        log: setting.lies.change("ScopeCreated", { element: 5n }, ({ scopeId }) => scopeId === 1n),
      }),
      found: ["SCOPE_ELEMENT_WRONG"],
    },
    {
      what: "the chain's id",
      lies: () => ({ chainId: 1n }),
      found: ["SCOPE_ELEMENT_WRONG", "CLAIM_PROOF_INVALID", "POLICY_ATTESTATION_MISMATCH", "DEVELOPMENT_KEY"],
    },
    {
      what: "the time of a claim's block: before its period's end",
      lies: () => ({
        block: (block) => (block.number === blockOfClaim() ? { ...block, timestamp: claimEnd() - 1 } : block),
      }),
      found: ["CLAIM_PERIOD_NOT_OVER"],
    },
    {
      what: "the time of a claim's block: after its window",
      lies: () => ({
        block: (block) =>
          block.number === blockOfClaim() ? { ...block, timestamp: claimEnd() + 200 * DAY } : block,
      }),
      found: ["CLAIM_WINDOW_CLOSED"],
    },
    {
      what: "a release before the window closed",
      lies: () => ({
        log: setting.lies.change("ProgramCreated", offerWith({ claimWindow: 300n * BigInt(DAY) }), ofProgram),
      }),
      found: ["RELEASE_TOO_EARLY", "VIEW_PROGRAM_DISAGREES"],
    },
    {
      what: "an outage before a release, invented",
      lies: () => ({
        log: setting.lies.invent("PeriodsReleased", "OutageDeclared", [1n, 9_999_999_999n, "no"]),
      }),
      found: ["OUTAGE_WRONG", "RELEASE_TOO_EARLY", "VIEW_WINDOW_DISAGREES", "VIEW_PAUSE_DISAGREES"],
    },
    {
      what: "the count of periods that a release freed",
      lies: () => ({ log: setting.lies.change("PeriodsReleased", { released: 2n }) }),
      found: ["RELEASE_COUNT_WRONG", "VIEW_POLICY_DISAGREES", "VIEW_ESCROW_DISAGREES"],
    },
    {
      what: "a release of more periods than the policy has",
      lies: () => ({ log: setting.lies.change("PeriodsReleased", { until: 7n }) }),
      found: ["RELEASE_RANGE_WRONG"],
    },
    {
      what: "a release of other periods",
      lies: () => ({ log: setting.lies.change("PeriodsReleased", { from: 2n }) }),
      found: ["RELEASE_COUNT_WRONG", "VIEW_PERIOD_DISAGREES"],
    },
    {
      what: "a rejection dropped",
      lies: () => ({ log: setting.lies.drop("ClaimRejected") }),
      found: ["PERIOD_TRANSITION_WRONG"],
      program: inReview,
    },
    {
      what: "a claim credited by a stranger within the review",
      lies: () => ({ log: setting.lies.change("ClaimCredited", { by: setting.addresses.token }) }),
      found: ["REVIEW_OUT_OF_TURN"],
      program: inReview,
    },
    {
      what: "a rejection with a shorter time for the arbiter",
      lies: () => ({
        log: setting.lies.change("ClaimRejected", ({ arbiterUntil }) => ({
          arbiterUntil: (arbiterUntil as bigint) - 1n,
        })),
      }),
      found: ["REVIEW_OUT_OF_TURN"],
      program: inReview,
    },
    {
      what: "a denial dropped",
      lies: () => ({ log: setting.lies.drop("ClaimDenied") }),
      found: ["VIEW_POLICY_DISAGREES", "VIEW_PERIOD_DISAGREES", "VIEW_ESCROW_DISAGREES"],
      program: inReview,
    },
  ];
}
