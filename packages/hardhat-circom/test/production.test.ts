// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import {
  buildCircuits,
  type CircomConfig,
  CircomError,
  checkCircuits,
  importProductionKey,
  type VerificationKey,
} from "../src/circuits.ts";
import { inverse, R } from "../src/internal/field.ts";
import { judgeProductionKey } from "../src/internal/keys/productionKey.ts";
import { readProvenance } from "../src/internal/keys/zkeyFile.ts";
import {
  createBuiltProject,
  createProject,
  endSnarkjs,
  forge,
  type Project,
  removeProjects,
  snarkjs,
} from "./helpers.ts";

const BEACON = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";
const BEACON_EXP = 10;

describe("production keys", () => {
  let project: Project;
  let config: CircomConfig;
  let ptau: string;
  const key = (name: string) => project.path(`${name}.zkey`);
  const contributionHashes: string[] = [];

  before(async () => {
    const { powersOfTau, zKey, curves } = await snarkjs();
    project = await createBuiltProject();
    ptau = project.path("final.ptau");
    await powersOfTau.newAccumulator(await curves.getCurveFromName("bn128"), 4, project.path("0.ptau"));
    await powersOfTau.contribute(project.path("0.ptau"), project.path("1.ptau"), "someone", "entropy");
    await powersOfTau.preparePhase2(project.path("1.ptau"), ptau);
    const blake2b = createHash("blake2b512")
      .update(await readFile(ptau))
      .digest("hex");
    config = project.configure({ production: { ptau: "final.ptau", blake2b } });

    const r1cs = project.path("build/circuits/product/product.r1cs");
    await zKey.newZKey(r1cs, ptau, key("bare"));
    await zKey.beacon(key("bare"), key("beacon-only"), "announced", BEACON, BEACON_EXP);
    const first = await zKey.contribute(key("bare"), key("one"), "Ana", "entropy of Ana");
    const second = await zKey.beacon(key("one"), key("good"), "announced", BEACON, BEACON_EXP);
    contributionHashes.push(...[first, second].map((hash) => Buffer.from(hash).toString("hex")));
  });
  after(async () => {
    await endSnarkjs();
    await removeProjects();
  });

  const r1csFile = () => project.path("build/circuits/product/product.r1cs");
  async function verificationKeyOf(name: string): Promise<VerificationKey> {
    return (await (await snarkjs()).zKey.exportVerificationKey(key(name))) as VerificationKey;
  }
  const judge = async (name: string) =>
    judgeProductionKey(key(name), r1csFile(), ptau, await verificationKeyOf(name));
  async function refusal(work: Promise<unknown>): Promise<CircomError> {
    const error = await work.then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).to.be.instanceOf(CircomError);
    return error as CircomError;
  }

  it("T15: delta = gamma: snarkjs says OK, a forged proof verifies, the key is refused", async () => {
    const { groth16, zKey } = await snarkjs();
    expect(await zKey.verifyFromR1cs(r1csFile(), ptau, key("bare")), "snarkjs's verdict").to.equal(true);
    const verificationKey = await verificationKeyOf("bare");
    const publicSignals = ["31337", "42"];
    expect(
      await groth16.verify(verificationKey, publicSignals, forge(verificationKey, publicSignals, 1n)),
    ).to.equal(true);
    const { reasons } = await judge("bare");
    expect(reasons.join("\n")).to.include("delta equals gamma").and.include("no contribution");
  });

  it("T15: a beacon alone: snarkjs says OK, a proof forged from the beacon verifies, the key is refused", async () => {
    const { groth16, zKey } = await snarkjs();
    expect(await zKey.verifyFromR1cs(r1csFile(), ptau, key("beacon-only")), "snarkjs's verdict").to.equal(
      true,
    );
    const verificationKey = await verificationKeyOf("beacon-only");
    const publicSignals = ["31337", "42"];
    const forged = forge(verificationKey, publicSignals, inverse(await beaconSecret()));
    expect(await groth16.verify(verificationKey, publicSignals, forged)).to.equal(true);
    const { reasons } = await judge("beacon-only");
    expect(reasons).to.have.length(1);
    expect(reasons[0]).to.include("besides a public beacon");
  });

  it("T15: a contribution that changes nothing does not count", async () => {
    const { realContributions, contributions } = await readProvenance(key("one"));
    expect([realContributions, contributions.length]).to.deep.equal([1, 1]);
    // The factor 1: g1_s = g1_sx, with everything else as it was.
    const bytes = await readFile(key("one"));
    const { at } = section(bytes, 10);
    const start = at + 64 + 4;
    bytes.copy(bytes, start + 128, start + 64, start + 128);
    await writeFile(key("idle"), bytes);
    expect((await readProvenance(key("idle"))).realContributions).to.equal(0);
  });

  it("accepts a key with a contribution and a beacon, and reads the transcript that snarkjs wrote", async () => {
    const { reasons, contributions } = await judge("good");
    expect(reasons).to.deep.equal([]);
    expect(contributions).to.deep.equal([
      { type: "contribution", name: "Ana", hash: contributionHashes[0] },
      {
        type: "beacon",
        name: "announced",
        hash: contributionHashes[1],
        beacon: { hash: BEACON, iterationsExp: BEACON_EXP },
      },
    ]);
  });

  it("T16: refuses another circuit's key and a key with one changed point", async () => {
    const bytes = await readFile(key("good"));
    const { at } = section(bytes, 9);
    bytes.copyWithin(at, at + 64, at + 128); // H_0 = H_1
    await writeFile(key("tampered"), bytes);
    expect((await judge("tampered")).reasons.join()).to.include("snarkjs does not accept it");

    const other = await createProject();
    await other.edit("circuits/lib/multiplier.circom", "product <== x * y;", "product <== x * y + x;");
    await buildCircuits(other.config);
    const r1cs = other.path("build/circuits/product/product.r1cs");
    const { reasons } = await judgeProductionKey(key("good"), r1cs, ptau, await verificationKeyOf("good"));
    expect(reasons.join()).to.include("snarkjs does not accept it");
  });

  it("refuses what is not a well-formed key, with the reason", async () => {
    const bytes = await readFile(key("good"));
    await writeFile(key("longer"), Buffer.concat([bytes, Buffer.from([0])]));
    expect((await judge("longer")).reasons.join()).to.include("not a well-formed Groth16 key");
    await writeFile(key("text"), "not a key");
    const error = await refusal(importProductionKey(config, { name: "product", zkey: key("text") }));
    expect(error.code).to.equal("EXPORT_FAILED");
  });

  it("T17: a development key is refused on import, whatever file it comes in", async () => {
    const copy = key("renamed");
    await copyFile(project.path("build/circuits/product/product.zkey"), copy);
    const error = await refusal(importProductionKey(config, { name: "product", zkey: copy }));
    expect(error.code).to.equal("KEY_REFUSED");
    expect(error.message).to.include("development key");
    expect((await project.manifest("product")).key.kind, "nothing was replaced").to.equal("development");
  });

  it("T15: import refuses every forgeable key, with the reason, and replaces nothing", async () => {
    const before = await project.read("circuits/artifacts/product/manifest.json");
    for (const name of ["bare", "beacon-only"]) {
      const error = await refusal(importProductionKey(config, { name: "product", zkey: key(name) }));
      expect(error.code, name).to.equal("KEY_REFUSED");
    }
    expect(await project.read("circuits/artifacts/product/manifest.json")).to.equal(before);
  });

  it("takes powers of tau from any path, but only with the pinned hash", async () => {
    const zkey = key("good");
    const none = await refusal(importProductionKey(project.config, { name: "product", zkey }));
    expect(none.code).to.equal("PTAU_REFUSED");
    const other = await refusal(
      importProductionKey(config, { name: "product", zkey, ptau: project.path("0.ptau") }),
    );
    expect(other.message).to.include("pins");
    const missing = await refusal(
      importProductionKey(config, { name: "product", zkey, ptau: project.path("no.ptau") }),
    );
    expect(missing.message).to.include("no.ptau");
    const noKey = await refusal(importProductionKey(config, { name: "product", zkey: key("absent") }));
    expect(noKey.code).to.equal("KEY_MISSING");
  });

  describe("once imported", () => {
    before(async () => {
      await importProductionKey(config, { name: "product", zkey: key("good") });
    });

    it("the manifest has the kind and the transcript, and check --production passes", async () => {
      const manifest = await project.manifest("product");
      expect(manifest.key).to.deep.include({
        kind: "production",
        origin: `ptau blake2b ${config.production!.blake2b}`,
      });
      expect(manifest.key.contributions?.map(({ hash }) => hash)).to.deep.equal(contributionHashes);
      const [report] = await checkCircuits(config, { production: true });
      expect(report).to.deep.include({ ok: true, keyKind: "production", broken: [], refused: [] });
    });

    it("a build leaves it alone, and never replaces it by a development key unasked", async () => {
      expect((await buildCircuits(config)).map(({ built }) => built)).to.deep.equal([false]);
      const zkey = project.path("build/circuits/product/product.zkey");
      await rm(zkey);
      const error = await refusal(buildCircuits(config));
      expect(error.code).to.equal("KEY_MISSING");
      await copyFile(key("good"), zkey);
      await project.edit("circuits/lib/multiplier.circom", "x * y;", "x * y + x;");
      expect((await refusal(buildCircuits(config))).message).to.include("its circuit changed");
      await project.edit("circuits/lib/multiplier.circom", "x * y + x;", "x * y;");
    });

    it("T15 T16: the other keys in its place are named by check --production, also with their own artifacts", async () => {
      const zkey = project.path("build/circuits/product/product.zkey");
      for (const name of ["bare", "beacon-only", "one"]) {
        await copyFile(key(name), zkey);
        const [report] = await checkCircuits(config, { production: true });
        expect(report?.broken[0]?.link, name).to.equal("r1cs → key");
        expect(report?.refused.length, name).to.equal(name === "bare" ? 2 : name === "beacon-only" ? 1 : 0);
      }
      await copyFile(key("good"), zkey);
      await project.edit("circuits/artifacts/product/manifest.json", '"name": "Ana"', '"name": "Eve"');
      const [report] = await checkCircuits(config, { production: true });
      expect(report?.broken.map(({ link }) => link)).to.deep.equal(["manifest"]);
      await project.edit("circuits/artifacts/product/manifest.json", '"name": "Eve"', '"name": "Ana"');
    });

    it("not even build --force replaces it; deleting the committed artifacts does", async () => {
      expect((await buildCircuits(config, { force: true }))[0]?.built).to.equal(false);
      await rm(project.path("build"), { recursive: true });
      expect((await refusal(buildCircuits(config, { force: true }))).code).to.equal("KEY_MISSING");
      await rm(project.path("circuits/artifacts/product"), { recursive: true });
      await buildCircuits(config);
      expect((await project.manifest("product")).key.kind).to.equal("development");
      const [report] = await checkCircuits(config, { production: true });
      expect(report?.refused.join()).to.include("development key");
    });
  });
});

/** delta of a key whose only contribution is the beacon, as anyone can compute it. */
async function beaconSecret(): Promise<bigint> {
  const { curves } = await snarkjs();
  const misc = pathToFileURL(
    join(dirname(createRequire(import.meta.url).resolve("snarkjs")), "..", "src", "misc.js"),
  );
  const { rngFromBeaconParams } = (await import(misc.href)) as {
    rngFromBeaconParams(hash: Uint8Array, exp: number): unknown;
  };
  const { Fr } = (await curves.getCurveFromName("bn128")) as {
    Fr: { fromRng(rng: unknown): Uint8Array; toObject(value: Uint8Array): bigint };
  };
  return Fr.toObject(Fr.fromRng(await rngFromBeaconParams(Buffer.from(BEACON, "hex"), BEACON_EXP))) % R;
}

function section(file: Buffer, wanted: number): { at: number; size: number } {
  let at = 12;
  for (let i = 0; i < file.readUInt32LE(8); i++) {
    const size = Number(file.readBigUInt64LE(at + 4));
    if (file.readUInt32LE(at) === wanted) return { at: at + 12, size };
    at += 12 + size;
  }
  throw new Error(`no section ${wanted}`);
}
