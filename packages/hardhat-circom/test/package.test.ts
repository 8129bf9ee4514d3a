// SPDX-License-Identifier: GPL-3.0-or-later
import { execFileSync, spawnSync } from "node:child_process";
import { cp, readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { createProject, removeProjects } from "./helpers.ts";

const require = createRequire(import.meta.url);
const HERE = join(import.meta.dirname, "..");
const HARDHAT = join(dirname(require.resolve("hardhat/package.json")), "dist/src/cli.js");
const TSC = require.resolve("typescript/bin/tsc");

describe("the published package", () => {
  before(() => {
    execFileSync(process.execPath, [TSC, "-p", "tsconfig.build.json"], { cwd: HERE, stdio: "inherit" });
    execFileSync(process.execPath, ["scripts/packageDist.ts"], { cwd: HERE, stdio: "inherit" });
  });
  after(removeProjects);

  it("contains no import of a TypeScript file", async () => {
    const entries = await readdir(join(HERE, "dist"), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && /\.(js|d\.ts)$/.test(entry.name));
    expect(files.length).to.be.greaterThan(40);
    for (const entry of files) {
      const text = await readFile(join(entry.parentPath, entry.name), "utf8");
      expect(text, entry.name).not.to.match(/(from|import)\s*\(?\s*"\.[^"]*\.ts"/);
    }
  });

  it("works from node_modules, where Node runs no TypeScript, and types the Hardhat config", async () => {
    const project = await createProject();
    await cp(join(HERE, "dist"), project.path("node_modules/@vitalproof/hardhat-circom"), {
      recursive: true,
    });
    const run = (...args: string[]) =>
      spawnSync(process.execPath, args, { cwd: project.root, encoding: "utf8" });
    const build = run(HARDHAT, "circuits", "build");
    expect(build.status, build.stderr).to.equal(0);
    const check = run(HARDHAT, "circuits", "check");
    expect(check.status, check.stderr).to.equal(0);

    const flags = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2023"];
    const config = await project.read("hardhat.config.ts");
    await project.write("wrong.config.ts", config.replace("plugins:", "circom: { outs: 7 }, plugins:"));
    const { stdout } = run(TSC, ...flags, "--types", "node", "hardhat.config.ts", "wrong.config.ts");
    const errors = stdout.split("\n").filter((line) => line.includes("error TS"));
    expect(errors, stdout).to.have.length(1);
    expect(errors[0]).to.match(/^wrong\.config\.ts/);
    expect(stdout).to.include("'outs' does not exist in type 'CircomUserConfig'");
  });
});
