// SPDX-License-Identifier: GPL-3.0-or-later
import type { Circuit } from "../circuits/circuit.ts";
import { circuitOfId } from "../circuits/circuitId.ts";
import type { ClaimsClient } from "../clients/claims.ts";
import { VitalproofError } from "../errors.ts";
import type { Terms } from "../templates/templates.ts";
import { unpackTerms } from "../terms/pack.ts";

/** What a program is about, as the claims contract says. */
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

/**
 * Reads a program.
 * @throws CONTRACT_REVERTED for a number without a program; UNKNOWN_CIRCUIT, TERMS_NOT_UNDERSTOOD for a program of a
 *         newer version
 */
export async function programFacts(
  claims: Pick<ClaimsClient, "program" | "scopeElement">,
  program: bigint,
): Promise<ProgramFacts> {
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
  return {
    program,
    insurer: found.insurer,
    group: found.group,
    scopeNumber: found.scope,
    scope: await claims.scopeElement(found.scope),
    circuit,
    terms: unpackTerms(found.terms),
    token: found.token,
    benefit: found.benefit,
    free: found.free,
    claimWindow: Number(found.claimWindow),
    reviewTime: Number(found.reviewTime),
    arbiter: found.arbiter,
    arbiterTime: Number(found.arbiterTime),
  };
}
