// SPDX-License-Identifier: GPL-3.0-or-later

import { readScalar } from "../internal/field.ts";
import { loadSnarkjs } from "../internal/vendor.ts";

export type CircuitInput = { readonly [name: string]: InputValue };
export type InputValue = bigint | number | string | readonly InputValue[];

/**
 * The witness that the circuit's own generator makes of an input.
 * @throws the generator's error if it refuses the input
 */
export async function witnessOf(wasm: string, input: CircuitInput): Promise<bigint[]> {
  const { wtns } = await loadSnarkjs();
  const file: { type: "mem"; data?: Uint8Array } = { type: "mem" };
  await wtns.calculate(input, wasm, file);
  const bytes = file.data!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // "wtns", version, number of sections; then type, size and content of each. The values are section 2.
  let at = 12;
  while (view.getUint32(at, true) !== 2) at += 12 + Number(view.getBigUint64(at + 4, true));
  const size = Number(view.getBigUint64(at + 4, true));
  return Array.from({ length: size / 32 }, (_, i) => readScalar(view, at + 12 + 32 * i));
}
