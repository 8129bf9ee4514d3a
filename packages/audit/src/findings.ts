// SPDX-License-Identifier: GPL-3.0-or-later

/** `error`: data contradict each other or a rule. `warning`: something could not be checked. `notice`: worth knowing. */
export type Severity = "error" | "warning" | "notice";

/**
 * Everything an audit can find: severity, and the invariants of docs/security.md that it concerns. Codes are stable;
 * programs compare them, people read the sentences.
 */
export const FINDINGS = {
  // the chain data themselves
  DATA_EVENT_UNREADABLE: ["error"],
  DATA_EVENT_TWICE: ["error"],
  DATA_BLOCK_MISMATCH: ["error"],
  DATA_TRANSACTION_MISSING: ["error"],
  DATA_RECEIPT_DISAGREES: ["error"],
  DATA_VIEW_UNAVAILABLE: ["warning"],
  SEQUENCE_BROKEN: ["error"],
  EVENT_WITHOUT_ORIGIN: ["error"],
  // program and policies
  SCOPE_ELEMENT_WRONG: ["error"],
  PROGRAM_CIRCUIT_NOT_IN_FORCE: ["error"],
  PROGRAM_CIRCUIT_NOT_FOR_CLAIMS: ["error"],
  PROGRAM_ASSURANCE_MISMATCH: ["error"],
  PROGRAM_TERMS_MISMATCH: ["error"],
  PROGRAM_ESCROW_MISMATCH: ["error", "P2", "P6"],
  PROGRAM_CIRCUIT_SUSPENDED: ["error"],
  PROGRAM_WHILE_PAUSED: ["error"],
  INSURER_GOVERNS: ["error"],
  POLICY_ATTESTATION_MISSING: ["warning"],
  POLICY_ATTESTATION_MISMATCH: ["error"],
  POLICY_ATTESTATION_REUSED: ["error"],
  POLICY_ATTESTATION_EXPIRED: ["error"],
  POLICY_SIGNATURE_INVALID: ["error"],
  POLICY_SIGNATURE_UNCHECKED: ["warning"],
  POLICY_CIRCUIT_SUSPENDED: ["error"],
  POLICY_WHILE_PAUSED: ["error"],
  POLICY_ALREADY_BEGUN: ["error"],
  POLICY_COVERAGE_OVERLAPS: ["error", "P5"],
  POLICY_RESERVE_EXCEEDS_FREE: ["error", "P2", "P6"],
  POLICY_END_WRONG: ["error", "P10"],
  // claims
  CLAIM_PERIOD_UNKNOWN: ["error", "P3"],
  CLAIM_TWICE: ["error", "P4", "P5"],
  CLAIM_WHILE_PAUSED: ["error"],
  CLAIM_PERIOD_NOT_OVER: ["error"],
  CLAIM_NOT_ANCHORED: ["error", "N1"],
  CLAIM_ROOT_MISMATCH: ["error", "N1"],
  CLAIM_WINDOW_CLOSED: ["error"],
  CLAIM_CIRCUIT_MISMATCH: ["error", "N1"],
  CLAIM_CIRCUIT_BLOCKED: ["error"],
  CLAIM_CONSENT_UNKNOWN: ["error", "C1"],
  CLAIM_CONSENT_OF_ANOTHER_MATTER: ["error", "C1"],
  CLAIM_CONSENT_NOT_ACTIVE: ["error", "C1"],
  CLAIM_CONSENT_REVOKED: ["error", "C2", "C3"],
  CLAIM_REVIEW_TIME_WRONG: ["error"],
  CLAIM_PROOF_MISSING: ["error", "N1"],
  CLAIM_PROOF_INVALID: ["error", "N1"],
  CLAIM_KEY_UNKNOWN: ["warning", "N1"],
  CLAIM_VERIFIER_DISAGREES: ["error", "N1"],
  CLAIM_INPUTS_DISAGREE: ["error", "N1"],
  PERIOD_TRANSITION_WRONG: ["error", "P4"],
  REVIEW_OUT_OF_TURN: ["error", "P4"],
  RELEASE_TOO_EARLY: ["error", "P10"],
  RELEASE_RANGE_WRONG: ["error", "P10"],
  RELEASE_COUNT_WRONG: ["error", "P2", "P10"],
  // anchors
  GROUP_TIMES_INVALID: ["error"],
  ATTESTER_NOMINATION_WRONG: ["error"],
  ATTESTER_CHANGED_WRONGLY: ["error"],
  ANCHOR_TWICE: ["error", "A1"],
  ANCHOR_OUT_OF_TIME: ["error", "A1"],
  ANCHOR_ROOT_INVALID: ["error", "A1"],
  CORRECTION_TWICE: ["error", "A1"],
  CORRECTION_OUT_OF_TIME: ["error", "A1"],
  CORRECTION_PREVIOUS_ROOT_WRONG: ["error", "A1"],
  CORRECTION_SAME_ROOT: ["error", "A1"],
  CORRECTION_WITHOUT_REASON: ["error", "A1"],
  // consents
  CONSENT_ID_WRONG: ["error", "C1"],
  CONSENT_GRANTED_TWICE: ["error", "C1", "C2"],
  // consents of the health ledger
  PAGE_VERSION_WRONG: ["error"],
  PAGE_CHANGE_WRONG: ["error"],
  PAGE_LIVE_BITS_WRONG: ["error", "C1", "C2"],
  GRANTEE_TWICE: ["error", "C1"],
  CONSENT_BOUND_NOT_LIVE: ["error", "C1", "C2"],
  CONSENT_BOUND_WRONGLY: ["error", "C1"],
  CONSENT_PROOF_MISSING: ["error", "C1"],
  CONSENT_PROOF_INVALID: ["error", "C1"],
  CONSENT_CIRCUIT_WRONG: ["error", "C1"],
  CONSENT_KEY_UNKNOWN: ["warning", "C1"],
  // circuits and stops
  CIRCUIT_CHANGED: ["error", "V1"],
  CIRCUIT_ID_WRONG: ["error", "V1"],
  CIRCUIT_FIELDS_INVALID: ["error"],
  CIRCUIT_PERIOD_TOO_LONG: ["error"],
  CIRCUIT_KEY_NOT_ALLOWED: ["error"],
  CIRCUIT_PROPOSAL_WRONG: ["error", "V1"],
  CIRCUIT_NOT_ANNOUNCED: ["error", "V1"],
  CIRCUIT_ADDED_EARLY: ["error", "V1"],
  CIRCUIT_ADDED_LATE: ["error", "V1"],
  CIRCUIT_PREDECESSOR_UNKNOWN: ["error", "V1"],
  CIRCUIT_SUCCESSOR_TWICE: ["error", "V1"],
  CIRCUIT_SUCCESSOR_DIFFERS: ["error", "V1"],
  CIRCUIT_EXPOSURE_WRONG: ["error", "V2"],
  CIRCUIT_STOP_WRONG: ["error", "V2"],
  CIRCUIT_STOP_OF_FORGED: ["error", "V2"],
  RETIREMENT_CHANGED: ["error", "V2"],
  VERIFIER_CODE_CHANGED: ["error", "V1"],
  VERIFIER_CODE_WITHOUT_KEY: ["error", "V1"],
  VERIFICATION_KEY_CHANGED: ["error", "V1"],
  DEVELOPMENT_KEY: ["error"],
  CEREMONY_DISAGREES: ["error"],
  PAUSE_WRONG: ["error"],
  OUTAGE_WRONG: ["error"],
  ROLE_CHANGED_WRONGLY: ["error"],
  REGISTRY_TIMES_INVALID: ["error"],
  // money
  ESCROW_WITHOUT_PROGRAM: ["error", "P2"],
  FUNDING_WITHOUT_TRANSFER: ["error", "P1", "P2"],
  PAYMENT_WITHOUT_TRANSFER: ["error", "P2"],
  WITHDRAWAL_WITHOUT_TRANSFER: ["error", "P2"],
  TRANSFER_UNEXPLAINED: ["error", "P2", "P7", "P8"],
  DONATION: ["notice"],
  PAYMENT_AMOUNT_WRONG: ["error", "P3"],
  PAYMENT_TO_ANOTHER: ["error", "P3"],
  PAYMENT_NOT_OWED: ["error", "P3", "P5"],
  WITHDRAWAL_EXCEEDS_FREE: ["error", "P7"],
  LEDGER_NEGATIVE: ["error", "P1", "P2"],
  BALANCE_TOO_LOW: ["error", "P1"],
  BALANCE_UNEXPLAINED: ["warning", "P2"],
  // what the contracts say now
  VIEW_COUNT_DISAGREES: ["error"],
  VIEW_PROGRAM_DISAGREES: ["error", "P2"],
  VIEW_POLICY_DISAGREES: ["error", "P2"],
  VIEW_PERIOD_DISAGREES: ["error", "P4"],
  VIEW_ESCROW_DISAGREES: ["error", "P2"],
  VIEW_WINDOW_DISAGREES: ["error", "P10"],
  VIEW_ACCOUNTED_DISAGREES: ["error", "P2"],
  VIEW_ANCHOR_DISAGREES: ["error", "A1"],
  VIEW_GROUP_DISAGREES: ["error"],
  VIEW_CONSENT_DISAGREES: ["error", "C1", "C2"],
  VIEW_PAGE_DISAGREES: ["error", "C1", "C2"],
  VIEW_GRANTEE_DISAGREES: ["error", "C1"],
  VIEW_CIRCUIT_DISAGREES: ["error", "V1", "V2"],
  VIEW_PAUSE_DISAGREES: ["error"],
  VIEW_ROLE_DISAGREES: ["error"],
  VIEW_CONTRACT_DISAGREES: ["error"],
  TERMS_CONTRACT_WRONG: ["error"],
} as const satisfies Record<string, readonly [Severity, ...string[]]>;

export type FindingCode = keyof typeof FINDINGS;

/** What a finding is about; only public values. */
export type FindingPlace = {
  readonly program?: bigint;
  readonly policy?: bigint;
  readonly period?: number;
  readonly day?: number;
  readonly circuit?: string;
  readonly consent?: string;
  readonly transaction?: string;
  readonly block?: number;
};

export type Finding = FindingPlace & {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** One sentence with the values that disagree. */
  readonly sentence: string;
};

/** Collects findings; the same one is kept once. */
export class Findings {
  readonly #found: Finding[] = [];
  readonly #seen = new Set<string>();
  readonly #program: bigint;

  /** @param program the audited one; what concerns only another program is left out */
  constructor(program: bigint) {
    this.#program = program;
  }

  add(code: FindingCode, sentence: string, place: FindingPlace = {}): void {
    if (place.program !== undefined && place.program !== this.#program) return;
    const key = [code, sentence, place.transaction].join("|");
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#found.push({ code, severity: FINDINGS[code][0], sentence, ...place });
  }

  /** Reports a number that does not follow those known: a registry numbers from 1 without gaps. */
  inSequence(what: string, id: bigint, known: number, place: FindingPlace): void {
    if (id === BigInt(known) + 1n) return;
    this.add(
      "SEQUENCE_BROKEN",
      `${what} ${id} was made when ${known} were known: the events between are missing, or this one is invented.`,
      place,
    );
  }

  /** Errors first, otherwise in the order in which they were found. */
  all(): readonly Finding[] {
    const order: readonly Severity[] = ["error", "warning", "notice"];
    return [...this.#found].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  }
}
