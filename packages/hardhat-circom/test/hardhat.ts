// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from "node:child_process";
import { HARDHAT } from "./helpers.ts";

/** The environment of a person at a terminal: on a CI server Hardhat adds stack traces to every error. */
const CI_VARIABLES = [
  "CI",
  "GITHUB_ACTIONS",
  "CONTINUOUS_INTEGRATION",
  "BUILD_NUMBER",
  "RUN_ID",
  "CODEBUILD_BUILD_NUMBER",
  "NOW",
  "DEPLOYMENT_ID",
];
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !CI_VARIABLES.includes(name)),
);

/** Runs Hardhat's command line in a project. */
export function hardhatIn(root: string, ...args: string[]) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [HARDHAT, ...args], {
    cwd: root,
    encoding: "utf8",
    env: environment,
  });
  return { status, stdout, stderr, seconds: (performance.now() - start) / 1000 };
}
