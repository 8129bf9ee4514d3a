// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of circom_tester that the tests use; the package has no types.
import { createRequire } from "node:module";
import type { CircuitInput } from "@vitalproof/hardhat-circom/attack";

const require = createRequire(import.meta.url);

export type { CircuitInput } from "@vitalproof/hardhat-circom/attack";

/** Asks what the compiler wrote: `name.r1cs` in a folder. */
export interface Tester {
  checkConstraints(witness: readonly bigint[]): Promise<void>;
}

const {
  BaseTester,
}: {
  readonly BaseTester: new (folder: string, name: string) => Tester;
} = require("circom_tester/common/tester.js");

export { BaseTester };

interface Calculator {
  readonly witnessSize: number;
  calculateBinWitness(input: CircuitInput, sanityCheck: boolean): Promise<Uint8Array>;
}
const newCalculator: (
  wasm: Uint8Array,
) => Promise<Calculator> = require("circom_tester/wasm/witness_calculator.js");

/** Witnesses by the generator in these bytes. */
export async function calculatorOf(wasm: Uint8Array): Promise<(input: CircuitInput) => Promise<bigint[]>> {
  const calculator = await newCalculator(wasm);
  return async (input) => {
    const bytes = await calculator.calculateBinWitness(input, true);
    const words = new BigUint64Array(bytes.buffer);
    const witness = new Array<bigint>(calculator.witnessSize);
    for (let i = 0; i < witness.length; i++) {
      const at = 4 * i;
      const [a, b, c, d] = [words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!];
      // Most values are bits and small numbers.
      witness[i] = b === 0n && c === 0n && d === 0n ? a : a | (b << 64n) | (c << 128n) | (d << 192n);
    }
    return witness;
  };
}
