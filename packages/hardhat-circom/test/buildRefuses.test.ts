// SPDX-License-Identifier: GPL-3.0-or-later
import { chmod, rm } from "node:fs/promises";
import { expect } from "chai";
import { buildCircuits } from "../src/circuits.ts";
import { createProject, type Project, removeProjects } from "./helpers.ts";
import { everything, failure } from "./snapshots.ts";

describe("circuits build: what it refuses", () => {
  after(removeProjects);

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
