// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import type { CircuitInfo } from "../src/circuits.ts";
import { hardhatIn } from "./hardhat.ts";
import { createProject, type Project, removeProjects } from "./helpers.ts";

describe("hardhat circuits", () => {
  let project: Project;
  before(async () => {
    project = await createProject();
  });
  after(removeProjects);

  const hardhat = (...args: string[]) => hardhatIn(project.root, ...args);

  it("info says what is not built yet", () => {
    const { status, stdout } = hardhat("circuits", "info");
    expect(status).to.equal(0);
    expect(stdout).to.match(/^product \(version 1, group default\)\n {2}not built$/m);
  });

  it("build makes the default group, in plain lines where nobody watches, and warns of development keys", () => {
    const { status, stdout, stderr } = hardhat("circuits", "build");
    expect(status, stderr).to.equal(0);
    expect(stdout).to.match(/product: compile +\d+\.\d s {2}2 non-linear constraints, domain 2\^3/);
    expect(stdout)
      .to.match(/product: key +\d+\.\d s/)
      .and.match(/Built 1 circuit instance/);
    expect(stdout)
      .to.include("anyone can forge proofs")
      .and.not.include("square-sum")
      .and.not.include("\u001b");
  });

  it("build does nothing the second time, says so, and takes less than two seconds", () => {
    const { status, stdout, seconds } = hardhat("circuits", "build");
    expect(status).to.equal(0);
    expect(stdout).to.include("product: up to date").and.include("nothing to do");
    expect(seconds).to.be.lessThan(2);
  });

  it("build takes names, --group and --all", () => {
    expect(hardhat("circuits", "build", "square-sum").stdout).to.include("square-sum: export");
    expect(hardhat("circuits", "build", "--group", "test").stdout).to.include("square-sum: up to date");
    expect(hardhat("circuits", "build", "--all").stdout).to.include("2 circuit instances up to date");
  });

  it("build fails with exit code 1 and a message without a stack trace", () => {
    const { status, stderr } = hardhat("circuits", "build", "prodct");
    expect(status).to.equal(1);
    expect(stderr)
      .to.include('did you mean "product"?')
      .and.not.match(/^\s+at /m);
  });

  it("info --json tells constraints, domain, key size, public signals and key kind", () => {
    const infos = JSON.parse(hardhat("circuits", "info", "--json").stdout) as CircuitInfo[];
    const product = infos.find(({ name }) => name === "product");
    expect(product?.manifest).to.deep.include({ domain: 3, keyKind: "development" });
    expect(product?.manifest?.keyBytes).to.be.greaterThan(1000);
    expect(product?.publicSignals).to.deep.equal(["product", "bystander"]);
    expect(product?.parts).to.deep.equal({ main: 2 });
  });

  it("check passes, and check --production fails with exit code 1 and the reason", () => {
    const plain = hardhat("circuits", "check", "--all");
    expect(plain.status, plain.stderr).to.equal(0);
    expect(plain.stdout).to.include("product: ok, development key");
    const production = hardhat("circuits", "check", "--production");
    expect(production.status).to.equal(1);
    expect(production.stdout).to.include("refused for production: it is a development key");
  });

  it("T16: check fails with exit code 1 and names the broken link", async () => {
    const file = "contracts/verifiers/ProductVerifier.sol";
    const kept = await project.read(file);
    await project.write(file, `${kept}\n`);
    const { status, stderr } = hardhat("circuits", "check");
    await project.write(file, kept);
    expect(status).to.equal(1);
    expect(stderr).to.include("product (broken link: verification key → verifier)");
  });

  it("import refuses a development key", () => {
    const zkey = "build/circuits/product/product.zkey";
    const { status, stderr } = hardhat("circuits", "import", "product", "--zkey", zkey);
    expect(status).to.equal(1);
    expect(stderr).to.include("circom.production");
  });

  it("a wrong config is refused before anything runs, with the entry's name", async () => {
    const kept = await project.read("hardhat.config.ts");
    const wrong = "circom: { compiler: { concurrency: 0 } } as never, plugins: [hardhatCircom]";
    await project.edit("hardhat.config.ts", "plugins: [hardhatCircom]", wrong);
    const { status, stderr } = hardhat("circuits", "info");
    await project.write("hardhat.config.ts", kept);
    expect(status).to.equal(1);
    expect(stderr).to.include("circom.compiler.concurrency").and.include("at least 1");
  });
});
