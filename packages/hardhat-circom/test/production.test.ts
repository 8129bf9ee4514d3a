// SPDX-License-Identifier: GPL-3.0-or-later
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { expect } from "chai";
import {
  buildCircuits,
  type CeremonyTranscript,
  type CircomConfig,
  CircomError,
  checkCircuits,
  importProductionKey,
} from "../src/circuits.ts";
import { loadInstances } from "../src/instances.ts";
import { described } from "../src/internal/ceremony/rules.ts";
import { formatTranscript } from "../src/internal/ceremony/transcript.ts";
import { parseZkey } from "../src/internal/ceremony/zkey.ts";
import { compilerVersion } from "../src/internal/compile.ts";
import { verifyProductionKey } from "../src/internal/keys/productionKey.ts";
import { compileAndCount, describe as describeKey, stagedZkey } from "../src/internal/produce.ts";
import { publish } from "../src/internal/publish.ts";
import { collectSources } from "../src/internal/sources.ts";
import { createStaging } from "../src/internal/staging.ts";
import {
  CEREMONY,
  type CeremonyProject,
  ceremonyConfig,
  createCeremonyProject,
  cut,
  join,
  transcriptOf,
} from "./ceremonies.ts";
import { createProject, endSnarkjs, type Project, removeProjects } from "./helpers.ts";

// How keys of ceremonies come into a project and stay there. What makes a key forgeable: forgeries.test.ts.
describe("production keys", () => {
  let ceremony: CeremonyProject;
  let project: Project;
  let config: CircomConfig;
  const key = (name: string) => ceremony.key(name);
  /** Writes the transcript of a key, signed by everyone it names. */
  async function transcriptFor(name: string, change?: (t: CeremonyTranscript) => object): Promise<string> {
    const transcript = transcriptOf(await readFile(key(name)), config);
    const path = project.path(`${name}.json`);
    await writeFile(path, formatTranscript({ ...transcript, ...change?.(transcript) }));
    return path;
  }
  const importing = async (name: string, more: { ptau?: string; from?: CircomConfig } = {}) => {
    const { from = config, ...rest } = more;
    const transcript = await transcriptFor(name);
    return importProductionKey(from, { name: "product", zkey: key(name), transcript, ...rest });
  };

  before(async () => {
    ceremony = await createCeremonyProject();
    ({ project, config } = ceremony);
  });
  after(async () => {
    await endSnarkjs();
    await removeProjects();
  });

  async function refusal(work: Promise<unknown>): Promise<CircomError> {
    const error = await work.then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).to.be.instanceOf(CircomError);
    return error as CircomError;
  }

  it("T16: another circuit's key and a key with one changed point: both verifiers refuse them", async () => {
    const sections = cut(await readFile(key("good")));
    const h = sections.find(([type]) => type === 9)![1];
    h.copyWithin(0, 64, 128); // H_0 = H_1
    await writeFile(key("tampered"), join(sections));
    expect(await verifyProductionKey(key("tampered"), ceremony.r1cs, ceremony.ptau)).to.deep.equal([
      "verifier of this package: section H is not what circuit and powers give",
      "snarkjs zkey verify: H section does not match",
    ]);

    const other = await createProject();
    await other.edit("circuits/lib/multiplier.circom", "product <== x * y;", "product <== x * y + x;");
    await buildCircuits(other.config);
    const r1cs = other.path("build/circuits/product/product.r1cs");
    const [ours, ...theirs] = await verifyProductionKey(key("good"), r1cs, ceremony.ptau);
    expect(ours).to.match(/^verifier of this package: /);
    expect(theirs.at(-1)).to.match(/^snarkjs zkey verify: /);
  });

  it("refuses what is no transcript, with the reason", async () => {
    const path = await transcriptFor("good");
    const attempt = (transcript: string) =>
      refusal(importProductionKey(config, { name: "product", zkey: key("good"), transcript }));
    expect((await attempt(project.path("none.json"))).message).to.include(
      "there is no transcript at none.json",
    );
    await writeFile(path, "{");
    expect((await attempt(path)).message).to.include("is not JSON");
    await writeFile(path, "{}\n");
    expect((await attempt(path)).message).to.include("schema undefined, expected 1");
    const good = transcriptOf(await readFile(key("good")), config);
    await writeFile(path, JSON.stringify(good));
    const spelled = await attempt(path);
    expect(spelled.code).to.equal("TRANSCRIPT_INVALID");
    expect(spelled.message).to.include("other spaces");
    await writeFile(path, formatTranscript({ ...good, note: "more" } as CeremonyTranscript));
    expect((await attempt(path)).message).to.include("has other fields");
  });

  it("T17: a development key is refused on import, whatever file it comes in", async () => {
    await copyFile(project.path("build/circuits/product/product.zkey"), key("renamed"));
    const error = await refusal(importing("renamed"));
    expect(error.code).to.equal("KEY_REFUSED");
    expect(error.message).to.include("development key");
    expect((await project.manifest("product")).key.kind, "nothing was replaced").to.equal("development");
  });

  it("T15: import refuses unfinished keys with every reason, and replaces nothing", async () => {
    const before = await project.read("circuits/artifacts/product/manifest.json");
    for (const name of ["bare", "ana", "cleo"]) {
      const error = await refusal(importing(name));
      expect(error.code, name).to.equal("KEY_REFUSED");
      expect(error.message).to.include(
        name === "bare" ? "delta equals gamma" : "last contribution is not a beacon",
      );
    }
    expect(await project.read("circuits/artifacts/product/manifest.json")).to.equal(before);
  });

  it("T15: a ceremony that the configuration does not announce vouches for nothing", async () => {
    const { ptau, blake2b } = config.production!;
    const unannounced = project.configure({ production: { ptau, blake2b } });
    expect((await refusal(importing("good", { from: unannounced }))).message).to.include(
      "no ceremony of the configuration vouches for it",
    );
    const { beacon, ...rest } = ceremonyConfig();
    const { value: _, ...early } = beacon;
    const waiting = project.configure({
      production: { ptau, blake2b, ceremonies: { [CEREMONY]: { ...rest, beacon: early } } },
    });
    expect((await refusal(importing("good", { from: waiting }))).message).to.include(
      "the configuration does not have the beacon's value yet",
    );
  });

  it("takes powers of tau from any path, but only with the pinned hash", async () => {
    const none = await refusal(importing("good", { from: project.config }));
    expect(none.code).to.equal("PTAU_REFUSED");
    const other = await refusal(importing("good", { ptau: project.path("0.ptau") }));
    expect(other.message).to.include("pins");
    const missing = await refusal(importing("good", { ptau: project.path("no.ptau") }));
    expect(missing.message).to.include("no.ptau");
    const noKey = await refusal(
      importProductionKey(config, {
        name: "product",
        zkey: key("absent"),
        transcript: project.path("good.json"),
      }),
    );
    expect(noKey.code).to.equal("KEY_MISSING");
  });

  describe("once imported", () => {
    before(async () => {
      await importing("good");
    });

    it("the manifest has the kind, the contributions and the transcript, and check passes with and without --production", async () => {
      const manifest = await project.manifest("product");
      expect(manifest.key).to.deep.include({
        kind: "production",
        origin: `ptau blake2b ${config.production!.blake2b}`,
      });
      const hashes = parseZkey(await readFile(key("good"))).contributions.map(({ hash }) => hash);
      expect(manifest.key.contributions?.map(({ hash }) => hash)).to.deep.equal(hashes);
      expect(manifest.key.contributions?.map(({ name }) => name)).to.deep.equal([
        "Ana",
        "Ben",
        "Cleo",
        "announced 7",
      ]);
      const committed = await project.read("circuits/ceremonies/first.json");
      expect(committed).to.equal(await project.read("good.json"));
      for (const production of [false, true]) {
        const [report] = await checkCircuits(config, { production });
        expect(report).to.deep.include({ ok: true, keyKind: "production", broken: [], refused: [] });
      }
    });

    /** What a forger commits who stops at nothing: key, verification key, verifier and manifest, all of one piece. */
    async function commitAsProduction(name: string): Promise<void> {
      const [instance] = await loadInstances(config);
      const staging = await createStaging(config, "forger");
      const compiled = await compileAndCount(
        config,
        instance!,
        await collectSources(config, instance!),
        staging,
      );
      const zkey = stagedZkey(staging, instance!);
      await copyFile(key(name), zkey);
      const { kind, origin, ceremony: named } = (await project.manifest("product")).key;
      const contributions = parseZkey(await readFile(zkey)).contributions.map(described);
      const produced = await describeKey(instance!, compiled, await compilerVersion(config), zkey, {
        kind,
        origin,
        contributions,
        ...(named === undefined ? {} : { ceremony: named }),
      });
      await publish(config, instance!, compiled, zkey, produced);
    }

    it("T15: what CI runs, check without --production and without powers of tau, refuses a forgeable key committed as production", async () => {
      const ptau = await readFile(ceremony.ptau);
      await rm(ceremony.ptau);
      await commitAsProduction("bare");
      const [report] = await checkCircuits(config);
      expect(report!.broken, "every link holds").to.deep.equal([]);
      expect([report!.ok, report!.keyKind]).to.deep.equal([false, "production"]);
      expect(report!.refused.join("\n")).to.include("delta equals gamma");

      await commitAsProduction("good");
      const transcript = project.path("circuits/ceremonies/first.json");
      const text = await readFile(transcript, "utf8");
      await writeFile(transcript, text.replace('"contributor": "Ben"', '"contributor": "Eve"'));
      const edited = (await checkCircuits(config))[0]!.refused.join("\n");
      expect(edited).to.include("the manifest names").and.include("Eve attests to it");
      await rm(transcript);
      expect((await checkCircuits(config))[0]!.refused.join("\n")).to.include("there is no transcript at");
      await writeFile(transcript, text);
      await writeFile(ceremony.ptau, ptau);
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

    it("T15 T16: the other keys in its place are named by check --production", async () => {
      const zkey = project.path("build/circuits/product/product.zkey");
      await copyFile(key("cleo"), zkey);
      const [unfinished] = await checkCircuits(config, { production: true });
      expect(unfinished?.broken[0]?.link).to.equal("r1cs → key");
      expect(unfinished?.refused.join()).to.include("its last contribution is not a beacon");
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
