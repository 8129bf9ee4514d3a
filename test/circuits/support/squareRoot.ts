// SPDX-License-Identifier: GPL-3.0-or-later
import { F1Field } from "ffjavascript";
import { R } from "./constraints.ts";

const field = new F1Field(R);

/** A square root in the scalar field, undefined for a non-residue. */
export function squareRoot(value: bigint): bigint | undefined {
  const root: bigint | null = field.sqrt(value);
  return root === null ? undefined : root;
}
