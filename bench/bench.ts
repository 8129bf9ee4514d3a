// SPDX-License-Identifier: GPL-3.0-or-later
//
// `npm run bench`: what everything costs. See `npm run bench -- --help`.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exit } from "../scripts/exit.ts";
import { root } from "./circuits.ts";
import { measureConstraints } from "./constraints.ts";
import { environment } from "./environment.ts";
import { measureFiles } from "./files.ts";
import { measureOperations, repriced } from "./gas.ts";
import { measureGrowth } from "./growth.ts";
import { instancesTable } from "./instancesTable.ts";
import { measureKeys } from "./keys.ts";
import { measureLedger } from "./ledger.ts";
import { markdown } from "./markdown.ts";
import { type Options, type Part, parseOptions, USAGE, UsageError } from "./options.ts";
import { measurePage } from "./page.ts";
import { plotsOf } from "./plots.ts";
import { measureProving } from "./proving.ts";
import type { Measured, Report } from "./report.ts";
import { loadReport, reportProblems } from "./reportFile.ts";
import { measureServices } from "./services.ts";
import { targetsOf } from "./targets.ts";
import { measureTree } from "./tree.ts";
import { measureWorkers } from "./workers.ts";

const files = {
  report: join(root, "bench/report.json"),
  markdown: join(root, "bench/REPORT.md"),
  plots: join(root, "bench/plots"),
  instances: join(root, "docs/instances.md"),
};

/** Runs one part and gives the report with its figures in place of the last ones. */
async function run(part: Part, report: Report, { full, assumptions }: Options): Promise<Report> {
  const today = new Date().toISOString().slice(0, 10);
  const started = performance.now();
  const run = { full, today };
  const measured = (): Measured => ({
    measured: today,
    full,
    seconds: Math.round((performance.now() - started) / 1000),
    environment: environment(),
  });
  switch (part) {
    case "constraints": {
      const figures = await measureConstraints(report.constraints, run);
      return { ...report, constraints: { ...measured(), ...figures } };
    }
    case "proving": {
      const instances = report.constraints?.instances;
      if (instances === undefined)
        throw new UsageError("proving needs the part constraints, which has not run yet; name both.");
      const figures = await measureProving(report.proving, run, instances);
      return { ...report, proving: { ...measured(), ...figures } };
    }
    case "growth": {
      const figures = await measureGrowth(report.growth, run);
      return { ...report, growth: { ...measured(), ...figures } };
    }
    case "keys": {
      const figures = await measureKeys(report.keys, run);
      return { ...report, keys: { ...measured(), ...figures } };
    }
    case "gas": {
      const figures = await measureOperations(assumptions);
      return { ...report, gas: { ...measured(), ...figures } };
    }
    case "page": {
      const figures = await measurePage();
      return { ...report, page: { ...measured(), ...figures } };
    }
    case "files": {
      const figures = await measureFiles();
      return { ...report, files: { ...measured(), ...figures } };
    }
    case "tree": {
      const figures = await measureTree();
      return { ...report, tree: { ...measured(), ...figures } };
    }
    case "workers": {
      const figures = await measureWorkers();
      return figures === undefined ? report : { ...report, workers: { ...measured(), ...figures } };
    }
    case "services": {
      const figures = await measureServices(report.services, run);
      return { ...report, services: { ...measured(), ...figures } };
    }
    case "ledger": {
      let whole = report;
      await measureLedger(report.ledger, run, (figures) => {
        whole = write({ ...report, ledger: { ...measured(), ...figures } });
      });
      return whole;
    }
  }
}

/** After each part, so that an interrupted run loses one part at most. */
function write(report: Report): Report {
  const whole: Report = { ...report, targets: targetsOf(report) };
  const [problem] = reportProblems(whole);
  if (problem !== undefined)
    throw new Error(`the report is not as bench/report.schema.json says: ${problem}; correct one of them`);
  writeFileSync(files.report, `${JSON.stringify(whole, null, 2)}\n`);
  const plots = plotsOf(whole);
  mkdirSync(files.plots, { recursive: true });
  for (const name of readdirSync(files.plots)) if (!plots.has(name)) rmSync(join(files.plots, name));
  for (const [name, svg] of plots) writeFileSync(join(files.plots, name), svg);
  writeFileSync(files.markdown, markdown(whole, new Set(plots.keys())));
  writeFileSync(files.instances, instancesTable(whole));
  return whole;
}

/** Contracts that transactions of a part are sent to, and the default group's circuits for what it proves. */
function prepare(parts: readonly Part[]): void {
  const claims = parts.some((part) => part === "gas" || part === "growth" || part === "page");
  if (!claims && !parts.includes("ledger")) return;
  for (const args of claims ? [["circuits", "build"], ["build"]] : [["build"]]) {
    const { status } = spawnSync("hardhat", args, {
      cwd: root,
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32",
    });
    if (status !== 0) throw new Error(`hardhat ${args.join(" ")} failed; see above`);
  }
}

async function main(options: Options): Promise<void> {
  // Hardhat takes its project from the working folder.
  process.chdir(root);
  let report = loadReport(files.report);
  prepare(options.parts);
  for (const part of options.parts) {
    console.error(part);
    report = write(await run(part, report, options));
  }
  if (options.repriced && report.gas !== undefined && !options.parts.includes("gas"))
    report = write({ ...report, gas: repriced(report.gas, options.assumptions) });
  // Written to the end before the process is ended below, whatever reads it.
  if (options.json)
    await new Promise((done) => process.stdout.write(`${JSON.stringify(report, null, 2)}\n`, done));
  else {
    for (const { target, wanted, value, met } of report.targets)
      console.log(
        `${met === null ? "not run" : met ? "met    " : "MISSED "}  ${target}: ${value ?? "-"} (${wanted})`,
      );
    console.log("bench/report.json, bench/REPORT.md, bench/plots/ and docs/instances.md written.");
  }
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else await main(options);
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : (error as Error).message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
// Hardhat's in-process chains and snarkjs's threads would keep the process alive.
await exit(Number(process.exitCode ?? 0));
