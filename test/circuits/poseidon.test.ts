// SPDX-License-Identifier: GPL-3.0-or-later

import { R } from "@vitalproof/hardhat-circom/attack";
import { expect } from "chai";
import fc from "fast-check";
import { POSEIDON_INPUTS } from "../../scripts/generate/poseidon.ts";
import { type Circuit, compileCircuit } from "./support/circuit.ts";
import { poseidon } from "./support/hashes.ts";
import { poseidonWires } from "./support/poseidon.ts";

const EDGES = [0n, 1n, R - 1n, (R - 1n) / 2n, 1n << 252n];

describe("circuits: sparse Poseidon", () => {
  const gated = (inputs: number) =>
    compileCircuit({ file: "lib/sparse_poseidon.circom", call: `GatedPoseidon(${inputs})`, optimize: 2 });
  /** The honest witness with these wires in it. */
  const withWires = (circuit: Circuit, witness: readonly bigint[], wires: ReadonlyMap<string, bigint>) => {
    const forged = [...witness];
    const kept = new Set(circuit.system.names());
    for (const [name, value] of wires) if (kept.has(name)) forged[circuit.system.wire(name)] = value;
    return forged;
  };

  for (const inputs of POSEIDON_INPUTS) {
    it(`T12: ${inputs} inputs hash as poseidon-lite says, and unit 0 makes every wire of zeros 0`, async () => {
      const circuit = await gated(inputs);
      const word = fc.oneof(fc.constantFrom(...EDGES), fc.bigInt(0n, R - 1n));
      await fc.assert(
        fc.asyncProperty(fc.array(word, { minLength: inputs, maxLength: inputs }), async (words) => {
          const witness = await circuit.honest({ unit: 1n, inputs: words });
          expect(witness[circuit.system.wire("out")]).to.equal(poseidon(words));
        }),
        { numRuns: 20 },
      );
      const off = await circuit.honest({ unit: 0n, inputs: new Array<bigint>(inputs).fill(0n) });
      expect(off.slice(1).every((value) => value === 0n)).to.equal(true);
    });

    it(`T1: ${inputs} inputs: each wrong power anywhere gives another hash, and one constraint says so`, async () => {
      const circuit = await gated(inputs);
      const words = Array.from({ length: inputs }, (_, i) => BigInt(i + 2));
      const witness = await circuit.honest({ unit: 1n, inputs: words });
      const honest = poseidonWires(words);
      expect(circuit.system.violated(withWires(circuit, witness, honest))).to.deep.equal([]);
      const boxes = [...honest.keys()].filter((name) => /^(full|partial)\[/.test(name));
      const objecting = new Set<number>();
      for (const box of boxes) {
        for (const power of ["square", "fourth", "fifth"] as const) {
          const wires = poseidonWires(words, 1n, { box, power });
          expect(wires.get("out")).to.not.equal(honest.get("out"));
          const violated = circuit.system.violated(withWires(circuit, witness, wires));
          expect(violated, `${box} ${power}`).to.have.length(1);
          objecting.add(violated[0]!);
        }
      }
      // No constraint is idle: without any one of them one of these hashes would pass.
      expect(objecting.size).to.equal(circuit.system.constraints.length);
      expect(objecting.size).to.equal(3 * boxes.length);
    });
  }
});
