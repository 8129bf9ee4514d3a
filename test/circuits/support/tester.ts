// SPDX-License-Identifier: GPL-3.0-or-later
// The part of circom_tester that the tests use; the package has no types.

export type CircuitInput = { readonly [name: string]: InputValue };
export type InputValue = bigint | number | string | readonly InputValue[];

/** A linear combination: wire → coefficient. */
export type LinearCombination = Readonly<Record<string, bigint | string>>;

export interface WasmTester {
  readonly symbols: Readonly<Record<string, { readonly labelIdx: number; readonly varIdx: number }>>;
  readonly constraints: readonly (readonly [LinearCombination, LinearCombination, LinearCombination])[];
  readonly nVars: number;
  calculateWitness(input: CircuitInput, sanityCheck: boolean): Promise<bigint[]>;
  checkConstraints(witness: readonly bigint[]): Promise<void>;
  loadConstraints(): Promise<void>;
  loadSymbols(): Promise<void>;
}
