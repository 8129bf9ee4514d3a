// SPDX-License-Identifier: GPL-3.0-or-later
//
// The exported verifiers, on chain and off, against mangled proofs and inputs.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  claimWitness,
  isValidProof,
  type Proof,
  type ProofCalldata,
  proofCalldata,
  prove,
  type VerificationKey,
} from "@vitalproof/sdk";
import { childProcessProver } from "@vitalproof/sdk/node";
import { expect } from "chai";
import type { GlucoseDayVerifier } from "../../types/ethers-contracts/index.ts";
import { claimable, type Fixture, STATEMENT, verifierOf } from "./fixture.ts";

const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const WORD = 1n << 256n;
const MANGLED = process.env.LONG === "1" ? 50_000 : 10_000;

type Inputs = [bigint, bigint, bigint, bigint];

describe("e2e: the exported verifier of glucose-day", () => {
  let fixture: Fixture;
  let verifier: GlucoseDayVerifier;
  let proof: ProofCalldata;
  let offChain: Proof;
  let inputs: Inputs;
  let key: VerificationKey;
  before(async function () {
    this.timeout(300_000);
    fixture = await claimable([250]);
    const { world, patient, requests } = fixture;
    const artifacts = await world.artifacts.load(STATEMENT);
    key = artifacts.verificationKey;
    const proven = await prove(
      childProcessProver(),
      artifacts,
      claimWitness(patient.identity.secret(), requests[0]!),
    );
    offChain = proven.proof;
    proof = proofCalldata(proven.proof);
    inputs = [...proven.publicInputs] as Inputs;
    verifier = await verifierOf(fixture);
  });

  const accepts = async (p: ProofCalldata, i: Inputs): Promise<boolean> => {
    try {
      return await verifier.verifyProof(p.a, p.b, p.c, i, { gasLimit: 400_000n });
    } catch {
      return false; // out of gas in a failing precompile, or values beyond a word
    }
  };

  it("T14: accepts the honest proof, on chain and off", async () => {
    expect(await accepts(proof, inputs)).to.equal(true);
    expect(isValidProof(key, inputs, offChain)).to.equal(true);
  });

  it("T13: every public input ± 1, negated, + r, zeroed or swapped is refused, on chain and off", async () => {
    for (let i = 0; i < 4; i++) {
      const value = inputs[i]!;
      for (const changed of [value + 1n, value - 1n, R - value, value + R, 0n, R, R - 1n, WORD - 1n]) {
        const mangled = inputs.with(i, ((changed % WORD) + WORD) % WORD) as Inputs;
        expect(await accepts(proof, mangled), `input ${i} = ${changed}`).to.equal(false);
        expect(isValidProof(key, mangled, offChain), `input ${i} = ${changed}, off chain`).to.equal(false);
      }
      for (let j = i + 1; j < 4; j++) {
        const swapped = inputs.with(i, inputs[j]!).with(j, value) as Inputs;
        expect(await accepts(proof, swapped), `${i} <-> ${j}`).to.equal(false);
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
      expect(await accepts(mangled, inputs), name).to.equal(false);
  });

  it("T18: short calldata is refused, long calldata gains nothing", async () => {
    const { world } = fixture;
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
    // Bytes after the inputs are not read: the same statement, nothing more.
    expect(BigInt(await call(`${data}${"ff".repeat(32)}`))).to.equal(1n);
  });

  it(`T18: none of ${MANGLED} mangled proofs and inputs is accepted`, async function () {
    this.timeout(1_800_000);
    const random = generator(0x5eedn);
    const flat = () => [...proof.a, ...proof.b[0], ...proof.b[1], ...proof.c, ...inputs];
    // Calls of the node are cheap; several at a time keep it busy.
    const LANES = 8;
    let accepted = 0;
    let sent = 0;
    await Promise.all(
      Array.from({ length: LANES }, async () => {
        while (sent < MANGLED) {
          sent++;
          const words = flat();
          const at = Number(random() % 12n);
          words[at] = mangle(words[at]!, random);
          if (random() % 4n === 0n) {
            const second = Number(random() % 12n);
            words[second] = mangle(words[second]!, random);
          }
          if (words.every((word, i) => word === flat()[i])) continue;
          const [a0, a1, b00, b01, b10, b11, c0, c1, i0, i1, i2, i3] = words as [
            bigint,
            bigint,
            bigint,
            bigint,
            bigint,
            bigint,
            bigint,
            bigint,
            bigint,
            bigint,
            bigint,
            bigint,
          ];
          if (
            await accepts(
              {
                a: [a0, a1],
                b: [
                  [b00, b01],
                  [b10, b11],
                ],
                c: [c0, c1],
              },
              [i0, i1, i2, i3],
            )
          )
            accepted++;
        }
      }),
    );
    expect(sent).to.be.greaterThanOrEqual(MANGLED);
    expect(accepted).to.equal(0);
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

/** xorshift64*, so that a failure can be repeated. */
function generator(seed: bigint): () => bigint {
  let state = seed;
  return () => {
    state ^= state >> 12n;
    state = (state ^ (state << 25n)) & (2n ** 64n - 1n);
    state ^= state >> 27n;
    return (state * 0x2545f4914f6cdd1dn) & (2n ** 64n - 1n);
  };
}

function mangle(word: bigint, random: () => bigint): bigint {
  const wide = () => (random() << 192n) | (random() << 128n) | (random() << 64n) | random();
  switch (random() % 8n) {
    case 0n:
      return word ^ (1n << (random() % 256n));
    case 1n:
      return (word + 1n) % WORD;
    case 2n:
      return (word - 1n + WORD) % WORD;
    case 3n:
      return (word + Q) % WORD;
    case 4n:
      return (word + R) % WORD;
    case 5n:
      return 0n;
    case 6n:
      return wide() % Q;
    default:
      return wide();
  }
}
