// SPDX-License-Identifier: GPL-3.0-or-later
//
// Groth16 over any witness, honest or not, under the key that `hardhat circuits build` made of an instance. snarkjs's
// prover does not ask whether a witness satisfies the constraints, so a liar's witness gets a proof as well.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { R } from "@vitalproof/hardhat-circom/attack";
// @ts-expect-error -- no declarations in the package
import * as snarkjs from "snarkjs";

const root = join(import.meta.dirname, "../../..");

export interface Proven {
  readonly proof: object;
  /** The public signals as the witness has them. */
  readonly publicSignals: readonly string[];
}

/** @param witness in the wires of the instance at --O2 */
export function proveWitness(instance: string, witness: readonly bigint[]): Promise<Proven> {
  const key = join(root, "build/circuits", instance, `${instance}.zkey`);
  return snarkjs.groth16.prove(key, { type: "mem", data: wtnsFile(witness) });
}

/** What a verifier says who has the committed verification key. */
export function verifies(
  instance: string,
  publicInputs: readonly (bigint | string)[],
  proof: object,
): Promise<boolean> {
  const key = readFileSync(join(root, "circuits/artifacts", instance, "verification_key.json"), "utf8");
  return snarkjs.groth16.verify(JSON.parse(key), publicInputs.map(String), proof);
}

/** Ends snarkjs's worker threads, which would keep the process alive. */
export async function endProving(): Promise<void> {
  const scope = globalThis as { curve_bn128?: { terminate(): Promise<void> } | null };
  const curve = scope.curve_bn128;
  scope.curve_bn128 = null;
  await curve?.terminate();
}

/** The file format of iden3's binary witnesses: a header with the field, then the values. */
function wtnsFile(witness: readonly bigint[]): Uint8Array {
  const width = 32;
  const file = Buffer.alloc(12 + 12 + 8 + width + 12 + width * witness.length);
  let at = file.write("wtns", "latin1");
  const number = (value: number) => {
    at = file.writeUInt32LE(value, at);
  };
  const long = (value: number) => {
    at = file.writeBigUInt64LE(BigInt(value), at);
  };
  const element = (value: bigint) => {
    for (let word = 0n; word < 4n; word++)
      at = file.writeBigUInt64LE(BigInt.asUintN(64, value >> (64n * word)), at);
  };
  number(2); // version
  number(2); // sections
  number(1);
  long(8 + width);
  number(width);
  element(R);
  number(witness.length);
  number(2);
  long(width * witness.length);
  for (const value of witness) element(value);
  return new Uint8Array(file);
}
