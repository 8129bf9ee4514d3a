// SPDX-License-Identifier: GPL-3.0-or-later
//
// Other people's tools over the contracts. None of them is a dependency: docs/audit/tools.md says how to install them, and
// what came out.
//
//   node scripts/auditTools.ts slither     static analysis; exit code 1 for a finding that is not in scripts/audit/triage.json
//   node scripts/auditTools.ts halmos      the properties of scripts/audit/Properties.t.sol, for all inputs
//   node scripts/auditTools.ts coverage    branches that the Solidity tests take
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newFindings, type SlitherResult, type Triage } from "./audit/triage.ts";

const root = join(import.meta.dirname, "..");

/** As hardhat.config.ts compiles, but for the IR, which none of these needs. */
const foundry = ({ sources, tests }: Tool) => `[profile.default]
src = "${sources}"
test = "${tests}"
script = "none"
libs = ["node_modules"]
remappings = ["@openzeppelin/=node_modules/@openzeppelin/"]
solc = "./solc.cjs"
evm_version = "cancun"
optimizer = true
optimizer_runs = 200
[fuzz]
runs = 256
seed = "0x7669746170726f6f66"
[invariant]
runs = 32
depth = 64
fail_on_revert = true
`;

/** forge wants a compiler to run; the one that is installed is a library. */
const SOLC = `#!/usr/bin/env node
const solc = require("solc");
const version = solc.version().replace(".Emscripten.clang", ".Linux.g++");
if (process.argv.includes("--version")) console.log("solc, the solidity compiler commandline interface\\nVersion: " + version);
else process.stdout.write(solc.compile(require("node:fs").readFileSync(0, "utf8")));
`;

interface Tool {
  /** What forge compiles, with all that it imports. */
  readonly sources: "contracts" | "properties";
  /** Where forge takes tests to be; slither leaves that folder out. */
  readonly tests: "contracts" | "properties" | "none";
  /** Files that are left out. */
  readonly without: RegExp;
  readonly run: (folder: string) => number;
}

/** A Foundry project of the contracts as they are. */
function foundryProject(tool: Tool): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "vitalproof-audit-")));
  cpSync(join(root, "contracts"), join(folder, "contracts"), {
    recursive: true,
    filter: (path) => !tool.without.test(path),
  });
  mkdirSync(join(folder, "properties"));
  cpSync(join(root, "scripts/audit/Properties.t.sol"), join(folder, "properties/Properties.t.sol"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "foundry.toml"), foundry(tool));
  writeFileSync(join(folder, "solc.cjs"), SOLC, { mode: 0o755 });
  return folder;
}

function run(folder: string, command: string, args: readonly string[]): number {
  const { status, error } = spawnSync(command, args, { cwd: folder, stdio: "inherit" });
  if (error !== undefined)
    throw new Error(
      `${command} did not start (${error.message}). docs/audit/tools.md says how to install it.`,
    );
  return status ?? 1;
}

function slither(folder: string): number {
  run(folder, "slither", [
    ".",
    "--filter-paths",
    "node_modules",
    "--json",
    "slither.json",
    "--exclude-informational",
  ]);
  const result = JSON.parse(readFileSync(join(folder, "slither.json"), "utf8")) as SlitherResult;
  const triage = JSON.parse(readFileSync(join(root, "scripts/audit/triage.json"), "utf8")) as Triage;
  const { found, unsorted, gone } = newFindings(result, triage);
  for (const finding of gone) console.log(`gone: ${finding}; remove it from scripts/audit/triage.json`);
  for (const finding of unsorted) console.log(`not sorted: ${finding}`);
  console.log(`${found} findings, ${unsorted.length} not sorted`);
  return unsorted.length === 0 ? 0 : 1;
}

function halmos(folder: string): number {
  return run(folder, "halmos", [
    "--contract",
    "Properties",
    "--loop",
    "4",
    "--solver-timeout-assertion",
    "0",
    // Otherwise a way that nothing takes counts as one when the solver is slow, and the loop as not explored.
    "--solver-timeout-branching",
    "0",
  ]);
}

function coverage(folder: string): number {
  // Without the optimizer the contracts need the IR.
  return run(folder, "forge", [
    "coverage",
    "--ir-minimum",
    "--report",
    "summary",
    "--no-match-coverage",
    "mocks|verifiers|node_modules",
  ]);
}

const NOTHING = /$^/;
const tools: Readonly<Record<string, Tool>> = {
  slither: {
    sources: "contracts",
    tests: "none",
    without: /\.t\.sol$|contracts\/(mocks|verifiers)/,
    run: slither,
  },
  halmos: { sources: "properties", tests: "properties", without: NOTHING, run: halmos },
  coverage: { sources: "contracts", tests: "contracts", without: NOTHING, run: coverage },
};
const tool = tools[process.argv[2] ?? ""];
if (tool === undefined) {
  console.error(`node scripts/auditTools.ts ${Object.keys(tools).join("|")}`);
  process.exit(2);
}
const folder = foundryProject(tool);
try {
  process.exitCode = tool.run(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
