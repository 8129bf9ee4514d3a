// SPDX-License-Identifier: GPL-3.0-or-later
import { toBeHex, toUtf8Bytes, zeroPadBytes } from "ethers";
import type { FamilyFields } from "./claimFacts.ts";

/** Bits of each size in a circuit's facts. */
const SIZE_BITS = 32n;

/**
 * How a circuit that no period waits for is described to the circuit registry. Facts are its sizes, 32 bits each, in the order of
 * circuits.json.
 * @param inputs number of public inputs
 */
export function sizedFamilyFields(
  { family, sizes }: { readonly family: string; readonly sizes: Readonly<Record<string, number>> },
  inputs: number,
): FamilyFields {
  const facts = Object.values(sizes).reduce(
    (sum, size, i) => sum | (BigInt(size) << (SIZE_BITS * BigInt(i))),
    0n,
  );
  return {
    family: zeroPadBytes(toUtf8Bytes(family), 16),
    facts: toBeHex(facts, 32),
    inputs,
    period: 0,
    // A digest or a root of 0 is a preimage of 0.
    zeroImpossible: true,
  };
}
