// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile, rm } from "node:fs/promises";
import { expect } from "chai";
import type { Artifacts } from "../src/index.ts";
import { loadSnarkjs } from "../src/prove/snarkjs.ts";
import { calculateWitness } from "../src/prove/witnessCalculator.ts";
import type { CircuitInput } from "../src/witness/witness.ts";
import { buildTiny, glucoseDay, SECRET, tinyWitness } from "./fixtures/tiny.ts";

describe("witness calculator", function () {
  this.timeout(60_000);
  let folder: string;
  let artifacts: Artifacts;

  before(async () => {
    ({ folder, artifacts } = await buildTiny());
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const compile = async ({ wasm }: Artifacts) => WebAssembly.compile(await readFile(wasm as string));
  const messageOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => "nothing",
      (error: Error) => error.message,
    );

  it("gives byte for byte what snarkjs gives, for the tiny circuit and a real day, again and again", async () => {
    const { wtns } = await loadSnarkjs();
    const day = await glucoseDay();
    const circuits = [{ artifacts, witness: tinyWitness() }, ...(day === undefined ? [] : [day])];
    for (const circuit of circuits) {
      const module = await compile(circuit.artifacts);
      const input = circuit.witness.circuitInput();
      const theirs: { type: "mem"; data?: Uint8Array } = { type: "mem" };
      await wtns.calculate(input, circuit.artifacts.wasm, theirs);
      for (let i = 0; i < 2; i++) {
        const ours = await calculateWitness(module, input);
        expect(Buffer.compare(ours, theirs.data!), circuit.artifacts.circuit).to.equal(0);
      }
    }
  });

  it("T33: names the signal or the line that does not fit, and no value; a failure does not spoil the next", async () => {
    const module = await compile(artifacts);
    const input = tinyWitness().circuitInput();
    const { secret: _, ...lacking } = input as Record<string, bigint>;
    const cases: [CircuitInput, RegExp][] = [
      [{ ...input, secret: SECRET + 1n }, /^assert failed\. Error in template Tiny_0 line: 14$/],
      [lacking, /takes 5 values, given are 4/],
      [{ ...input, secret: [SECRET, 1n] }, /secret takes 1 values, given are 2/],
      [{ ...input, salt: SECRET }, /no input salt/],
    ];
    for (const [bad, words] of cases) {
      const message = await messageOf(calculateWitness(module, bad));
      expect(message).to.match(words);
      expect(message).to.not.contain(String(SECRET));
    }
    await calculateWitness(module, input);
  });
});
