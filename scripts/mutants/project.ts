// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Codes } from "./compiler.ts";
import { deployedContracts } from "./contracts.ts";

export interface Run {
  readonly passed: boolean;
  /** The first test that failed, or what else ended the run. */
  readonly by: string;
}

/** A throw-away copy of what the contract tests need, so that no mutant is ever in the working tree. */
export interface Project {
  readonly folder: string;
  readonly build: () => void;
  readonly test: (suite: "mocha" | "solidity", files: readonly string[], timeout: number) => Run;
  /** Runs `action` while the artifacts hold these codes. */
  readonly withCodes: <T>(codes: Codes, action: () => T) => T;
  /** Runs `action` while `file` holds `source`. */
  readonly withSource: <T>(file: string, source: string, action: () => T) => T;
  readonly remove: () => void;
}

/** Everything in the working tree that Git does not ignore, so that no list has to follow what the tests import. */
function ownFiles(root: string): string[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { status, stdout, stderr } = spawnSync("git", args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`git ls-files failed in ${root}: ${stderr}`);
  return stdout.split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
}

/** What builds leave: with it a build of the copy compiles only what has changed. Runs write into it. */
const BUILT = ["artifacts", "cache", "types"];
/** Too large to copy, and only read. */
const LINKED = ["node_modules", "build"];

export function copyProject(root: string): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "vitalproof-mutants-")));
  for (const path of ownFiles(root)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(join(root, path), join(folder, path));
  }
  for (const path of BUILT)
    if (existsSync(join(root, path))) cpSync(join(root, path), join(folder, path), { recursive: true });
  for (const path of LINKED)
    if (existsSync(join(root, path))) symlinkSync(join(root, path), join(folder, path));
  const deployed = deployedContracts(folder);
  const cli = realpathSync(join(root, "node_modules/.bin/hardhat"));

  function hardhat(args: readonly string[], timeout: number) {
    return spawnSync(process.execPath, [cli, ...args], {
      cwd: folder,
      encoding: "utf8",
      timeout,
      killSignal: "SIGKILL",
      maxBuffer: 1 << 28,
      env: { ...process.env, FORCE_COLOR: "0" },
    });
  }

  function swapped<T>(file: string, content: string, action: () => T): T {
    const original = readFileSync(file);
    writeFileSync(file, content);
    try {
      return action();
    } finally {
      writeFileSync(file, original);
    }
  }

  return {
    folder,
    build() {
      const { status, stdout, stderr } = hardhat(["build"], 600_000);
      if (status !== 0) throw new Error(`hardhat build failed in ${folder}:\n${stdout}${stderr}`);
    },
    test(suite, files, timeout) {
      // solc costs most of a mutant's time, so the Mocha runs get codes that are compiled already.
      const flags = suite === "mocha" ? ["--bail", "--no-compile"] : [];
      const { status, signal, stdout, stderr } = hardhat(["test", suite, ...flags, ...files], timeout);
      if (status === 0) {
        // A run that tested nothing must not count as a survivor, nor as a passed control.
        if (!/[1-9]\d* passing/.test(stdout))
          throw new Error(`hardhat test ${suite} ran no test:\n${stdout}`);
        return { passed: true, by: "" };
      }
      if (signal !== null) return { passed: false, by: "timeout" };
      const [, failure] = stdout.split(/\d+ failing/);
      const lines = failure?.split("\n").map((line) => line.trim()) ?? [];
      const title = lines.filter((line) => line !== "").slice(0, 3);
      if (title.length > 0) return { passed: false, by: title.join(" ").slice(0, 160) };
      throw new Error(`hardhat test ${suite} ended without a failing test:\n${stdout}${stderr}`);
    },
    withCodes(codes, action) {
      const [next, ...rest] = codes;
      if (next === undefined) return action();
      const [contract, { creation, runtime }] = next;
      const file = join(folder, `artifacts/${deployed.get(contract)!}/${contract}.json`);
      const artifact = {
        ...JSON.parse(readFileSync(file, "utf8")),
        bytecode: creation,
        deployedBytecode: runtime,
      };
      return swapped(file, JSON.stringify(artifact), () => this.withCodes(new Map(rest), action));
    },
    withSource: (file, source, action) => swapped(join(folder, file), source, action),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
