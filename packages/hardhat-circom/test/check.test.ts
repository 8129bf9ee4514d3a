// SPDX-License-Identifier: GPL-3.0-or-later
import { copyFile, rm, writeFile } from "node:fs/promises";
import { expect } from "chai";
import {
  type CheckReport,
  CircomError,
  checkCircuits,
  type Link,
  loadInstances,
  readManifest,
} from "../src/circuits.ts";
import { compareManifests } from "../src/internal/links.ts";
import { createBuiltProject, type Project, removeProjects } from "./helpers.ts";

describe("circuits check", () => {
  let project: Project;
  before(async () => {
    project = await createBuiltProject();
  });
  after(removeProjects);

  async function check(): Promise<CheckReport> {
    const [report] = await checkCircuits(project.config);
    return report!;
  }

  /** Breaks one thing, checks, and puts the file back. */
  async function broken(file: string, change: () => Promise<unknown>): Promise<CheckReport> {
    return keeping(file, async () => {
      await change();
      return check();
    });
  }

  /** Puts the file back after the work. */
  async function keeping<T>(file: string, work: () => Promise<T>): Promise<T> {
    const copy = `${project.path(file)}.kept`;
    await copyFile(project.path(file), copy);
    try {
      return await work();
    } finally {
      await copyFile(copy, project.path(file));
      await rm(copy);
    }
  }

  const expectFirst = (report: CheckReport, link: Link) => {
    expect(report.ok).to.equal(false);
    expect(report.broken[0]?.link).to.equal(link);
  };
  const only = (report: CheckReport) => [...new Set(report.broken.map(({ link }) => link))];

  it("passes what a build left, and names the key a development key", async () => {
    expect(await check()).to.deep.include({ ok: true, keyKind: "development", broken: [], refused: [] });
  });

  it("passes with the committed files alone, without any build product", async () => {
    const fresh = await createBuiltProject();
    await rm(fresh.path("build"), { recursive: true });
    expect((await checkCircuits(fresh.config))[0]?.ok).to.equal(true);
  });

  it("T16: an edited circuit breaks circuit → r1cs first", async () => {
    const file = "circuits/lib/multiplier.circom";
    expectFirst(await broken(file, () => project.edit(file, "x * y;", "x * y + 1;")), "circuit → r1cs");
  });

  it("T16: a comment alone does not change the r1cs, but the committed source hash is named", async () => {
    const file = "circuits/lib/multiplier.circom";
    const report = await broken(file, () => project.edit(file, "x * y;", "x * y; // again"));
    expect(only(report)).to.deep.equal(["circuit → r1cs"]);
    expect(report.broken[0]?.detail).to.include("sources");
  });

  it("T16: an edited r1cs or wasm breaks circuit → r1cs", async () => {
    for (const kind of ["r1cs", "wasm"]) {
      const file = `build/circuits/product/product.${kind}`;
      const report = await broken(file, () => writeFile(project.path(file), "other"));
      expect(only(report), kind).to.deep.equal(["circuit → r1cs"]);
    }
  });

  it("T16: another zkey breaks r1cs → key", async () => {
    const file = "build/circuits/product/product.zkey";
    expect(only(await broken(file, () => writeFile(project.path(file), "other")))).to.deep.equal([
      "r1cs → key",
    ]);
  });

  it("T16: an edited verification key breaks key → verification key", async () => {
    const file = "circuits/artifacts/product/verification_key.json";
    const report = await broken(file, () => project.edit(file, '"nPublic": 2', '"nPublic": 3'));
    expect(only(report)).to.deep.equal(["key → verification key"]);
  });

  it("T16: an edited or missing verifier breaks verification key → verifier", async () => {
    const file = "contracts/verifiers/ProductVerifier.sol";
    const edit = () => project.edit(file, "uint256 constant alphax  =", "uint256 constant alphax  = 1 +");
    expect(only(await broken(file, edit))).to.deep.equal(["verification key → verifier"]);
    expect(only(await broken(file, () => rm(project.path(file))))).to.deep.equal([
      "verification key → verifier",
    ]);
  });

  it("T16: each edited line of the manifest is named after its link", async () => {
    const file = "circuits/artifacts/product/manifest.json";
    const cases: [string, string, Link][] = [
      ['"r1cs": "', '"r1cs": "0', "circuit → r1cs"],
      ['"wasm": "', '"wasm": "0', "circuit → r1cs"],
      ['"version": "2.2.3"', '"version": "2.2.2"', "circuit → r1cs"],
      ['"zkey": "', '"zkey": "0', "r1cs → key"],
      ['"verificationKey": "', '"verificationKey": "0', "key → verification key"],
      ['"verificationKeyHash": "0x', '"verificationKeyHash": "0x0', "key → verification key"],
      ['"verifier": "ProductVerifier"', '"verifier": "Other"', "manifest"],
      ['"domain": 3', '"domain": 4', "manifest"],
      ['"nonLinear": 2', '"nonLinear": 1', "manifest"],
      ['"version": 1', '"version": 2', "manifest"],
    ];
    const [product] = await loadInstances(project.config);
    const right = (await readManifest(project.config, product!))!;
    for (const [from, to, link] of cases) {
      await keeping(file, async () => {
        await project.edit(file, from, to);
        const edited = (await readManifest(project.config, product!))!;
        expect([...new Set(compareManifests(edited, right).map((one) => one.link))], to).to.deep.equal([
          link,
        ]);
      });
    }
    // And all of them at once, checked as usual: every one is reported.
    const report = await broken(file, async () => {
      for (const [from, to] of cases) await project.edit(file, from, to);
    });
    expect(report.broken.map(({ link }) => link)).to.have.members(cases.map(([, , link]) => link));
    const unreadable = () => project.edit(file, '"schema": 1', '"schema": 2');
    expect(only(await broken(file, unreadable))).to.deep.equal(["manifest"]);
    expect(only(await broken(file, () => rm(project.path(file)))), "missing").to.deep.equal(["manifest"]);
  });

  it("T17: a development key under the label of a production key is told from its points", async () => {
    const file = "circuits/artifacts/product/manifest.json";
    const relabel = () => project.edit(file, '"kind": "development"', '"kind": "production"');
    const report = await broken(file, relabel);
    expect(report).to.deep.include({ ok: false, keyKind: "development" });
    expect(report.broken.map(({ detail }) => detail).join()).to.include(
      "points are those of a development key",
    );
    const strict = broken(file, async () => {
      await relabel();
      const [production] = await checkCircuits(project.config, { production: true });
      expect(production?.refused.join()).to.include("development key");
    });
    await strict;
  });

  it("T17: --production refuses a development key that is honestly labelled", async () => {
    const [report] = await checkCircuits(project.config, { production: true });
    expect(report).to.deep.include({ ok: false, broken: [] });
    expect(report?.refused.join()).to.include("anyone can forge proofs");
  });

  it("does not compile: says so instead of reporting", async () => {
    const file = "circuits/main/product.circom";
    const error = await broken(file, () => project.edit(file, "Multiplier()", "Nothing()")).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).to.be.instanceOf(CircomError);
    expect((error as CircomError).code).to.equal("COMPILER_FAILED");
  });
});
