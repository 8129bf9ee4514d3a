// SPDX-License-Identifier: GPL-3.0-or-later
import {
  ClaimsClient,
  type Statement,
  statementIdOf,
  statements,
  type Terms,
  unpackTerms,
  VitalproofError,
} from "@vitalproof/sdk";
import type { ContractRunner } from "ethers";

/** What a program is about, as the claims contract says. */
export type ProgramFacts = {
  program: bigint;
  statement: Statement;
  /** With first epoch 0. */
  terms: Terms;
  scopeNumber: bigint;
  /** The scope as a field element: a public input of every proof. */
  scope: bigint;
  group: bigint;
};

/** @throws CONTRACT_REVERTED for a program that is none; UNKNOWN_STATEMENT, TERMS_NOT_UNDERSTOOD for one from a newer version */
export async function programFacts(
  claims: string,
  runner: ContractRunner,
  program: bigint,
): Promise<ProgramFacts> {
  const client = new ClaimsClient(claims, runner);
  const found = await client.program(program);
  const statement = statements().find(
    ({ name, version }) => statementIdOf(name, version) === found.statement,
  );
  if (statement === undefined) {
    throw new VitalproofError(
      "UNKNOWN_STATEMENT",
      `Program ${program} pays on a statement that is not known here.`,
      {
        details: { program, statement: found.statement },
        hint: "Update vitalproof; the program may be newer.",
      },
    );
  }
  return {
    program,
    statement,
    terms: unpackTerms(found.terms),
    scopeNumber: found.scope,
    scope: await client.scopeElement(found.scope),
    group: found.group,
  };
}
