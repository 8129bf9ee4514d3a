// SPDX-License-Identifier: GPL-3.0-or-later
import {
  type Circuit,
  ClaimsClient,
  circuitIdOf,
  circuits,
  type Terms,
  unpackTerms,
  VitalproofError,
} from "@vitalproof/sdk";
import type { ContractRunner } from "ethers";

/** What a program is about, as the claims contract says. */
export type ProgramFacts = {
  program: bigint;
  circuit: Circuit;
  /** With first epoch 0. */
  terms: Terms;
  scopeNumber: bigint;
  /** The scope as a field element: a public input of every proof. */
  scope: bigint;
  group: bigint;
};

/** @throws CONTRACT_REVERTED for a program that is none; UNKNOWN_CIRCUIT, TERMS_NOT_UNDERSTOOD for one from a newer version */
export async function programFacts(
  claims: string,
  runner: ContractRunner,
  program: bigint,
): Promise<ProgramFacts> {
  const client = new ClaimsClient(claims, runner);
  const found = await client.program(program);
  const circuit = circuits().find(({ name, version }) => circuitIdOf(name, version) === found.circuit);
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
    circuit,
    terms: unpackTerms(found.terms),
    scopeNumber: found.scope,
    scope: await client.scopeElement(found.scope),
    group: found.group,
  };
}
