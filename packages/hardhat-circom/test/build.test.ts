// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect } from "chai";
import { type BuildEvent, buildCircuits, checkCircuits, resolveConfig } from "../src/circuits.ts";
import { createBuiltProject, createProject, type Project, removeProjects } from "./helpers.ts";
import { everything, failure, relativeFiles } from "./snapshots.ts";

describe("circuits build", () => {
  after(removeProjects);

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
