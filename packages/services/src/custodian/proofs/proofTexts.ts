// SPDX-License-Identifier: GPL-3.0-or-later
//
// A proof that is to be made, as texts among the page's own, sealed under its key: a witness holds the openings of consents, who
// looked at whom, and revocation secrets. The queue has the number of a proof and nothing else.
import { type CircuitInput, type CircuitValue, type Proof, VitalproofError, Witness } from "@vitalproof/sdk";

/** Name of the queue of pages' proofs. */
export const PAGE_PROOFS = "page-proofs";

/** Names a proof that is to be made. */
export type PageProofStep = { readonly proof: string };

/** Begin of the keys of all proofs of a page. */
export const PROOF_TEXTS = "service/proof/";

/** Keys of one proof's texts. */
export function proofKeysOf(proof: string) {
  const prefix = `${PROOF_TEXTS}${proof}/`;
  return {
    prefix,
    /** What is to be proven. It goes when the proof comes. */
    input: `${prefix}input`,
    result: `${prefix}result`,
    /** Code of the last try that failed. */
    fault: `${prefix}fault`,
  } as const;
}

export type Proven = { readonly proof: Proof; readonly publicInputs: bigint[] };

export function witnessText(witness: Witness): string {
  const { circuit, publicInputs } = witness;
  return textOf({ circuit, publicInputs, input: witness.circuitInput() });
}

/** @throws LOG_CORRUPT for what `witnessText` did not write */
export function witnessIn(text: string): Witness {
  return read(text, ({ circuit, publicInputs, input }) => {
    if (typeof circuit !== "string") throw new TypeError("no circuit");
    return new Witness(circuit, numbersIn(publicInputs) as bigint[], numbersOf(input as object));
  });
}

export function provenText({ proof, publicInputs }: Proven): string {
  return textOf({ proof, publicInputs });
}

/** @throws LOG_CORRUPT for what `provenText` did not write */
export function provenIn(text: string): Proven {
  return read(text, ({ proof, publicInputs }) => ({
    proof: numbersOf(proof as object) as unknown as Proof,
    publicInputs: numbersIn(publicInputs) as bigint[],
  }));
}

function textOf(value: object): string {
  return JSON.stringify(value, (_key, each: unknown) => (typeof each === "bigint" ? String(each) : each));
}

/** The parser's own words would quote a secret. */
function read<T>(text: string, make: (members: Record<string, unknown>) => T): T {
  try {
    return make(JSON.parse(text) as Record<string, unknown>);
  } catch {
    throw new VitalproofError("LOG_CORRUPT", "A stored proof of a page cannot be read.", {
      hint: "Run the custodian and its provers in one version, and start the custodian again: it makes the proof anew.",
    });
  }
}

function numbersOf(members: object): CircuitInput {
  return Object.fromEntries(Object.entries(members).map(([name, each]) => [name, numbersIn(each)]));
}

function numbersIn(value: unknown): CircuitValue {
  return Array.isArray(value) ? value.map(numbersIn) : BigInt(value as string | number);
}
