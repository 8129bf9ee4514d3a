// SPDX-License-Identifier: GPL-3.0-or-later
//
// The vault's lock between real processes.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { lockVault } from "../src/vaultLock.ts";

const MODULE = new URL("../src/vaultLock.ts", import.meta.url).href;
const LINUX = process.platform === "linux";

describe("the vault's lock", function () {
  this.timeout(60_000);
  let folder: string;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "vitalproof-lock-"));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  /** A process that takes the lock, says so, and keeps it until it is killed. */
  async function holder(command = process.execPath, before: string[] = []): Promise<ChildProcess> {
    const program = `const { lockVault } = await import(${JSON.stringify(MODULE)});
      await lockVault(${JSON.stringify(folder)}); console.log("held"); setInterval(() => {}, 1000);`;
    const argv = [...before, "--input-type=module", "-e", program];
    const child = spawn(command, argv, { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    const [said] = (await once(child.stdout!, "data")) as [Buffer];
    expect(String(said)).to.contain("held");
    return child;
  }

  const refusal = async (): Promise<VitalproofError> => {
    try {
      await (await lockVault(folder))!.release();
    } catch (error) {
      if (error instanceof VitalproofError) return error;
      throw error;
    }
    throw new Error("the lock was given");
  };

  it("is held by one process, named with host and time and a way out, and given up with it", async () => {
    const child = await holder();
    const error = await refusal();
    expect(error).to.include({ code: "VAULT_IN_USE" });
    expect(error.details).to.include({ pid: child.pid, host: hostname() });
    expect(error.hint).to.contain(join(folder, "lock"));
    child.kill("SIGKILL");
    await once(child, "exit");
    const lock = await lockVault(folder);
    expect(await readdir(join(folder, "lock"))).to.have.length(1);
    await lock!.release();
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it("of many that begin at once exactly one gets it, also over the lock of a dead process", async () => {
    const first = await holder();
    first.kill("SIGKILL");
    await once(first, "exit");
    const program = `const { lockVault } = await import(${JSON.stringify(MODULE)});
      try { await lockVault(${JSON.stringify(folder)}); console.log("held"); setTimeout(() => {}, 4000); }
      catch (error) { console.log(error.code); }`;
    const said = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const child = spawn(process.execPath, ["--input-type=module", "-e", program]);
        children.push(child);
        const [text] = (await once(child.stdout, "data")) as [Buffer];
        return String(text).trim();
      }),
    );
    expect(said.sort()).to.deep.equal([...Array<string>(5).fill("VAULT_IN_USE"), "held"]);
  });

  /** A lock as another process would have left it. */
  async function left(holding: Record<string, unknown>, age = 0): Promise<void> {
    await mkdir(join(folder, "lock"), { recursive: true });
    const file = join(folder, "lock", "other.json");
    await writeFile(file, JSON.stringify({ since: "2026-01-01T00:00:00.000Z", ...holding }));
    const at = new Date(Date.now() - age);
    await utimes(file, at, at);
  }

  const own = async (): Promise<Record<string, unknown>> => {
    const lock = await lockVault(folder);
    const [file] = await readdir(join(folder, "lock"));
    const holding = JSON.parse(await readFile(join(folder, "lock", file!), "utf8")) as Record<
      string,
      unknown
    >;
    await lock!.release();
    return holding;
  };

  it("a process number that another process has by now holds nothing", async function () {
    if (!LINUX) this.skip();
    const holding = await own();
    await left(holding);
    expect((await refusal()).code).to.equal("VAULT_IN_USE");
    await left({ ...holding, began: "1" });
    await (await lockVault(folder))!.release();
    // After a restart of the computer the numbers begin anew.
    await left({ ...holding, boot: "00000000-0000-0000-0000-000000000000" });
    await (await lockVault(folder))!.release();
  });

  it("one that cannot be seen is believed while it gives signs of life, and for a minute after", async () => {
    const holding = await own();
    for (const elsewhere of [
      { ...holding, host: "another-computer", boot: "another" },
      { ...holding, namespace: "pid:[1]", began: "1" },
    ]) {
      await left(elsewhere, 30_000);
      expect((await refusal()).code).to.equal("VAULT_IN_USE");
      await left(elsewhere, 61_000);
      await (await lockVault(folder))!.release();
    }
  });

  it("process 1 of a container that was killed and started again does not wait for itself", async function () {
    const unshare = ["--pid", "--fork", "--mount-proc", "--kill-child"];
    try {
      execFileSync("unshare", [...unshare, "true"], { stdio: "ignore" });
    } catch {
      // Making a container takes rights that not every test has.
      this.skip();
    }
    const first = await holder("unshare", [...unshare, process.execPath]);
    const [file] = await readdir(join(folder, "lock"));
    const path = join(folder, "lock", file!);
    const held = JSON.parse(await readFile(path, "utf8")) as { pid: number };
    expect(held.pid).to.equal(1);
    first.kill("SIGKILL");
    await once(first, "exit");
    // A minute later; the container has the same host name and its first process the number 1 again.
    const late = new Date(Date.now() - 61_000);
    await utimes(path, late, late);
    const second = await holder("unshare", [...unshare, process.execPath]);
    expect(existsSync(path)).to.equal(false);
    second.kill("SIGKILL");
    await once(second, "exit");
  });

  it("a lock of version 1, a file with a number, is respected and cleared", async () => {
    await writeFile(join(folder, "lock"), String(process.pid));
    expect((await refusal()).message).to.contain(`Process ${process.pid}`);
    await writeFile(join(folder, "lock"), "999999999");
    await (await lockVault(folder))!.release();
    await writeFile(join(folder, "lock"), "");
    await (await lockVault(folder))!.release();
    expect(await readdir(folder)).to.deep.equal([]);
  });
});
