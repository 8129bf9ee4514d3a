// SPDX-License-Identifier: GPL-3.0-or-later
import { dirname } from "node:path/posix";
import type { Codes, Compiler } from "./compiler.ts";
import type { Project, Run } from "./project.ts";

/** They deploy every contract by its artifact, and so test what the artifacts hold. */
export const STATEFUL = [
  "contracts/claims/ClaimsPayout.t.sol",
  "contracts/libraries/Windows.t.sol",
  "contracts/libraries/WindowsTurns.t.sol",
  "contracts/ledger/HealthLedger.t.sol",
];

const NOTHING_RUN: Run = { passed: true, by: "", output: "" };

/** The stateful suites, or one of them, over contracts with these codes. */
export function runStateful(
  project: Project,
  codes: Codes,
  timeout: number,
  suites: readonly string[] = STATEFUL,
): Run {
  return project.withCodes(codes, () => project.test("solidity", suites, timeout));
}

/** The tests that have `file` compiled into them, with `source` in its place. */
export function runInlined(
  project: Project,
  compiler: Compiler,
  change: { readonly file: string; readonly source: string; readonly codes: Codes },
  timeout: number,
): Run {
  const tests = compiler.testCodesWith(change.file, change.source);
  if (tests === undefined) throw new Error(`The tests of ${change.file} do not compile with what it does.`);
  if (tests.size === 0) return NOTHING_RUN;
  const files = [...new Set([...tests.keys()].map((key) => dirname(key)))];
  return project.withCodes(new Map([...change.codes, ...tests]), () =>
    project.test("solidity", files, timeout),
  );
}
