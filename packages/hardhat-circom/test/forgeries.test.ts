// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join as joinPath } from "node:path";
import { pathToFileURL } from "node:url";
import { bn254 } from "@noble/curves/bn254.js";
import { expect } from "chai";
import type { CeremonyTranscript, CircomError, VerificationKey } from "../src/circuits.ts";
import { bytesOfG1, G1, G2, readG1 } from "../src/internal/ceremony/curve.ts";
import { beaconKey } from "../src/internal/ceremony/publicRandomness.ts";
import { judgeKeyFile } from "../src/internal/ceremony/rules.ts";
import { trustedPtau } from "../src/internal/ceremony/trustedPowers.ts";
import { parseZkey } from "../src/internal/ceremony/zkey.ts";
import { inverse, mod, R, readScalar, rootOfUnity } from "../src/internal/field.ts";
import { verifyProductionKey } from "../src/internal/keys/productionKey.ts";
import { quotientScalars, wireScalars } from "../src/internal/keys/qapScalars.ts";
import { domainPower, parseR1cs } from "../src/internal/r1cs.ts";
import {
  BEACON,
  BEACON_EXP,
  BEACON_NAME,
  type CeremonyProject,
  contributeByHand,
  createCeremonyProject,
  cut,
  join,
  NAMES,
  transcriptOf,
  withBeacon,
} from "./ceremonies.ts";
import { endSnarkjs, forge, removeProjects, snarkjs } from "./helpers.ts";

const PUBLIC_SIGNALS = ["31337", "42"];

describe("forgeable production keys", () => {
  let ceremony: CeremonyProject;
  let bare: Buffer;
  let good: Buffer;

  before(async () => {
    ceremony = await createCeremonyProject();
    bare = await readFile(ceremony.key("bare"));
    good = await readFile(ceremony.key("good"));
  });
  after(async () => {
    await endSnarkjs();
    await removeProjects();
  });

  const PRODUCT = { name: "product", version: 1 };
  /** What the rules say, if all contributors were bribed to sign whatever is in the file. */
  async function judge(file: Buffer, transcript?: CeremonyTranscript): Promise<string[]> {
    const evidence = ceremony.evidence(transcript ?? transcriptOf(file, ceremony.config));
    return [...(await judgeKeyFile(file, PRODUCT, evidence)).reasons];
  }
  async function saved(file: Buffer): Promise<string> {
    const path = ceremony.key(`forged-${createHash("sha256").update(file).digest("hex").slice(0, 8)}`);
    await writeFile(path, file);
    return path;
  }
  async function verificationKeyOf(file: Buffer): Promise<VerificationKey> {
    return (await (await snarkjs()).zKey.exportVerificationKey(await saved(file))) as VerificationKey;
  }
  async function snarkjsAccepts(file: Buffer): Promise<boolean> {
    return (await snarkjs()).zKey.verifyFromR1cs(ceremony.r1cs, ceremony.ptau, await saved(file));
  }
  /** The attack is real: snarkjs finds nothing wrong, and a proof of anything verifies, made from delta alone. */
  async function expectForged(file: Buffer, delta: bigint): Promise<void> {
    expect(await snarkjsAccepts(file), "snarkjs's verdict on the key").to.equal(true);
    const key = await verificationKeyOf(file);
    const proof = forge(key, PUBLIC_SIGNALS, inverse(delta));
    expect(await (await snarkjs()).groth16.verify(key, PUBLIC_SIGNALS, proof), "forged proof").to.equal(true);
  }
  /** A contribution by each, with the given factors. */
  const contributed = (factors: readonly bigint[]) =>
    factors.reduce((file, scalar, i) => contributeByHand(file, { scalar, name: NAMES[i]! }), bare);
  const beacon = () => beaconKey(BEACON, BEACON_EXP).scalar;

  it("nothing is found against an honest key", async () => {
    expect(await judge(good)).to.deep.equal([]);
    expect(await verifyProductionKey(ceremony.key("good"), ceremony.r1cs, ceremony.ptau)).to.deep.equal([]);
  });

  describe("T15 T35: a delta that everyone knows", () => {
    it("delta = gamma, no contribution", async () => {
      await expectForged(bare, 1n);
      expect((await judge(bare)).join("\n")).to.include("no contribution, so delta equals gamma");
    });

    it("a beacon alone", async () => {
      const file = await withBeacon(ceremony.project, bare);
      await expectForged(file, beacon());
      expect(await judge(file)).to.deep.equal(["0 contributors attest to it, the ceremony needs at least 3"]);
    });

    it("a beacon alone with one byte changed: called a contribution", async () => {
      const file = await withBeacon(ceremony.project, bare);
      const type = file.lastIndexOf(
        Buffer.concat([Buffer.from([1, 0, 0, 0]), parametersLength(BEACON_NAME)]),
      );
      file[type] = 0;
      await expectForged(file, beacon());
      const evidence = ceremony.evidence(transcriptOf(good, ceremony.config));
      expect((await judgeKeyFile(file, PRODUCT, evidence)).reasons).to.deep.equal([
        "it is not a canonical key file: contribution 1 carries a beacon's value but not its type",
      ]);
    });

    it("a beacon that passes for a contribution altogether, before the beacon", async () => {
      const scalar = beacon();
      const file = await withBeacon(ceremony.project, contributeByHand(bare, { scalar, name: "Ana" }));
      await expectForged(file, mod(scalar * scalar));
      expect((await judge(file)).join("\n")).to.include(
        "the delta after contribution 1 is ± the pinned beacon at 2^10 iterations times the generator",
      );
    });

    it("contributions k and 1/k, then the beacon", async () => {
      const k = 0x5eedn ** 13n;
      const file = await withBeacon(ceremony.project, contributed([k, inverse(k)]));
      await expectForged(file, beacon());
      const reasons = (await judge(file)).join("\n");
      expect(reasons).to.include("the delta after contribution 2 is ±1 times the generator");
      expect(reasons).to.include("2 contributors attest to it, the ceremony needs at least 3");
    });

    it("contributions j, k and 1/(jk): everyone signs, and the secrets still cancel", async () => {
      const [j, k] = [0x5eedn ** 13n, 0xfeedn ** 11n];
      const file = await withBeacon(ceremony.project, contributed([j, k, inverse(mod(j * k))]));
      await expectForged(file, beacon());
      expect(await judge(file)).to.deep.equal([
        "the delta after contribution 3 is ±1 times the generator: what came between is public",
        "the delta after contribution 4 is ± the pinned beacon at 2^10 iterations times the generator: what came between is public",
      ]);
    });

    for (const [factor, named] of [
      [-1n, "±1"],
      [2n, "±2"],
      [100n, "±100"],
      [mod(-7n * inverse(5n)), "±7/5"],
    ] as const) {
      it(`delta = ${named} gamma, three times, and the beacon (${factor < 0 ? factor : "mod r"})`, async () => {
        const file = await withBeacon(ceremony.project, contributed([factor, factor, factor]));
        await expectForged(file, mod(factor ** 3n * beacon()));
        const reasons = (await judge(file)).join("\n");
        for (const step of [1, 2, 3])
          expect(reasons).to.include(`after contribution ${step} is ${named} times`);
      });
    }

    it("delta = -gamma alone, and 2 gamma alone, without a beacon", async () => {
      for (const factor of [-1n, 2n]) {
        const file = contributeByHand(bare, { scalar: factor, name: "Ana" });
        await expectForged(file, mod(factor));
        expect((await judge(file)).join("\n")).to.include("its last contribution is not a beacon");
        expect((await judge(file)).join("\n")).to.include(`is ±${factor < 0 ? 1 : 2} times the generator`);
      }
    });

    it("powers of tau that only a public beacon made, under an honest phase 2", async () => {
      const { powersOfTau, zKey, groth16 } = await snarkjs();
      const path = (name: string) => ceremony.project.path(name);
      await powersOfTau.beacon(path("0.ptau"), path("public.ptau"), "announced", BEACON, BEACON_EXP);
      await powersOfTau.preparePhase2(path("public.ptau"), path("public-final.ptau"));
      await zKey.newZKey(ceremony.r1cs, path("public-final.ptau"), path("p0.zkey"));
      for (const [i, name] of NAMES.entries()) {
        await zKey.contribute(path(`p${i}.zkey`), path(`p${i + 1}.zkey`), name, `honest ${name}`);
      }
      await zKey.beacon(path("p3.zkey"), path("p4.zkey"), BEACON_NAME, BEACON, BEACON_EXP);
      const file = await readFile(path("p4.zkey"));
      expect(await zKey.verifyFromR1cs(ceremony.r1cs, path("public-final.ptau"), path("p4.zkey"))).to.equal(
        true,
      );
      // Nobody knows delta. Tau, alpha and beta are enough.
      const key = await verificationKeyOf(file);
      const proof = await forgeFromPowers(file, key, await publicPowers());
      expect(await groth16.verify(key, PUBLIC_SIGNALS, proof)).to.equal(true);

      expect(await verifyProductionKey(path("p4.zkey"), ceremony.r1cs, ceremony.ptau)).to.include(
        "verifier of this package: alpha is not that of the powers of tau",
      );
      // Not the pinned file; and pinning them does not help.
      const refused = (pinned: string) =>
        trustedPtau(
          ceremony.project.configure({ production: { ptau: "public-final.ptau", blake2b: pinned } }),
        ).then(
          () => "",
          (error: CircomError) => error.message,
        );
      expect(await refused(ceremony.config.production!.blake2b)).to.include("pins");
      const theirs = createHash("blake2b512")
        .update(await readFile(path("public-final.ptau")))
        .digest("hex");
      expect(await refused(theirs)).to.include("nobody contributed to them besides public beacons");
    });

    /** The beacon's tau, alpha and beta, as anyone can compute them; by snarkjs's own code. */
    async function publicPowers() {
      const { curves } = await snarkjs();
      const misc = pathToFileURL(
        joinPath(dirname(createRequire(import.meta.url).resolve("snarkjs")), "..", "src", "misc.js"),
      );
      const { rngFromBeaconParams } = (await import(misc.href)) as {
        rngFromBeaconParams(hash: Uint8Array, exp: number): Promise<unknown>;
      };
      const { Fr } = (await curves.getCurveFromName("bn128")) as {
        Fr: { fromRng(rng: unknown): Uint8Array; toObject(value: Uint8Array): bigint };
      };
      const rng = await rngFromBeaconParams(Buffer.from(BEACON, "hex"), BEACON_EXP);
      const [tau, alpha, beta] = [0, 1, 2].map(() => Fr.toObject(Fr.fromRng(rng)));
      return { tau: tau!, alpha: alpha!, beta: beta! };
    }

    /** H_0 / L_1(tau) is the generator over delta, and with it any C can be made. */
    async function forgeFromPowers(
      file: Buffer,
      { vk_alpha_1, vk_beta_2 }: VerificationKey,
      { tau, alpha, beta }: { tau: bigint; alpha: bigint; beta: bigint },
    ) {
      const r1cs = parseR1cs(await readFile(ceremony.r1cs));
      const scalars = { tau, alpha, beta, gamma: 1n, delta: 1n };
      const quotients = new DataView(quotientScalars(domainPower(r1cs), scalars));
      const ic = new DataView(wireScalars(r1cs, domainPower(r1cs), scalars).ic);
      const overDelta = readG1(parseZkey(file).h).multiply(inverse(readScalar(quotients, 0)));
      const inputs = ["1", ...PUBLIC_SIGNALS].reduce(
        (sum, signal, i) => sum + BigInt(signal) * readScalar(ic, 32 * i),
        0n,
      );
      expect(vk_alpha_1.length + vk_beta_2.length).to.equal(6);
      const [a, b] = [12345n, 67890n];
      const [pA, pB] = [G1.BASE.multiply(a).toAffine(), G2.BASE.multiply(b).toAffine()];
      const pC = overDelta.multiply(mod(a * b - alpha * beta - inputs)).toAffine();
      return {
        pi_a: [pA.x, pA.y, 1n].map(String),
        pi_b: [[pB.x.c0, pB.x.c1].map(String), [pB.y.c0, pB.y.c1].map(String), ["1", "0"]],
        pi_c: [pC.x, pC.y, 1n].map(String),
        protocol: "groth16",
        curve: "bn128",
      };
    }
  });

  it("T35: a point that a first contributor leaves in H: snarkjs accepts it, public inputs can be changed", async () => {
    const { groth16, zKey } = await snarkjs();
    const r1cs = parseR1cs(await readFile(ceremony.r1cs));
    const n = 2 ** domainPower(r1cs);
    const root = rootOfUnity(domainPower(r1cs) + 1);
    const odd: bigint[] = [];
    for (let i = 0, w = root; i < n; i++, w = (((w * root) % R) * root) % R) odd.push(w);

    // Before the first contribution delta is 1: every point of the final key can be computed. snarkjs compares H in
    // all directions but (w, w^3, w^5, …). The key's maker puts there what makes the sum below the IC of an input.
    const input = 1;
    const sections = cut(bare);
    const h = sections.find(([type]) => type === 9)![1];
    const at = (i: number) => readG1(h, i * 64);
    const weights = odd.map((w) => inverse(mod(w * BigInt(n))));
    const weighed = (point: (i: number) => InstanceType<typeof G1>) =>
      weights.reduce((sum, weight, i) => sum.add(point(i).multiply(weight)), G1.ZERO);
    const planted = readG1(parseZkey(bare).ic, input * 64).subtract(weighed(at));
    odd.forEach((w, i) => {
      h.set(bytesOfG1(at(i).add(planted.multiply(w))), i * 64);
    });
    // Then everyone is honest.
    await writeFile(ceremony.key("planted"), join(sections));
    let from = "planted";
    for (const name of NAMES) {
      await zKey.contribute(ceremony.key(from), ceremony.key(`planted-${name}`), name, `honest ${name}`);
      from = `planted-${name}`;
    }
    const file = await withBeacon(ceremony.project, await readFile(ceremony.key(from)));
    expect(await snarkjsAccepts(file), "snarkjs's verdict").to.equal(true);
    expect(await judge(file), "the rules see nothing: it is not about delta").to.deep.equal([]);

    const wasm = ceremony.project.path("build/circuits/product/product.wasm");
    const path = await saved(file);
    const { proof, publicSignals } = await groth16.fullProve({ x: 3, y: 5, bystander: 7 }, wasm, path);
    expect(publicSignals).to.deep.equal(["15", "7"]);
    const key = await verificationKeyOf(file);
    expect(await groth16.verify(key, publicSignals, proof), "an honest proof").to.equal(true);
    const final = parseZkey(file).h;
    const overDelta = weighed((i) => readG1(final, i * 64));
    const c = bn254.G1.Point.fromAffine({ x: BigInt(proof.pi_c[0]!), y: BigInt(proof.pi_c[1]!) });
    const lie = c.subtract(overDelta.multiply(1000n)).toAffine();
    const forged = { ...proof, pi_c: [lie.x, lie.y, 1n].map(String) };
    expect(await groth16.verify(key, ["1015", "7"], forged), "3 · 5 = 1015").to.equal(true);

    expect(await verifyProductionKey(path, ceremony.r1cs, ceremony.ptau)).to.deep.equal([
      "verifier of this package: section H is not what circuit and powers give",
    ]);
  });
});

/** Length of the parameters of a beacon's contribution with this name. */
function parametersLength(name: string): Buffer {
  return Buffer.from([2 + name.length + 2 + 2 + BEACON.length / 2, 0, 0, 0]);
}
