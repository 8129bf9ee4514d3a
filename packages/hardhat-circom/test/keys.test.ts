// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { readFile, truncate, writeFile } from "node:fs/promises";
import { bn254 } from "@noble/curves/bn254.js";
import { expect } from "chai";
import { isDevelopmentKey, type VerificationKey } from "../src/circuits.ts";
import { compileCircuit } from "../src/internal/compile.ts";
import { inverse, R } from "../src/internal/field.ts";
import { writeDevelopmentKey } from "../src/internal/keys/developmentKey.ts";
import { sharedScalars } from "../src/internal/keys/developmentScalars.ts";
import type { CircuitInstance } from "../src/types.ts";
import { createProject, endSnarkjs, forge, type Project, removeProjects, snarkjs } from "./helpers.ts";

// Hash of the key of fixtures/basic/product: the same on every machine, forever, unless the scalars get a new number.
const PRODUCT_KEY_SHA256 = "096ddfdc38b484f6fb0a852eea22f57a964b35044792e8912d7a1bebb205619b";

describe("development keys", () => {
  let project: Project;
  before(async () => {
    project = await createProject();
  });
  after(async () => {
    await endSnarkjs();
    await removeProjects();
  });

  const instance = (name: string, main: string): CircuitInstance => ({
    name,
    version: 1,
    main: project.path(main),
    verifier: null,
    maxDomain: 16,
    group: "test",
    raw: {},
  });

  async function keyOf(name: string, main = `circuits/main/${name}.circom`) {
    const { r1cs, wasm } = await compileCircuit(
      project.config,
      instance(name, main),
      project.path("out", name),
    );
    const zkey = project.path("out", name, `${name}.zkey`);
    await writeDevelopmentKey(r1cs, zkey);
    const verificationKey = (await (await snarkjs()).zKey.exportVerificationKey(zkey)) as VerificationKey;
    return { r1cs, wasm, zkey, verificationKey };
  }

  it("are the same bytes with any number of threads, and on every machine", async () => {
    const { r1cs, zkey } = await keyOf("product");
    const hashes = [await sha256(zkey)];
    for (const threads of [1, 3]) {
      await writeDevelopmentKey(r1cs, zkey, { threads });
      hashes.push(await sha256(zkey));
    }
    expect(hashes).to.deep.equal([PRODUCT_KEY_SHA256, PRODUCT_KEY_SHA256, PRODUCT_KEY_SHA256]);
  });

  it("T13 T14: snarkjs proves and verifies with them; every changed public input is rejected, unread ones too", async () => {
    const { groth16 } = await snarkjs();
    const { wasm, zkey, verificationKey } = await keyOf("product");
    const input = { x: 3, y: (R - 1n).toString(), bystander: 77 };
    const { proof, publicSignals } = await groth16.fullProve(input, wasm, zkey);
    expect(publicSignals).to.deep.equal([(R - 3n).toString(), "77"]);
    expect(await groth16.verify(verificationKey, publicSignals, proof)).to.equal(true);
    for (const index of [0, 1]) {
      for (const delta of [1n, R - 1n]) {
        const changed = publicSignals.map((v, i) => (i === index ? ((BigInt(v) + delta) % R).toString() : v));
        expect(await groth16.verify(verificationKey, changed, proof), `signal ${index} + ${delta}`).to.equal(
          false,
        );
      }
    }
    const swapped = [publicSignals[1]!, publicSignals[0]!];
    expect(await groth16.verify(verificationKey, swapped, proof)).to.equal(false);
  });

  it("T11: a proof for one circuit is no proof for another that treats its public inputs alike", async () => {
    const { groth16 } = await snarkjs();
    const first = await keyOf("product");
    await project.edit(
      "circuits/lib/multiplier.circom",
      "product <== x * y;",
      "product <== x * y + 0 * x + y;",
    );
    const second = await keyOf("product");
    await project.edit(
      "circuits/lib/multiplier.circom",
      "product <== x * y + 0 * x + y;",
      "product <== x * y;",
    );
    const input = { x: 3, y: 5, bystander: 7 };
    const { proof, publicSignals } = await groth16.fullProve(input, second.wasm, second.zkey);
    expect(publicSignals).to.deep.equal(["20", "7"]);
    expect(await groth16.verify(second.verificationKey, publicSignals, proof)).to.equal(true);
    expect(await groth16.verify(first.verificationKey, publicSignals, proof)).to.equal(false);
  });

  it("T13: no IC point is at infinity", async () => {
    const { verificationKey } = await keyOf("product");
    expect(verificationKey.IC).to.have.length(3);
    for (const point of verificationKey.IC) expect(point[2]).to.equal("1");
  });

  it("work for random circuits of every shape: proofs verify, changed ones do not", async () => {
    const { groth16 } = await snarkjs();
    const random = generator("hardhat-circom random circuits");
    for (let round = 0; round < 6; round++) {
      const { source, inputs } = randomCircuit(random);
      const name = `random-${round}`;
      await project.write(`circuits/main/${name}.circom`, source);
      const { wasm, zkey, verificationKey } = await keyOf(name);
      const { proof, publicSignals } = await groth16.fullProve(inputs, wasm, zkey);
      expect(await groth16.verify(verificationKey, publicSignals, proof), source).to.equal(true);
      const changed = [((BigInt(publicSignals[0]!) + 1n) % R).toString(), ...publicSignals.slice(1)];
      expect(await groth16.verify(verificationKey, changed, proof), source).to.equal(false);
    }
  });

  it("have the points that an independent library computes from the scalars", async () => {
    const { verificationKey: key } = await keyOf("product");
    const { alpha, beta, gamma, delta } = sharedScalars();
    const g1 = bn254.G1.Point.BASE.multiply(alpha).toAffine();
    expect(key.vk_alpha_1.slice(0, 2)).to.deep.equal([g1.x, g1.y].map(String));
    for (const [point, scalar] of [
      [key.vk_beta_2, beta],
      [key.vk_gamma_2, gamma],
      [key.vk_delta_2, delta],
    ] as const) {
      const { x, y } = bn254.G2.Point.BASE.multiply(scalar).toAffine();
      expect(point.slice(0, 2)).to.deep.equal([[x.c0, x.c1].map(String), [y.c0, y.c1].map(String)]);
    }
  });

  it("have the sections that `groth16 setup` writes for the same circuit", async () => {
    const { powersOfTau, zKey, curves } = await snarkjs();
    const ptau = [0, 1, 2].map((i) => project.path(`${i}.ptau`));
    await powersOfTau.newAccumulator(await curves.getCurveFromName("bn128"), 7, ptau[0]!);
    await powersOfTau.contribute(ptau[0]!, ptau[1]!, "test", "test");
    await powersOfTau.preparePhase2(ptau[1]!, ptau[2]!);
    for (const name of ["product", "square-sum"]) {
      const { r1cs, zkey } = await keyOf(name);
      const stock = project.path("out", name, "stock.zkey");
      await zKey.newZKey(r1cs, ptau[2]!, stock);
      const [ours, theirs] = [sections(await readFile(zkey)), sections(await readFile(stock))];
      expect([...ours.keys()].sort()).to.deep.equal([...theirs.keys()].sort());
      for (const [type, bytes] of ours)
        expect(bytes.length, `section ${type}`).to.equal(theirs.get(type)!.length);
      expect(ours.get(1)!.equals(theirs.get(1)!), "protocol").to.equal(true);
      expect(ours.get(2)!.subarray(0, 84).equals(theirs.get(2)!.subarray(0, 84)), "curve and sizes").to.equal(
        true,
      );
      expect(ours.get(4)!.equals(theirs.get(4)!), "coefficients").to.equal(true);
      // The wires that take no part in a side are at infinity in both.
      for (const [type, size] of [
        [3, 64],
        [5, 64],
        [6, 64],
        [7, 128],
        [8, 64],
        [9, 64],
      ] as const) {
        expect(infinities(ours.get(type)!, size), `section ${type}`).to.deep.equal(
          infinities(theirs.get(type)!, size),
        );
      }
      const json = await zKey.exportJson(zkey);
      expect(Object.keys(json).sort()).to.deep.equal(Object.keys(await zKey.exportJson(stock)).sort());
    }
  });

  it("T17: are recognised by any of their points, whatever they are called; a key with fresh points is not", async () => {
    const { verificationKey: key } = await keyOf("product");
    expect(await isDevelopmentKey(key)).to.equal(true);
    expect(await isDevelopmentKey({ ...key, kind: "production" })).to.equal(true);
    const fresh = fresherKey(key);
    expect(await isDevelopmentKey(fresh)).to.equal(false);
    for (const name of ["vk_alpha_1", "vk_beta_2", "vk_gamma_2", "vk_delta_2"] as const) {
      expect(await isDevelopmentKey({ ...fresh, [name]: key[name] }), name).to.equal(true);
    }
    expect(
      await isDevelopmentKey({ ...fresh, vk_gamma_2: key.vk_delta_2 }),
      "delta's point as gamma",
    ).to.equal(true);
  });

  it("T17: are worth nothing: a proof forged from the public scalars verifies", async () => {
    const { groth16 } = await snarkjs();
    const { verificationKey: key } = await keyOf("product");
    const { gamma, delta } = sharedScalars();
    const publicSignals = ["123456789", "42"]; // no witness was ever computed for these
    const forged = forge(key, publicSignals, (gamma * inverse(delta)) % R);
    expect(await groth16.verify(key, publicSignals, forged)).to.equal(true);
  });

  it("are refused for what is no r1cs over BN254, with the reason", async () => {
    const { r1cs } = await keyOf("product");
    const target = project.path("out", "x.zkey");
    const failure = (file: string) =>
      writeDevelopmentKey(file, target).then(
        () => "made",
        (e: Error) => e.message,
      );
    const bytes = await readFile(r1cs);
    const broken = project.path("out", "broken.r1cs");
    await writeFile(broken, "not a circuit");
    expect(await failure(broken)).to.match(/not an r1cs file/);
    await writeFile(broken, bytes);
    await truncate(broken, bytes.length - 40);
    expect(await failure(broken)).to.match(/truncated/);
    const other = Buffer.from(bytes);
    const prime = other.indexOf(Buffer.from(R.toString(16), "hex").reverse());
    other[prime]! ^= 2;
    await writeFile(broken, other);
    expect(await failure(broken)).to.match(/BN254/);
  });
});

function fresherKey(key: VerificationKey): VerificationKey {
  const g1 = bn254.G1.Point.BASE.multiply(1234567n).toAffine();
  const g2 = (k: bigint) => {
    const { x, y } = bn254.G2.Point.BASE.multiply(k).toAffine();
    return [[x.c0, x.c1].map(String), [y.c0, y.c1].map(String), ["1", "0"]];
  };
  return {
    ...key,
    vk_alpha_1: [g1.x, g1.y, 1n].map(String),
    vk_beta_2: g2(77n),
    vk_gamma_2: g2(1n),
    vk_delta_2: g2(99n),
  };
}

function sections(file: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  let at = 12;
  for (let i = 0; i < file.readUInt32LE(8); i++) {
    const size = Number(file.readBigUInt64LE(at + 4));
    found.set(file.readUInt32LE(at), file.subarray(at + 12, at + 12 + size));
    at += 12 + size;
  }
  return found;
}

function infinities(section: Buffer, size: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < section.length / size; i++) {
    if (section.subarray(i * size, (i + 1) * size).every((byte) => byte === 0)) found.push(i);
  }
  return found;
}

async function sha256(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

/** Field elements and small numbers that are the same in every run. */
function generator(seed: string) {
  let counter = 0;
  const field = () => BigInt(`0x${createHash("sha512").update(`${seed}/${counter++}`).digest("hex")}`) % R;
  return { field, below: (n: number) => Number(field() % BigInt(n)) };
}

/** Constraints with random linear combinations of random earlier signals on all three sides. */
function randomCircuit(random: ReturnType<typeof generator>) {
  const nInputs = 2 + random.below(5);
  const nPublic = random.below(nInputs + 1);
  const nConstraints = 1 + random.below(60);
  const combination = (upTo: number) => {
    const terms = Array.from({ length: 1 + random.below(4) }, () => {
      const source = random.below(nInputs + upTo);
      return `${random.field()} * ${source < nInputs ? `in[${source}]` : `t[${source - nInputs}]`}`;
    });
    return `(${[...terms, random.field()].join(" + ")})`;
  };
  const lines = Array.from(
    { length: nConstraints },
    (_, i) => `    t[${i}] <== ${combination(i)} * ${combination(i)} + ${combination(i)};`,
  );
  const isPublic = nPublic > 0 ? " { public [in] }" : "";
  const source = `pragma circom 2.1.6;
template Random() {
    signal input in[${nInputs}];
    signal t[${nConstraints}];
    signal output out;
${lines.join("\n")}
    out <== t[${nConstraints - 1}];
}
component main${isPublic} = Random();
`;
  return { source, inputs: { in: Array.from({ length: nInputs }, () => random.field().toString()) } };
}
