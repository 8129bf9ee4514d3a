// SPDX-License-Identifier: GPL-3.0-or-later
import type { ClaimFacts } from "@vitalproof/sdk";
import type { CircuitTimes } from "./turns.ts";

/** A `CircuitProposal` of the registry; addresses and words in lower case. */
export type ProposalFields = {
  readonly name: string;
  readonly version: bigint;
  readonly verifier: string;
  readonly verifierCodeHash: string;
  readonly verificationKey: string;
  readonly verificationKeyHash: string;
  readonly family: string;
  readonly facts: string;
  readonly inputs: number;
  readonly period: number;
  readonly zeroImpossible: boolean;
  /** SHA-256 of the transcript of the ceremony that made the key; undefined for a development key. */
  readonly ceremony: string | undefined;
  readonly predecessor: string | undefined;
};

export type CircuitState = Omit<CircuitTimes, "retiredAt" | "forgedAt" | "successor"> &
  ProposalFields & {
    /** What `facts` say of a circuit that claims can be verified with; undefined for every other. */
    readonly claim: ClaimFacts | undefined;
    successor: string | undefined;
    retiredAt: number | undefined;
    forgedAt: number | undefined;
  };

/** The registry's times in seconds and its rule for keys, as its views give them; they never change. */
export type RegistryFacts = {
  readonly delay: number;
  readonly suspensionTime: number;
  readonly suspensionCooldown: number;
  readonly allowsDevelopmentKeys: boolean;
};
