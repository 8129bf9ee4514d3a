// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every test suite: which files it has, what runs them, and what must be built before.
import { globSync } from "node:fs";
import { delimiter, join, matchesGlob } from "node:path";

export const root = join(import.meta.dirname, "..");

/** For the runners, also where npm did not start this script. */
export const ENVIRONMENT: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter),
  // Many tests start programs; compiled once, those begin twice as fast.
  NODE_COMPILE_CACHE: join(root, "cache/node"),
};

/** What is built before: circuits for tests alone are apart, since they take longer. */
export type Need = "circuits" | "testCircuits" | "alertCircuit" | "contracts" | "app";
type Runner = "mocha" | "hardhat" | "solidity";

export interface Suite {
  readonly name: string;
  /** Below the root. */
  readonly files: string;
  /** `hardhat` where the tests use Hardhat's network. */
  readonly runner: Runner;
  readonly needs: readonly Need[];
  /** Waits for a browser half of the time: it runs next to the two lanes. */
  readonly light?: boolean;
}

/** The longest first, so that both lanes of `npm test` end together. */
export const SUITES: readonly Suite[] = [
  { name: "circuits", files: "test/circuits/**/*.test.ts", runner: "mocha", needs: ["testCircuits"] },
  {
    name: "web",
    files: "test/web/**/*.test.ts",
    runner: "mocha",
    needs: ["circuits", "contracts", "app"],
    light: true,
  },
  { name: "e2e", files: "test/e2e/**/*.test.ts", runner: "hardhat", needs: ["testCircuits", "contracts"] },
  {
    name: "cli",
    files: "packages/cli/test/**/*.test.ts",
    runner: "mocha",
    needs: ["testCircuits", "contracts"],
  },
  { name: "hardhat-circom", files: "packages/hardhat-circom/test/**/*.test.ts", runner: "mocha", needs: [] },
  {
    name: "scripts",
    files: "test/scripts/**/*.test.ts",
    runner: "hardhat",
    needs: ["circuits", "contracts", "app"],
  },
  {
    name: "contracts",
    files: "test/contracts/**/*.test.ts",
    runner: "hardhat",
    needs: ["circuits", "contracts"],
  },
  {
    name: "sdk",
    files: "packages/sdk/test/**/*.test.ts",
    runner: "mocha",
    needs: ["testCircuits", "contracts"],
  },
  { name: "readers", files: "packages/readers/test/**/*.test.ts", runner: "mocha", needs: [] },
  { name: "solidity", files: "contracts/**/*.t.sol", runner: "solidity", needs: ["contracts"] },
  {
    name: "app",
    files: "apps/claims/test/**/*.test.ts",
    runner: "mocha",
    needs: ["circuits", "contracts", "app"],
  },
  // Near the end, though it is long: it measures what a second of the processor does, and less runs next to it there.
  {
    name: "services",
    files: "packages/services/test/**/*.test.ts",
    runner: "mocha",
    needs: ["circuits", "alertCircuit", "contracts"],
  },
  { name: "audit", files: "packages/audit/test/**/*.test.ts", runner: "mocha", needs: [] },
  { name: "bench", files: "test/bench/**/*.test.ts", runner: "mocha", needs: [] },
  { name: "house", files: "test/house/**/*.test.ts", runner: "mocha", needs: [] },
];

/** The files of a suite, in order. */
export function filesOf(suite: Suite): string[] {
  return globSync(suite.files, { cwd: root }).sort();
}

/** The suite that a test file belongs to. */
export function suiteOf(file: string): Suite | undefined {
  return SUITES.find(({ files }) => matchesGlob(file, files));
}

/** The command that runs some files of a suite; all of them when none is named. */
export function commandOf(suite: Suite, files: readonly string[] = []): string[] {
  switch (suite.runner) {
    case "mocha":
      return ["mocha", ...(files.length > 0 ? files : filesOf(suite))];
    case "hardhat":
      return ["hardhat", "test", "mocha", "--no-compile", ...(files.length > 0 ? files : filesOf(suite))];
    case "solidity":
      return ["hardhat", "test", "solidity", "--no-compile", ...files];
  }
}

/** One step of what is built before suites run. */
export interface Preparation {
  readonly command: readonly string[];
  /** What it is a part of. */
  readonly need: Need;
  /** Needs that must be there before. */
  readonly after: readonly Need[];
}

/** What builds the needs. Builds are cached by content, so a second run takes seconds. */
export function preparationOf(needs: ReadonlySet<Need>, long: boolean): Preparation[] {
  const all: Preparation[] = [
    // Builds the contracts, and compares the ABIs that the SDK has of them.
    {
      need: "contracts",
      after: ["circuits"],
      command: ["node", "scripts/generate.ts", "contracts", "--check"],
    },
    { need: "circuits", after: [], command: ["hardhat", "circuits", "build", ...(long ? ["--all"] : [])] },
    {
      need: "testCircuits",
      after: ["circuits"],
      command: ["hardhat", "circuits", "build", "--group", "test"],
    },
    // The one large circuit of an ordinary run: a gateway's alerts are proven with it.
    {
      need: "alertCircuit",
      after: ["circuits"],
      command: ["hardhat", "circuits", "build", "fall-window"],
    },
    { need: "app", after: ["contracts"], command: ["vite", "build", "--logLevel", "warn", "apps/claims"] },
  ];
  const wanted = new Set<Need>();
  const want = (need: Need) => {
    wanted.add(need);
    for (const step of all) if (step.need === need) step.after.forEach(want);
  };
  needs.forEach(want);
  return all.filter(({ need }) => wanted.has(need));
}
