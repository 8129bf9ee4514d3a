// SPDX-License-Identifier: GPL-3.0-or-later
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { artifactsOf, keysFolder, verificationKeyOf } from "../src/artifacts.ts";
import { codeOf, ioOf, ROOT, vitalproof } from "./support.ts";

const exec = promisify(execFile);
const LONG = process.env.LONG === "1";

describe("the package", function () {
  this.timeout(600_000);

  it(`is packed, installed and run in an empty folder, with ${LONG ? "all packages" : "those it needs"} (LONG=1: all)`, async () => {
    const args = [join(ROOT, "scripts/packCheck.ts"), ...(LONG ? [] : ["--command", "--no-check"])];
    const { stdout } = await exec(process.execPath, args, { cwd: ROOT });
    expect(stdout).to.match(/^vitalproof-cli-\d.*: \d+ files, \d+ kB$/m);
    expect(stdout).to.contain(
      `Node ${process.versions.node}: version, questions, check and identity new work\n`,
    );
    expect(stdout).to.contain(`Node ${process.versions.node}: deploy works from a clone\n`);
    if (LONG) expect(stdout).to.contain("Consumer: types and imports of every entry work\n");
  });

  it("is not packed from its sources", async () => {
    const { code, stderr } = await exec("npm", ["pack", "--dry-run"], {
      cwd: join(ROOT, "packages/cli"),
    }).then(
      () => ({ code: 0, stderr: "" }),
      (error: { code: number; stderr: string }) => error,
    );
    expect(code).to.not.equal(0);
    expect(stderr).to.contain("npm pack ./packages/cli/dist");
  });
});

describe("circuits and keys outside the repository", function () {
  this.timeout(60_000);
  let root: string;
  before(async () => {
    // The package's copy: small files alone.
    root = await mkdtemp(join(tmpdir(), "vitalproof-assets-"));
    await exec("cp", ["-R", "--parents", "circuits/artifacts", root], { cwd: ROOT });
  });
  after(() => rm(root, { recursive: true }));
  const installed = () => ioOf({ cwd: root, root, installed: true });

  it("a proving key that is not there is named, with how to get it", async () => {
    const error = await artifactsOf(installed(), {})
      .load("glucose-day")
      .then(
        () => undefined,
        (thrown: { code: string; message: string; hint: string }) => thrown,
      );
    expect(error?.code).to.equal("ARTIFACT_MISSING");
    expect(error?.message).to.contain("glucose-day");
    expect(error?.hint).to.contain("--artifacts");
  });

  it("a folder of large files is used with the package's manifests and keys", async () => {
    const options = { artifacts: join(ROOT, "build/circuits") };
    const loaded = await artifactsOf(installed(), options).load("enrolment");
    expect(loaded.zkey).to.equal(join(ROOT, "build/circuits/enrolment/enrolment.zkey"));
    const { sha256 } = await verificationKeyOf(installed(), options, "enrolment");
    const manifest = JSON.parse(
      await readFile(join(root, "circuits/artifacts/enrolment/manifest.json"), "utf8"),
    ) as { sha256: { verificationKey: string } };
    expect(sha256).to.equal(manifest.sha256.verificationKey);
  });

  it("a server gives large files, and its files must be those of the package's manifest", async () => {
    const asked: string[] = [];
    const server = createServer(async (request, response) => {
      asked.push(request.url!);
      const [, circuit, file] = /^\/files\/([\w-]+)\/([\w.-]+)$/.exec(request.url!)!;
      const folder = file === "verification_key.json" ? "circuits/artifacts" : "build/circuits";
      const bytes = await readFile(join(ROOT, folder, circuit!, file!));
      if (lying && file!.endsWith(".wasm")) bytes[100]! ^= 1;
      response.end(bytes);
    });
    let lying = false;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const options = { artifacts: `http://127.0.0.1:${port}/files/` };
      const loaded = await artifactsOf(installed(), options).load("enrolment");
      expect(loaded.zkey).to.be.instanceOf(Uint8Array);
      expect(asked.some((url) => url.endsWith("manifest.json"))).to.equal(false);
      expect(keysFolder(installed(), options)).to.equal(join(root, "circuits/artifacts"));
      lying = true;
      const code = await artifactsOf(installed(), options)
        .load("enrolment")
        .then(
          () => undefined,
          (thrown: { code: string }) => thrown.code,
        );
      expect(code).to.equal("ARTIFACT_MISMATCH");
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

describe("deploy where the command is installed", function () {
  this.timeout(60_000);
  let cwd: string;
  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), "vitalproof-clone-"));
  });
  after(() => rm(cwd, { recursive: true }));

  async function refusal(...args: string[]): Promise<{ code: string | undefined; err: string }> {
    const world = { cwd, root: cwd, installed: true };
    const ran = await vitalproof(world, "--json", "deploy", "--dev-account", "0", ...args);
    expect(ran.out).to.equal("");
    return { code: codeOf(ran), err: ran.err };
  }
  async function file(path: string, content: object): Promise<void> {
    await mkdir(dirname(join(cwd, path)), { recursive: true });
    await writeFile(join(cwd, path), JSON.stringify(content));
  }

  it("a clone must be named: no folder's code gets the deployer's key unasked", async () => {
    const { code, err } = await refusal();
    expect(code).to.equal("NOT_ALLOWED");
    expect(err).to.contain("--clone");
  });

  it("the folder must be a clone, with its packages, of the command's version", async () => {
    expect(await refusal("--clone", "nowhere")).to.have.property("code", "FILE_UNREADABLE");
    await file("clone/scripts/deploy.ts", {});
    await file("clone/packages/cli/package.json", { version: "0.0.1" });
    const bare = await refusal("--clone", "clone");
    expect(bare.code).to.equal("FILE_UNREADABLE");
    expect(bare.err).to.contain("npm install");
    await file("clone/node_modules/hardhat/package.json", {});
    const old = await refusal("--clone", "clone");
    expect(old.code).to.equal("NOT_ALLOWED");
    expect(old.err).to.contain("0.0.1");
  });
});
