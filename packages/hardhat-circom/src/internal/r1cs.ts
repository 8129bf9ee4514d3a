// SPDX-License-Identifier: GPL-3.0-or-later
import type { ConstraintCounts } from "../types.ts";
import { R, readScalar } from "./field.ts";

/** An R1CS file, parsed as far as key generation and counting need. */
export interface R1cs {
  readonly nWires: number;
  readonly nOutputs: number;
  readonly nPublicInputs: number;
  readonly nPrivateInputs: number;
  readonly nLabels: number;
  readonly nConstraints: number;
  /** Outputs plus public inputs. */
  readonly nPublic: number;
  /** The constraints section. */
  readonly constraints: DataView;
}

const MAGIC = 0x73633172; // "r1cs", little endian

/**
 * Parses the iden3 binary format r1cs version 1.
 * @throws RangeError that says what is wrong: not an r1cs file, another field, custom gates.
 */
export function parseR1cs(file: Uint8Array): R1cs {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.byteLength < 12 || view.getUint32(0, true) !== MAGIC) throw new RangeError("not an r1cs file");
  if (view.getUint32(4, true) !== 1)
    throw new RangeError(`r1cs format version ${view.getUint32(4, true)}, expected 1`);
  const nSections = view.getUint32(8, true);
  const sections = new Map<number, DataView>();
  let at = 12;
  for (let i = 0; i < nSections; i++) {
    if (at + 12 > file.byteLength) throw new RangeError("truncated r1cs file");
    const type = view.getUint32(at, true);
    const size = Number(view.getBigUint64(at + 4, true));
    at += 12;
    if (at + size > file.byteLength) throw new RangeError("truncated r1cs file");
    sections.set(type, new DataView(file.buffer, file.byteOffset + at, size));
    at += size;
  }
  const header = sections.get(1);
  const constraints = sections.get(2);
  if (header === undefined || constraints === undefined)
    throw new RangeError("r1cs file without header or constraints");
  if ((sections.get(4)?.byteLength ?? 0) > 4) throw new RangeError("custom gates are not part of Groth16");
  if (header.getUint32(0, true) !== 32 || readScalar(header, 4) !== R) {
    throw new RangeError("the circuit is not over the BN254 scalar field (compile without --prime)");
  }
  const nOutputs = header.getUint32(40, true);
  const nPublicInputs = header.getUint32(44, true);
  return {
    nWires: header.getUint32(36, true),
    nOutputs,
    nPublicInputs,
    nPrivateInputs: header.getUint32(48, true),
    nLabels: Number(header.getBigUint64(52, true)),
    nConstraints: header.getUint32(60, true),
    nPublic: nOutputs + nPublicInputs,
    constraints,
  };
}

/** Calls back with side (0 A, 1 B, 2 C), row, wire and the byte offset of the coefficient. */
export function forEachTerm(
  r1cs: R1cs,
  visit: (side: 0 | 1 | 2, row: number, wire: number, offset: number) => void,
): void {
  const { constraints } = r1cs;
  let at = 0;
  for (let row = 0; row < r1cs.nConstraints; row++) {
    for (const side of [0, 1, 2] as const) {
      const terms = constraints.getUint32(at, true);
      at += 4;
      for (let i = 0; i < terms; i++) {
        visit(side, row, constraints.getUint32(at, true), at + 4);
        at += 36;
      }
    }
  }
}

/**
 * k of the smallest Groth16 domain 2^k: one row per constraint, one per public signal and one for the constant,
 * the rule of snarkjs.
 */
export function domainPower(r1cs: Pick<R1cs, "nConstraints" | "nPublic">): number {
  const rows = r1cs.nConstraints + r1cs.nPublic + 1;
  let k = 1;
  while (2 ** k < rows) k++;
  return k;
}

/** Counts as circom prints them; a constraint is linear when its A or B side is empty. */
export function countConstraints(r1cs: R1cs): ConstraintCounts {
  const { constraints } = r1cs;
  let linear = 0;
  let at = 0;
  for (let c = 0; c < r1cs.nConstraints; c++) {
    let empty = false;
    for (let side = 0; side < 3; side++) {
      const terms = constraints.getUint32(at, true);
      at += 4 + terms * 36;
      if (side < 2 && terms === 0) empty = true;
    }
    if (empty) linear++;
  }
  return {
    nonLinear: r1cs.nConstraints - linear,
    linear,
    wires: r1cs.nWires,
    labels: r1cs.nLabels,
    public: r1cs.nPublic,
    outputs: r1cs.nOutputs,
    private: r1cs.nPrivateInputs,
  };
}
