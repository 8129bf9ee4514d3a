// SPDX-License-Identifier: GPL-3.0-or-later
import type { Circuit } from "../circuits/circuit.ts";
import { circuitOfId } from "../circuits/circuitId.ts";
import type { ClaimsClient } from "../clients/claims.ts";
import type { Custody } from "../clients/custody.ts";
import { VitalproofError } from "../errors.ts";
import type { Terms } from "../templates/templates.ts";
import { unpackTerms } from "../terms/pack.ts";

/** What a program is about, as the contracts say. */
export type ProgramFacts = {
  readonly program: bigint;
  readonly insurer: string;
  /** The attester's group on whose logs it pays. */
  readonly group: bigint;
  /** Number of the scope, and the field element that proofs are for. */
  readonly scopeNumber: bigint;
  readonly scope: bigint;
  readonly circuit: Circuit;
  /** With first epoch 0. */
  readonly terms: Terms;
  /** Hash of the whole offer; an attestation for the program names it. */
  readonly offerHash: string;
  /** Where custody has the program's money. */
  readonly escrow: bigint;
  readonly token: string;
  /** Per met period, in the token's smallest unit. */
  readonly benefit: bigint;
  /** What of the program's money is free for new policies. */
  readonly free: bigint;
  /** Seconds. */
  readonly claimWindow: number;
  /** Seconds in which the insurer can reject a claim; 0 where every valid claim is credited at once. */
  readonly reviewTime: number;
  /** Decides on rejected claims within `arbiterTime` seconds; the zero address where there is no review. */
  readonly arbiter: string;
  readonly arbiterTime: number;
};

/** What a program is read from. */
export type ProgramChain = {
  readonly claims: Pick<ClaimsClient, "program" | "scopeElement">;
  readonly custody: Pick<Custody, "escrow">;
};

/**
 * Reads a program.
 * @throws CONTRACT_REVERTED for a number without a program; UNKNOWN_CIRCUIT, TERMS_NOT_UNDERSTOOD for a program of a
 *         newer version
 */
export async function programFacts(chain: ProgramChain, program: bigint): Promise<ProgramFacts> {
  const { claims, custody } = chain;
  const found = await claims.program(program);
  const circuit = circuitOfId(found.circuit);
  if (circuit === undefined) {
    throw new VitalproofError(
      "UNKNOWN_CIRCUIT",
      `Program ${program} pays on a circuit that is not known here.`,
      {
        details: { program, circuit: found.circuit },
        hint: "Update vitalproof; the program may be newer.",
      },
    );
  }
  const [scope, { token, free }] = await Promise.all([
    claims.scopeElement(found.scope),
    custody.escrow(found.escrow),
  ]);
  return {
    program,
    insurer: found.insurer,
    group: found.group,
    scopeNumber: found.scope,
    scope,
    circuit,
    terms: unpackTerms(found.terms),
    offerHash: found.offerHash,
    escrow: found.escrow,
    token,
    benefit: found.benefit,
    free,
    claimWindow: Number(found.claimWindow),
    reviewTime: Number(found.reviewTime),
    arbiter: found.arbiter,
    arbiterTime: Number(found.arbiterTime),
  };
}
