// SPDX-License-Identifier: GPL-3.0-or-later
/** What a circuit takes under one input name. */
export type CircuitValue = bigint | number | readonly CircuitValue[];
export type CircuitInput = Readonly<Record<string, CircuitValue>>;

/**
 * All inputs of one proof. It contains readings, salts and the identity secret, so it shows and serialises nothing
 * but what becomes public; `circuitInput()` is the one way to the rest.
 */
export class Witness {
  /** Name of the circuit instance in circuits.json. */
  readonly circuit: string;
  /** In the verifier's order. */
  readonly publicInputs: readonly bigint[];
  readonly #input: CircuitInput;

  constructor(circuit: string, publicInputs: readonly bigint[], input: CircuitInput) {
    this.circuit = circuit;
    this.publicInputs = publicInputs;
    this.#input = input;
  }

  /** Everything, secrets included, by the circuit's signal names. For a prover; never log it. */
  circuitInput(): CircuitInput {
    return this.#input;
  }

  toJSON(): Record<string, unknown> {
    return { circuit: this.circuit, publicInputs: this.publicInputs.map(String), input: "(secret)" };
  }
}
