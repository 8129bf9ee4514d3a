// SPDX-License-Identifier: GPL-3.0-or-later
//
// The exported verifiers, on chain and off, against mangled proofs and inputs.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  isValidProof,
  type Proof,
  type ProofCalldata,
  proofCalldata,
  type VerificationKey,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { loadSources } from "../../scripts/generate/sources.ts";
import type { GlucoseDayVerifier } from "../../types/ethers-contracts/index.ts";
import { accepts, type Inputs, mangleMany, Q, R, WORD } from "../support/mangling.ts";
import { type Case, cases } from "./cases.ts";
import { verifierOf } from "./fixture.ts";
import { provenPeriod } from "./period.ts";

const LONG = process.env.LONG === "1";
const root = join(import.meta.dirname, "../..");
const light = new Set(
  loadSources(root)
    .instances.filter(({ group }) => group === "default")
    .map(({ name }) => name),
);

for (const of of cases) attack(of, light.has(of.circuit) && LONG ? 50_000 : 10_000);

function attack(of: Case, mangled: number): void {
  describe(`e2e: the exported verifier of ${of.circuit}`, () => {
    let settled: Awaited<ReturnType<typeof provenPeriod>>;
    let verifier: GlucoseDayVerifier;
    let proof: ProofCalldata;
    let offChain: Proof;
    let inputs: Inputs;
    let key: VerificationKey;
    before(async function () {
      if (!LONG && !light.has(of.circuit)) {
        console.log(`      skipped: ${of.circuit} is a heavy instance; run it with LONG=1 npm test -- e2e`);
        this.skip();
      }
      this.timeout(1_800_000);
      settled = await provenPeriod(of);
      key = (await settled.world.artifacts.load(of.circuit)).verificationKey;
      offChain = settled.proof.proof;
      proof = proofCalldata(offChain);
      inputs = [...settled.proof.publicInputs] as Inputs;
      verifier = await verifierOf(settled);
    });

    const accepted = (p: ProofCalldata, i: Inputs) => accepts(verifier, p, i);

    it("T14: accepts the honest proof, on chain and off", async () => {
      expect(await accepted(proof, inputs)).to.equal(true);
      expect(isValidProof(key, inputs, offChain)).to.equal(true);
    });

    it("T13: every public input ± 1, negated, + r, zeroed or swapped is refused, on chain and off", async () => {
      for (let i = 0; i < 4; i++) {
        const value = inputs[i]!;
        for (const changed of [value + 1n, value - 1n, R - value, value + R, 0n, R, R - 1n, WORD - 1n]) {
          const mangled = inputs.with(i, ((changed % WORD) + WORD) % WORD) as Inputs;
          expect(await accepted(proof, mangled), `input ${i} = ${changed}`).to.equal(false);
          expect(isValidProof(key, mangled, offChain), `input ${i} = ${changed}, off chain`).to.equal(false);
        }
        for (let j = i + 1; j < 4; j++) {
          const swapped = inputs.with(i, inputs[j]!).with(j, value) as Inputs;
          expect(await accepted(proof, swapped), `${i} <-> ${j}`).to.equal(false);
        }
      }
    });

    it("T18: points off the curve, coordinates of q or more, infinity and foreign points are refused", async () => {
      const { a, b, c } = proof;
      const cases: Record<string, ProofCalldata> = {
        "A off the curve": { ...proof, a: [a[0], a[1] + 1n] },
        "A + q": { ...proof, a: [a[0] + Q, a[1]] },
        "A.y + q": { ...proof, a: [a[0], a[1] + Q] },
        "A at infinity": { ...proof, a: [0n, 0n] },
        "B at infinity": {
          ...proof,
          b: [
            [0n, 0n],
            [0n, 0n],
          ],
        },
        "C at infinity": { ...proof, c: [0n, 0n] },
        "all at infinity": {
          a: [0n, 0n],
          b: [
            [0n, 0n],
            [0n, 0n],
          ],
          c: [0n, 0n],
        },
        "B halves not swapped": {
          ...proof,
          b: [
            [b[0][1], b[0][0]],
            [b[1][1], b[1][0]],
          ],
        },
        "B off the curve": {
          ...proof,
          b: [
            [b[0][0], b[0][1]],
            [b[1][0], b[1][1] + 1n],
          ],
        },
        "B + q": { ...proof, b: [[b[0][0] + Q, b[0][1]], b[1]] },
        "C off the curve": { ...proof, c: [c[0] + 1n, c[1]] },
        "C + q": { ...proof, c: [c[0] + Q, c[1]] },
        "A and C swapped": { ...proof, a: [...c], c: [...a] },
        "A negated": { ...proof, a: [a[0], Q - a[1]] },
        "C negated": { ...proof, c: [c[0], Q - c[1]] },
        "the generator everywhere": { ...proof, a: [1n, 2n], c: [1n, 2n] },
        "largest words": { ...proof, a: [WORD - 1n, WORD - 1n] },
      };
      for (const [name, mangled] of Object.entries(cases))
        expect(await accepted(mangled, inputs), name).to.equal(false);
    });

    it("T18: short calldata is refused, long calldata gains nothing", async () => {
      const { world } = settled;
      const data = verifier.interface.encodeFunctionData("verifyProof", [proof.a, proof.b, proof.c, inputs]);
      const to = await verifier.getAddress();
      const call = (text: string) =>
        world.connection.ethers.provider.call({ to, data: text, gasLimit: 400_000n });
      expect(BigInt(await call(data))).to.equal(1n);
      for (const cut of [2, 64, 128, 512]) {
        let result: bigint;
        try {
          result = BigInt(await call(data.slice(0, -cut)));
        } catch {
          result = 0n;
        }
        expect(result, `${cut / 2} bytes short`).to.equal(0n);
      }
      // Bytes after the inputs are not read: the same circuit, nothing more.
      expect(BigInt(await call(`${data}${"ff".repeat(32)}`))).to.equal(1n);
    });

    it(`T18: none of ${mangled} mangled proofs and inputs is accepted`, async function () {
      this.timeout(1_800_000);
      expect(await mangleMany(verifier, proof, inputs, mangled)).to.deep.include({ accepted: 0 });
    });
  });
}

describe("e2e: proofs of one verifier before the others", () => {
  it("T13: the verifier of every other circuit refuses them", async function () {
    this.timeout(1_800_000);
    const of = cases.find(({ circuit }) => light.has(circuit))!;
    const { world, proof } = await provenPeriod(of);
    const inputs = [...proof.publicInputs] as Inputs;
    const own = await verifierOf({ world });
    expect(await accepts(own, proofCalldata(proof.proof), inputs)).to.equal(true);
    for (const { name, verifier } of loadSources(root).instances) {
      if (verifier === null || name === of.circuit) continue;
      const other = (await world.connection.ethers.deployContract(verifier)) as unknown as GlucoseDayVerifier;
      expect(await accepts(other, proofCalldata(proof.proof), inputs), name).to.equal(false);
    }
  });
});

describe("e2e: every committed verification key", () => {
  const folder = join(import.meta.dirname, "../../circuits/artifacts");
  for (const name of readdirSync(folder)) {
    it(`T13: ${name} binds every public input: no point of IC is at infinity, none is repeated`, () => {
      const key: VerificationKey = JSON.parse(
        readFileSync(join(folder, name, "verification_key.json"), "utf8"),
      );
      expect(key.IC.length).to.equal(key.nPublic + 1);
      for (const [x, y, z] of key.IC) {
        expect(z).to.equal("1");
        expect([x, y]).to.not.deep.equal(["0", "1"]);
      }
      expect(new Set(key.IC.map(([x, y]) => `${x},${y}`)).size).to.equal(key.IC.length);
    });
  }
});
