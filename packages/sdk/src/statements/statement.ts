// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { STATEMENTS, type TERMS_TEMPLATES } from "../generated/protocol.ts";
import type { ProfileName } from "../profiles/profile.ts";

export type StatementName = keyof typeof STATEMENTS;

/** One circuit instance that proves claims: a template for a profile and a number of epochs. */
export type Statement = {
  readonly name: StatementName;
  readonly version: number;
  readonly purpose: string;
  readonly template: keyof typeof TERMS_TEMPLATES;
  readonly profile: ProfileName;
  /** Epochs in one period. */
  readonly epochs: number;
};

/** @throws UNKNOWN_STATEMENT, listing the statements there are */
export function statementOf(name: string): Statement {
  const statement = Object.hasOwn(STATEMENTS, name) ? STATEMENTS[name as StatementName] : undefined;
  if (statement === undefined) {
    throw new VitalproofError("UNKNOWN_STATEMENT", `There is no statement ${JSON.stringify(name)}.`, {
      details: { name },
      hint: `Use one of ${Object.keys(STATEMENTS).join(", ")}.`,
    });
  }
  return statement;
}

/** The whole catalogue, in the order of circuits.json. */
export function statements(): readonly Statement[] {
  return Object.values(STATEMENTS);
}
