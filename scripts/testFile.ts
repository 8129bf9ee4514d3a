// SPDX-License-Identifier: GPL-3.0-or-later
//
// Runs single test files at once, on what is built already:
//
//   npm run test:file -- packages/sdk/test/log.test.ts [FILE …] [-g TITLE]
//   npm run test:watch -- packages/sdk/test/log.test.ts    again after every change to a source
//
// It builds nothing. After a change to a circuit or a contract, `npm test -- SUITE` builds what a suite needs.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, watch } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { commandOf, ENVIRONMENT, root, SUITES, suiteOf } from "./suites.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { watch: { type: "boolean", default: false }, grep: { type: "string", short: "g" } },
});

function fail(message: string, hint: string): never {
  console.error(`${message}\n${hint}`);
  process.exit(2);
}

const files = positionals.map((file) => relative(root, resolve(file)));
if (files.length === 0) {
  fail("No test file is named.", "Example: npm run test:file -- packages/sdk/test/log.test.ts");
}
for (const file of files) {
  if (!existsSync(join(root, file)))
    fail(`${file} does not exist.`, "Name the file from the repository's root.");
}
const suites = [...new Set(files.map(suiteOf))];
const suite = suites[0];
if (suites.length !== 1 || suite === undefined) {
  const known = SUITES.map(({ name, files: pattern }) => `  ${name}: ${pattern}`).join("\n");
  fail("These files are not all of one suite.", `The suites are:\n${known}`);
}
const command = [...commandOf(suite, files), ...(values.grep === undefined ? [] : ["--grep", values.grep])];

function run(): ChildProcess {
  return spawn(command[0]!, command.slice(1), {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
    env: ENVIRONMENT,
  });
}

let child = run();
if (!values.watch) {
  child.on("close", (code) => process.exit(code ?? 1));
} else {
  const sources = ["packages", "apps", "scripts", "simulation", "ignition", "test", "bench"];
  let timer: NodeJS.Timeout | undefined;
  for (const folder of sources) {
    watch(join(root, folder), { recursive: true }, (_, name) => {
      if (name === null || !/\.(ts|tsx|json)$/.test(name) || /node_modules|dist\//.test(name)) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        child.kill();
        console.log(`\n> ${folder}/${name} changed`);
        child = run();
      }, 150);
    });
  }
}
