// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Code, fileOf } from "./compiler.ts";

/** Copied, since runs write into these or read what is next to them. All else is linked. */
const copied = [
  "contracts",
  "test/contracts",
  "test/support",
  "scripts",
  "ignition",
  "hardhat.config.ts",
  "package.json",
];

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
  readonly withCodes: <T>(codes: Map<string, Code>, action: () => T) => T;
  /** Runs `action` while `file` holds `source`. */
  readonly withSource: <T>(file: string, source: string, action: () => T) => T;
  readonly remove: () => void;
}

/** Every other entry of the repository, so that no list has to follow what the tests import. */
function linked(root: string): string[] {
  const { stdout } = spawnSync("git", ["ls-tree", "--name-only", "HEAD"], { cwd: root, encoding: "utf8" });
  const tracked = stdout.split("\n").filter((path) => path !== "");
  const own = new Set(copied.map((path) => path.split("/")[0]!));
  return ["node_modules", ...tracked.filter((path) => !own.has(path))];
}

export function copyProject(root: string): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "vitalproof-mutants-")));
  for (const path of copied) cpSync(join(root, path), join(folder, path), { recursive: true });
  for (const path of linked(root)) symlinkSync(join(root, path), join(folder, path));
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
      const file = join(folder, `artifacts/${fileOf(contract)}/${contract}.json`);
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
