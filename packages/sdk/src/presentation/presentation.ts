// SPDX-License-Identifier: GPL-3.0-or-later
import type { HolderAttestation } from "../attester/attestation.ts";
import type { CircuitName } from "../circuits/circuit.ts";
import type { AnchorDomain, PreviousAttester, SignedReceipt } from "../log/receipt.ts";
import type { Proof } from "../prove/proof.ts";
import type { Terms } from "../templates/templates.ts";

/** A circuit with its terms: what a proof says of its holder. */
export type Statement = { circuit: CircuitName; terms: Terms };

/**
 * What a verifier off chain wants proven: one statement (an alert), or several about one patient and one time (the
 * inclusion criteria of a trial). It never pays. The verifier fixes all of it. The patient only chooses whether to answer.
 */
export type PresentationRequest = {
  /**
   * Chain and account of who asks. The account is used where a claim has the scope registry (in the scope, so that no
   * proof made for another verifier fits) and the claims contract (in the EIP-712 domain of the holder attestation).
   */
  verifier: { chainId: bigint; account: string };
  /** Numbers the verifier's own scopes: a person is another holder in each. */
  scopeNumber: bigint;
  /** Statements over the same stretch of time, terms with epoch 0. */
  statements: readonly Statement[];
  /** The attester's group whose logs count. */
  group: bigint;
  /** Seconds after the period's end until which an answer is fresh; unlimited when left out. */
  maxAge?: number;
};

/** One proof of a presentation, and what shows that its log's last head is on record. */
export type PresentedProof = {
  circuit: CircuitName;
  /** Packed terms with the period's first epoch put in. */
  terms: bigint;
  proof: Proof;
  /**
   * The attester's receipt for the last head: then the proof's root is the leaf itself, a tree of one leaf, and nobody
   * has to wait for the day's anchor. Or the anchored day.
   */
  evidence: { receipt: SignedReceipt } | { anchorDay: number };
};

export type Presentation = { holder: bigint; proofs: readonly PresentedProof[] };

/** What a verifier knows on its own, and not from the patient. */
export type PresentationTrust = {
  /** Account of the group's attester, who signed the attestation too. */
  attester: string;
  /** Those before it, whose receipts count for their time; see `groupAttesters`. */
  previous?: readonly PreviousAttester[];
  /** Chain and anchor registry under which the attester signs receipts. */
  anchors: AnchorDomain;
  /** The attester's attestation that this holder is a person it knows; see `attestHolder`. */
  attestation: HolderAttestation;
  attestationSignature: string;
  /** Unix seconds. */
  now: number;
  /** Root that the group's anchor of a day holds; needed only for proofs over anchored days. */
  anchorRootOf?: (day: number) => Promise<bigint | undefined>;
};
