// SPDX-License-Identifier: GPL-3.0-or-later
//
// `npm test`: builds what the chosen suites use, runs them, two at a time and the browser's next to them, and counts. A
// suite begins as soon as what it needs is built. LONG=1 adds the heavy circuits and the long fuzz runs.
//
//   npm test                    everything
//   npm test -- circuits e2e    only these suites
//
// Single files: scripts/testFile.ts.
import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";
import { exit } from "./exit.ts";
import { commandOf, ENVIRONMENT, type Need, preparationOf, root, SUITES, type Suite } from "./suites.ts";
import { type Job, runInLanes } from "./test/lanes.ts";
import { type Outcome, outcomeOf, retold } from "./test/outcome.ts";

const LANES = 2;
const long = process.env.LONG === "1";

const chosen = process.argv.slice(2);
for (const name of chosen) {
  if (!SUITES.some((suite) => suite.name === name)) {
    console.error(`There is no suite "${name}". Suites: ${SUITES.map((suite) => suite.name).join(", ")}.`);
    process.exit(2);
  }
}

interface Result {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

function run(command: readonly string[]): Promise<Result> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command[0]!, command.slice(1), {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
      env: { ...ENVIRONMENT, FORCE_COLOR: "0" },
    });
    let output = "";
    const take = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error) => resolve({ code: 127, output: `${output}\n${error.message}`, seconds: 0 }));
    child.on("close", (code) =>
      resolve({ code: code ?? 1, output, seconds: (performance.now() - started) / 1000 }),
    );
  });
}

const suites = SUITES.filter((suite) => chosen.length === 0 || chosen.includes(suite.name));
const steps = preparationOf(new Set(suites.flatMap(({ needs }) => needs)), long);
const outcomes = new Map<string, Outcome>();
const summary: string[] = [];

/** What a step prints is shown when it ends: another may run at the same time. */
async function prepare(name: string, command: readonly string[]): Promise<boolean> {
  console.log(`> ${command.join(" ")}`);
  const { code, output, seconds } = await run(command);
  if (output.trim() !== "") console.log(`\n===== ${command.join(" ")} =====\n${output.trimEnd()}\n`);
  if (code !== 0) outcomes.set(name, outcomeOf(output, code));
  summary.push(`${name} in ${seconds.toFixed(0)} s`);
  return code === 0;
}

async function test(suite: Suite): Promise<boolean> {
  console.log(`> suite ${suite.name} …`);
  const { code, output, seconds } = await run([
    ...commandOf(suite),
    ...(long && suite.runner === "mocha" ? ["--timeout", "3600000"] : []),
  ]);
  const outcome = outcomeOf(output, code);
  outcomes.set(suite.name, outcome);
  console.log(`\n===== ${suite.name} =====\n${output.trimEnd()}\n`);
  summary.push(
    `${suite.name}: ${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped} skipped in ${seconds.toFixed(0)} s`,
  );
  return true;
}

const GENERATED = "generated files";
const built = (need: Need) => `built ${need}`;
const jobs: Job[] = [
  {
    name: GENERATED,
    after: [],
    run: () => prepare(GENERATED, ["node", "scripts/generate.ts", "--check"]),
  },
  ...steps.map(({ need, after, command }) => ({
    name: built(need),
    after: [GENERATED, ...after.map(built)],
    run: () => prepare(built(need), command),
  })),
  ...suites.map((suite) => ({
    name: suite.name,
    after: [GENERATED, ...suite.needs.map(built)],
    light: suite.light === true,
    run: () => test(suite),
  })),
];

const started = performance.now();
for (const [name, cause] of await runInLanes(jobs, LANES))
  summary.push(`${name}: not run, for want of ${cause}`);
// A log that was cut to its end still shows what failed.
const failures = retold(outcomes);
if (failures !== "") console.log(failures);
console.log(summary.sort().join("\n"));
console.log(`Total time ${((performance.now() - started) / 1000).toFixed(0)} s`);
const sum = (part: "passed" | "failed" | "skipped") =>
  [...outcomes.values()].reduce((total, outcome) => total + outcome[part], 0);
const [passed, failed, skipped] = [sum("passed"), sum("failed"), sum("skipped")];
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
await exit(failed > 0 ? 1 : 0);
