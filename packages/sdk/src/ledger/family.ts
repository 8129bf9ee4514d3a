// SPDX-License-Identifier: GPL-3.0-or-later
import { circuitIdOf } from "../circuits/circuitId.ts";
import type { FamilyFields } from "../circuits/claimFacts.ts";
import { sizedFamilyFields } from "../circuits/sizedFamily.ts";
import { VitalproofError } from "../errors.ts";
import { LEDGER_CIRCUITS } from "../generated/ledgerProtocol.ts";

/**
 * A circuit of the health ledger as its proposal to the circuit registry describes it; undefined for other circuits. Facts
 * are its sizes, 32 bits each, in the order of circuits.json.
 * @param inputs number of public inputs
 */
export function ledgerFamilyFields(circuit: string, inputs: number): FamilyFields | undefined {
  const known = Object.values(LEDGER_CIRCUITS).find(({ name }) => name === circuit);
  return known === undefined ? undefined : sizedFamilyFields(known, inputs);
}

/** A circuit of the health ledger. */
export type LedgerCircuit = {
  readonly name: string;
  readonly version: number;
  /** What it proves: `ledger-access`, `ledger-consent`, `ledger-slot` or `ledger-bind`. */
  readonly family: string;
};

const BY_ID: ReadonlyMap<string, LedgerCircuit> = new Map(
  Object.values(LEDGER_CIRCUITS).map((circuit) => [circuitIdOf(circuit.name, circuit.version), circuit]),
);

/** Id of a circuit in the circuit registry. @throws UNKNOWN_CIRCUIT for one that is not the ledger's */
export function ledgerCircuitIdOf(name: string): string {
  for (const [id, circuit] of BY_ID) if (circuit.name === name) return id;
  throw new VitalproofError("UNKNOWN_CIRCUIT", `The ledger has no circuit ${JSON.stringify(name)}.`, {
    details: { name },
    hint: `Use one of ${Object.keys(LEDGER_CIRCUITS).join(", ")}.`,
  });
}

/** The circuit with an id; undefined for one that this package does not know. */
export function ledgerCircuitOfId(id: string): LedgerCircuit | undefined {
  return BY_ID.get(id);
}
