// SPDX-License-Identifier: GPL-3.0-or-later
import { toBeHex, toUtf8Bytes, zeroPadBytes } from "ethers";
import { circuitIdOf } from "../circuits/circuitId.ts";
import type { FamilyFields } from "../circuits/claimFacts.ts";
import { VitalproofError } from "../errors.ts";
import { LEDGER_CIRCUITS } from "../generated/ledgerProtocol.ts";

/** Bits of each size in a circuit's facts. */
const SIZE_BITS = 32n;

/**
 * A circuit of the health ledger as its proposal to the circuit registry describes it; undefined for other circuits. Facts
 * are its sizes, 32 bits each, in the order of circuits.json.
 * @param inputs number of public inputs
 */
export function ledgerFamilyFields(circuit: string, inputs: number): FamilyFields | undefined {
  const known = Object.values(LEDGER_CIRCUITS).find(({ name }) => name === circuit);
  if (known === undefined) return undefined;
  const sizes: readonly number[] = Object.values(known.sizes);
  const facts = sizes.reduce((sum, size, i) => sum | (BigInt(size) << (SIZE_BITS * BigInt(i))), 0n);
  return {
    family: zeroPadBytes(toUtf8Bytes(known.family), 16),
    facts: toBeHex(facts, 32),
    inputs,
    // No period waits for its proof.
    period: 0,
    // A digest or a root of 0 is a preimage of 0.
    zeroImpossible: true,
  };
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
