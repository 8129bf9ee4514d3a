// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Codes } from "./compiler.ts";

export interface Run {
  readonly passed: boolean;
  /** The first test that failed, or what else ended the run. */
  readonly by: string;
  /** What the runner printed. */
  readonly output: string;
}

/** A throw-away copy of what the contract tests need, so that no mutant is ever in the working tree. */
export interface Project {
  readonly folder: string;
  readonly build: () => void;
  /** Without compiling: what is tested is what the artifacts hold. */
  readonly test: (suite: "mocha" | "solidity", files: readonly string[], timeout: number) => Run;
  /** Runs `action` while the artifacts hold these codes. */
  readonly withCodes: <T>(codes: Codes, action: () => T) => T;
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

/** How titles of tests end that measure what only the optimizer makes true. */
const AS_BUILT = " \\(as built\\)$";

/**
 * The copy's hardhat.config.ts. Without the optimizer a contract compiles in a fifth of the time, and what a mutant does
 * is the same. Its code is larger than EIP-170 allows, and needs more gas than some tests allow: these are left out.
 */
const CONFIG = `import own from "./own.config.ts";
const [{ version, path, settings }] = own.solidity.profiles.default.compilers;
const compilers = [{ version, path, settings: { ...settings, optimizer: { enabled: false } } }];
export default {
  ...own,
  solidity: { profiles: { default: { compilers }, production: { compilers } } },
  networks: { ...own.networks, default: { type: "edr-simulated", allowUnlimitedContractSize: true } },
  test: { ...own.test, mocha: { ...own.test.mocha, grep: ${JSON.stringify(AS_BUILT)}, invert: true } },
};
`;

/** Too large to copy, and only read. */
const LINKED = ["node_modules", "build"];

function hardhat(folder: string, args: readonly string[], timeout: number) {
  const cli = realpathSync(join(folder, "node_modules/.bin/hardhat"));
  return spawnSync(process.execPath, [cli, ...args], {
    cwd: folder,
    encoding: "utf8",
    timeout,
    killSignal: "SIGKILL",
    maxBuffer: 1 << 28,
    env: { ...process.env, FORCE_COLOR: "0" },
  });
}

/** `hardhat build`. */
export function build(folder: string): void {
  const { status, stdout, stderr } = hardhat(folder, ["build"], 600_000);
  if (status !== 0) throw new Error(`hardhat build failed in ${folder}:\n${stdout}${stderr}`);
}

export function copyProject(root: string): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "vitalproof-mutants-")));
  for (const path of ownFiles(root)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(join(root, path), join(folder, path));
  }
  renameSync(join(folder, "hardhat.config.ts"), join(folder, "own.config.ts"));
  writeFileSync(join(folder, "hardhat.config.ts"), CONFIG);
  for (const path of LINKED)
    if (existsSync(join(root, path))) symlinkSync(join(root, path), join(folder, path));
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
    build: () => build(folder),
    test(suite, files, timeout) {
      const bail = suite === "mocha" ? ["--bail"] : [];
      const args = ["test", suite, "--no-compile", ...bail, ...files];
      const { status, signal, stdout, stderr } = hardhat(folder, args, timeout);
      if (status === 0) {
        // A run that tested nothing must not count as a survivor, nor as a passed control.
        if (!/[1-9]\d* passing/.test(stdout))
          throw new Error(`hardhat test ${suite} ran no test:\n${stdout}`);
        return { passed: true, by: "", output: stdout };
      }
      if (signal !== null) return { passed: false, by: "timeout", output: stdout };
      const [, failure] = stdout.split(/\d+ failing/);
      const lines = failure?.split("\n").map((line) => line.trim()) ?? [];
      const title = lines.filter((line) => line !== "").slice(0, 3);
      if (title.length > 0) return { passed: false, by: title.join(" ").slice(0, 160), output: stdout };
      // Mocha stops at once where a refusal reaches a promise that a test awaits later.
      const unhandled = /Unhandled promise rejection:\s+(.*)/.exec(stdout + stderr)?.[1];
      if (unhandled !== undefined) return { passed: false, by: unhandled.slice(0, 160), output: stdout };
      throw new Error(`hardhat test ${suite} ended without a failing test:\n${stdout}${stderr}`);
    },
    withCodes(codes, action) {
      const [next, ...rest] = codes;
      if (next === undefined) return action();
      const [key, { creation, runtime }] = next;
      const file = join(folder, `artifacts/${key}.json`);
      const artifact = {
        ...JSON.parse(readFileSync(file, "utf8")),
        bytecode: creation,
        deployedBytecode: runtime,
      };
      return swapped(file, JSON.stringify(artifact), () => this.withCodes(new Map(rest), action));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
