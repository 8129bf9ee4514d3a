// SPDX-License-Identifier: GPL-3.0-or-later

import { Forger } from "@vitalproof/hardhat-circom/attack";
import type { Circuit } from "./circuit.ts";
import { CLAIM_INPUTS, PUBLIC } from "./claim.ts";
import { HINTS, hashHints, honestHints } from "./hints.ts";
import { inputWires } from "./inputs.ts";

/**
 * A forger for a claim circuit. Whatever the liar does not set is found again as the honest prover would, hints included.
 *
 * @param codes highest code of the profile
 */
export function claimForger(circuit: Circuit, codes: number): Forger {
  return new Forger(
    circuit.system,
    inputWires(circuit, CLAIM_INPUTS),
    HINTS,
    honestHints(circuit.system, codes),
    inputWires(circuit, ["holder", "anchorRoot"]),
  );
}

/** Wires of the private inputs. */
export function privateWires(circuit: Circuit): number[] {
  return inputWires(
    circuit,
    CLAIM_INPUTS.filter((name) => !PUBLIC.includes(name)),
  );
}

/** The hints stay as they are: found anew they would prove another true statement about other terms. */
export function stubbornForger(circuit: Circuit): Forger {
  return new Forger(circuit.system, inputWires(circuit, CLAIM_INPUTS), HINTS, hashHints(circuit.system));
}

/** Wires that nothing defines and that no source assigns with `<--`, by all their names: there must be none. */
export function strangeHints({ hints, system }: Forger): (readonly string[])[] {
  return hints
    .map((wire) => system.namesOf(wire))
    .filter((names) => !names.some((name) => HINTS.some((pattern) => pattern.test(name))));
}
