// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect } from "chai";
import {
  type BuildEvent,
  buildCircuits,
  CircomError,
  checkCircuits,
  resolveConfig,
} from "../src/circuits.ts";
import { createBuiltProject, createProject, type Project, removeProjects } from "./helpers.ts";

describe("circuits build", () => {
  after(removeProjects);

  async function failure(work: Promise<unknown>): Promise<CircomError> {
    try {
      await work;
    } catch (error) {
      if (error instanceof CircomError) return error;
      throw error;
    }
    throw new Error("expected a CircomError");
  }

  /** Every file below a folder, with its content. */
  async function snapshot(folder: string): Promise<Record<string, string>> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return Object.fromEntries(
      await Promise.all(files.sort().map(async (file) => [file, await readFile(file, "latin1")])),
    );
  }

  const everything = async (project: Project) => ({
    ...(await snapshot(project.path("build"))),
    ...(await snapshot(project.path("circuits", "artifacts"))),
    ...(await snapshot(project.path("contracts"))),
  });

  /** The same, named from the project's root. */
  const relativeFiles = async (project: Project) =>
    Object.fromEntries(
      Object.entries(await everything(project)).map(([path, content]) => [
        path.slice(project.root.length),
        content,
      ]),
    );

  describe("a first build", () => {
    let project: Project;
    const events: BuildEvent[] = [];
    before(async () => {
      project = await createProject();
      await buildCircuits(project.config, { all: true, onProgress: (event) => events.push(event) });
    });

    it("writes large artifacts, verification key, verifier and a manifest that describes them", async () => {
      for (const name of ["product", "square-sum"]) {
        for (const kind of ["r1cs", "wasm", "sym", "zkey"]) {
          expect(
            existsSync(project.path("build/circuits", name, `${name}.${kind}`)),
            `${name}.${kind}`,
          ).to.equal(true);
        }
      }
      const manifest = await project.manifest("product");
      expect(manifest.compiler).to.deep.equal({
        name: "circom",
        version: "2.2.3",
        flags: ["--O2", "--r1cs", "--wasm", "orient-constraints"],
      });
      expect(manifest.constraints).to.deep.equal({
        nonLinear: 2,
        linear: 0,
        wires: 6,
        labels: 6,
        public: 2,
        outputs: 1,
        private: 2,
      });
      expect(manifest.domain).to.equal(3); // 2 constraints + 2 public signals + 1 = 5 rows
      expect(manifest.key.kind).to.equal("development");
      expect(manifest.key.bytes).to.equal(
        (await stat(project.path("build/circuits/product/product.zkey"))).size,
      );
      expect(manifest.sources.files).to.equal(2);
    });

    it("exports the verifier verbatim but for its name, and none where none is wanted", async () => {
      const verifier = await project.read("contracts/verifiers/ProductVerifier.sol");
      expect(verifier)
        .to.match(/^contract ProductVerifier \{$/m)
        .and.not.match(/Groth16Verifier/);
      expect(await readdir(project.path("contracts/verifiers"))).to.deep.equal(["ProductVerifier.sol"]);
    });

    it("tells each step with its seconds", () => {
      const done = events.filter((event) => event.kind === "done" && event.instance === "product");
      expect(done.map((event) => "step" in event && event.step)).to.deep.equal(["compile", "key", "export"]);
      for (const event of done) expect("seconds" in event && event.seconds).to.be.greaterThan(0);
    });

    it("leaves nothing to do: the second run writes no file and says so", async () => {
      const before = await everything(project);
      const again: BuildEvent[] = [];
      const results = await buildCircuits(project.config, {
        all: true,
        onProgress: (event) => again.push(event),
      });
      expect(results.map((result) => result.built)).to.deep.equal([false, false]);
      expect(again.map((event) => event.kind)).to.deep.equal(["unchanged", "unchanged"]);
      expect(await everything(project)).to.deep.equal(before);
    });

    it("gives the same bytes in another folder", async () => {
      const other = await createProject();
      await buildCircuits(other.config, { all: true });
      expect(await relativeFiles(other)).to.deep.equal(await relativeFiles(project));
    });
  });

  describe("a later build", () => {
    let project: Project;
    beforeEach(async () => {
      project = await createBuiltProject();
    });

    it("takes up a change in an included file and rewrites the committed files", async () => {
      const before = await project.manifest("product");
      await project.edit("circuits/lib/multiplier.circom", "product <== x * y;", "product <== x * y + x;");
      const [result] = await buildCircuits(project.config);
      const after = await project.manifest("product");
      expect(result?.built).to.equal(true);
      expect(after.sources.sha256).not.to.equal(before.sources.sha256);
      expect(after.verificationKeyHash).not.to.equal(before.verificationKeyHash);
      expect((await checkCircuits(project.config))[0]?.ok).to.equal(true);
    });

    it("takes up another verifier name or version in the list", async () => {
      await project.edit(
        "circuits/circuits.json",
        '"verifier": "ProductVerifier"',
        '"verifier": "OtherVerifier"',
      );
      await buildCircuits(project.config);
      expect(await project.read("contracts/verifiers/OtherVerifier.sol")).to.match(
        /contract OtherVerifier \{/,
      );
      await project.edit("circuits/circuits.json", '"version": 1', '"version": 3');
      await buildCircuits(project.config);
      expect((await project.manifest("product")).version).to.equal(3);
    });

    it("makes missing files again: a fresh clone has the small ones only, a cleaned tree lacks any one", async () => {
      const complete = await everything(project);
      for (const missing of [
        "build",
        "build/circuits/product/product.zkey",
        "circuits/artifacts/product/verification_key.json",
        "contracts/verifiers/ProductVerifier.sol",
        "circuits/artifacts",
      ]) {
        await rm(project.path(missing), { recursive: true });
        const [result] = await buildCircuits(project.config);
        expect(result?.built, missing).to.equal(true);
        expect(await everything(project), missing).to.deep.equal(complete);
      }
    });

    it("makes damaged large artifacts again", async () => {
      const complete = await everything(project);
      for (const kind of ["r1cs", "wasm", "zkey"]) {
        await writeFile(project.path(`build/circuits/product/product.${kind}`), "damaged");
        await buildCircuits(project.config);
        expect(await everything(project), kind).to.deep.equal(complete);
      }
    });

    it("T16: refuses to paper over an edited committed file, and names the link; --force accepts the sources", async () => {
      const complete = await everything(project);
      for (const [file, link] of [
        ["contracts/verifiers/ProductVerifier.sol", "verification key → verifier"],
        ["circuits/artifacts/product/verification_key.json", "key → verification key"],
      ] as const) {
        await project.write(file, `${await project.read(file)} `);
        const edited = await everything(project);
        const error = await failure(buildCircuits(project.config));
        expect(error.code).to.equal("LINK_BROKEN");
        expect(error.instance).to.equal("product");
        expect(error.message).to.include(link);
        expect(await everything(project), "nothing overwritten").to.deep.equal(edited);
        await buildCircuits(project.config, { force: true });
        expect(await everything(project)).to.deep.equal(complete);
      }
      await project.edit("circuits/artifacts/product/manifest.json", '"zkey": "', '"zkey": "00');
      const error = await failure(buildCircuits(project.config));
      expect(error.code).to.equal("LINK_BROKEN");
      expect(error.message).to.include("r1cs → key");
    });
  });

  describe("interrupted", () => {
    for (const [kind, step] of [
      ["start", "compile"],
      ["done", "compile"],
      ["start", "key"],
      ["progress", "key"],
      ["done", "key"],
      ["start", "export"],
      ["done", "export"],
    ] as const) {
      it(`at ${kind} of ${step}: nothing half-written, and the next run is correct`, async () => {
        const project = await createProject();
        const script = join(import.meta.dirname, "fixtures", "buildAndDie.ts");
        const child = spawnSync(process.execPath, [script, project.root, kind, step], { encoding: "utf8" });
        expect(child.signal, child.stderr).to.equal("SIGKILL");
        expect(existsSync(project.path("circuits/artifacts/product"))).to.equal(false);
        expect(existsSync(project.path("contracts"))).to.equal(false);
        await buildCircuits(project.config);
        // Byte for byte what a build leaves that nothing interrupts.
        expect(await relativeFiles(project)).to.deep.equal(await relativeFiles(await createBuiltProject()));
        expect(await readdir(project.path("build/circuits/.staging"))).to.deep.equal([]);
      });
    }

    it("between two renames: whichever files are old and new, the next run is correct", async () => {
      const [old, fresh] = [await createBuiltProject(), await createProject()];
      await fresh.edit("circuits/lib/multiplier.circom", "product <== x * y;", "product <== x * y + x;");
      await buildCircuits(fresh.config);
      // In the order of the renames.
      const files = [
        ...["r1cs", "wasm", "sym", "zkey"].map((kind) => `build/circuits/product/product.${kind}`),
        "circuits/artifacts/product/verification_key.json",
        "contracts/verifiers/ProductVerifier.sol",
        "circuits/artifacts/product/manifest.json",
      ];
      // Each run builds anew; LONG=1 stops after every file, a usual run after every third.
      for (let renamed = 0; renamed <= files.length; renamed += process.env.LONG === "1" ? 1 : 3) {
        // The sources are those of either side: the edit may have been taken back after the interruption.
        for (const sources of [old, fresh]) {
          const project = await createProject();
          await project.write(
            "circuits/lib/multiplier.circom",
            await sources.read("circuits/lib/multiplier.circom"),
          );
          await project.write("build/circuits/product/.publishing", "");
          for (const [i, file] of files.entries()) {
            await project.write(file, "");
            await writeFile(project.path(file), await readFile((i < renamed ? fresh : old).path(file)));
          }
          await buildCircuits(project.config);
          for (const file of files) {
            const same = (await readFile(project.path(file))).equals(await readFile(sources.path(file)));
            expect(same, `${file} after ${renamed} renames`).to.equal(true);
          }
          expect(existsSync(project.path("build/circuits/product/.publishing"))).to.equal(false);
        }
      }
    });
  });

  describe("refuses, naming instance and place, and writes nothing", () => {
    let project: Project;
    beforeEach(async () => {
      project = await createProject();
    });
    afterEach(async () => {
      expect(Object.keys(await everything(project)), "half-written files").to.deep.equal([]);
    });

    it("a circuit that does not compile", async () => {
      await project.edit("circuits/lib/multiplier.circom", "product <== x * y;", "product <== x * y * y;");
      const error = await failure(buildCircuits(project.config));
      expect(error).to.deep.include({ code: "COMPILER_FAILED", instance: "product" });
      expect(error.location).to.equal("circuits/lib/multiplier.circom:14:5");
      expect(error.message).to.include("Non quadratic constraints are not allowed").and.not.include("\u001b");
    });

    it("a syntax error", async () => {
      await project.edit("circuits/lib/multiplier.circom", "product <== x * y;", "product <== x * y");
      const error = await failure(buildCircuits(project.config));
      expect(error.message)
        .to.match(/circuits\/lib\/multiplier\.circom:14/)
        .and.match(/semicolon/);
    });

    it("a template that does not exist", async () => {
      await project.edit("circuits/main/product.circom", "= Multiplier();", "= Multiplyer();");
      const error = await failure(buildCircuits(project.config));
      expect(error).to.deep.include({ code: "COMPILER_FAILED", instance: "product" });
      expect(error.location).to.match(/^circuits\/main\/product\.circom:6:/);
      expect(error.message).to.include("Multiplyer()");
    });

    it("a missing include", async () => {
      await project.edit("circuits/main/product.circom", "lib/multiplier.circom", "lib/multiplicator.circom");
      const error = await failure(buildCircuits(project.config));
      expect(error).to.deep.include({
        code: "INCLUDE_NOT_FOUND",
        location: "circuits/main/product.circom:3",
      });
      expect(error.message).to.include('"lib/multiplicator.circom"').and.include("circom.include");
    });

    it("a main file that does not exist", async () => {
      await project.edit("circuits/circuits.json", "main/product.circom", "main/products.circom");
      const error = await failure(buildCircuits(project.config));
      expect(error).to.deep.include({ code: "SOURCE_NOT_FOUND", location: "circuits/main/products.circom" });
    });

    it("two instances with one name", async () => {
      await project.edit("circuits/circuits.json", '"name": "square-sum"', '"name": "product"');
      const error = await failure(buildCircuits(project.config));
      expect(error).to.deep.include({
        code: "INSTANCE_DUPLICATE",
        instance: "product",
        location: "circuits/circuits.json:13",
      });
    });

    it("a circuit larger than its limit", async () => {
      await project.edit("circuits/circuits.json", '"maxDomain": 4', '"maxDomain": 2');
      const error = await failure(buildCircuits(project.config));
      expect(error).to.deep.include({
        code: "CIRCUIT_TOO_LARGE",
        location: "circuits/main/product.circom:6",
      });
      expect(error.message)
        .to.include("2 constraints + 2 public signals + 1 need a domain of 2^3")
        .and.include("2^2 = 4");
    });

    it("an unknown name, with the nearest one", async () => {
      const error = await failure(buildCircuits(project.config, { names: ["prodct"] }));
      expect(error.code).to.equal("INSTANCE_UNKNOWN");
      expect(error.message).to.include('"prodct"').and.include('did you mean "product"');
      const far = await failure(buildCircuits(project.config, { names: ["xyzzyxyzzyxyzzy"] }));
      expect(far.message).to.include("product, square-sum");
      const unknownGroup = await failure(buildCircuits(project.config, { group: "hevy" }));
      expect(unknownGroup.message).to.include('"hevy"').and.include("default, test");
    });

    it("a list that is missing, is no JSON, or lacks a field", async () => {
      await rm(project.path("circuits/circuits.json"));
      expect((await failure(buildCircuits(project.config))).code).to.equal("LIST_NOT_FOUND");
      await project.write("circuits/circuits.json", "{");
      expect((await failure(buildCircuits(project.config))).code).to.equal("LIST_INVALID");
      for (const [key, value] of [
        ["name", "a/b"],
        ["version", 0],
        ["main", "x.txt"],
        ["verifier", "1Bad"],
        ["verifier", undefined],
        ["maxDomain", 28],
      ] as const) {
        const entry = { name: "ok", version: 1, main: "main/product.circom", verifier: null, maxDomain: 4 };
        await project.write(
          "circuits/circuits.json",
          JSON.stringify({ instances: [{ ...entry, [key]: value }] }),
        );
        const error = await failure(buildCircuits(project.config));
        expect(error.code, key).to.equal("LIST_INVALID");
        expect(error.message, key).to.include(`\`${key}\``);
      }
    });

    it("two instances that export one verifier", async () => {
      await project.edit("circuits/circuits.json", '"verifier": null', '"verifier": "ProductVerifier"');
      expect((await failure(buildCircuits(project.config))).message).to.include("ProductVerifier");
    });

    it("a native compiler that is not there, or of another version", async () => {
      const missing = project.configure({ compiler: { native: "no-such-circom" } });
      expect((await failure(buildCircuits(missing))).code).to.equal("COMPILER_NOT_FOUND");
      await project.write("old-circom", "#!/bin/sh\necho circom compiler 2.0.0\n");
      await chmod(project.path("old-circom"), 0o755);
      const old = await failure(buildCircuits(project.configure({ compiler: { native: "old-circom" } })));
      expect(old.message).to.include("2.0.0").and.include("2.2.3");
    });
  });

  it("builds what can be built when one instance fails, and reports all that failed", async () => {
    const project = await createProject();
    await project.edit("circuits/main/product.circom", "= Multiplier();", "= Nothing();");
    expect((await failure(buildCircuits(project.config, { all: true }))).instance).to.equal("product");
    expect((await project.manifest("square-sum")).name).to.equal("square-sum");
    await project.edit("circuits/main/square-sum.circom", "= SquareSum(20);", "= Nothing();");
    const both = await failure(buildCircuits(project.config, { all: true }));
    expect(both.code).to.equal("BUILD_FAILED");
    expect(both.message).to.include("product").and.include("square-sum");
  });

  it("gives the same artifacts with a native compiler of the same version", async () => {
    const [wasm, native] = [await createBuiltProject(), await createProject()];
    const cli = createRequire(import.meta.url).resolve("circom2/cli.js");
    await native.write("circom", `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`);
    await chmod(native.path("circom"), 0o755);
    await buildCircuits(native.configure({ compiler: { native: "circom" } }));
    expect(await native.manifest("product")).to.deep.equal(await wasm.manifest("product"));
  });

  it("uses the configured folders", async () => {
    const project = await createProject();
    const config = resolveConfig({ out: "made/big", verifiers: "sol", committed: "kept" }, project.root);
    await buildCircuits(config);
    for (const file of [
      "made/big/product/product.zkey",
      "sol/ProductVerifier.sol",
      "kept/product/manifest.json",
    ]) {
      expect(existsSync(project.path(file)), file).to.equal(true);
    }
  });
});
