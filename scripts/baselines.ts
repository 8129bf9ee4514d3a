// SPDX-License-Identifier: GPL-3.0-or-later
//
// Constraints and gas against the committed baselines.
//
//   npm run baselines                 compare; exit 1 when something got worse
//   npm run baselines -- --update     write what is measured now
//   npm run baselines -- --json       the comparison for machines
//   npm run baselines -- gas          only gas (or: constraints)
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadSources } from "./generate/sources.ts";

const root = join(import.meta.dirname, "..");
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { update: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
});
for (const name of positionals) {
  if (name !== "gas" && name !== "constraints") {
    console.error(`There is no baseline "${name}"; there are constraints and gas.`);
    process.exit(2);
  }
}
const wants = (name: string) => positionals.length === 0 || positionals.includes(name);

/** Calldata holds random identities, and a zero byte is 12 gas cheaper than another: a little noise is no change. */
const GAS_TOLERANCE = 0.002;

type Measured = Record<string, number>;
interface Row {
  readonly name: string;
  readonly baseline: number | undefined;
  readonly now: number | undefined;
  readonly verdict: "same" | "better" | "worse" | "new" | "gone";
}

/** From the committed manifests, which `hardhat circuits check` holds against the sources. */
function constraints(): Measured {
  const measured: Measured = {};
  for (const { name } of loadSources(root).instances) {
    const manifest = JSON.parse(
      readFileSync(join(root, "circuits/artifacts", name, "manifest.json"), "utf8"),
    );
    measured[name] = manifest.constraints.nonLinear + manifest.constraints.linear;
  }
  return measured;
}

/** Median gas of every transaction of the gas scenario, deployments included. */
function gas(): Measured {
  const folder = mkdtempSync(join(tmpdir(), "vitalproof-gas-"));
  try {
    const file = join(folder, "gas.json");
    console.error("Measuring gas with real proofs (test/e2e/gas.test.ts); this takes about 20 seconds …");
    const { status, stdout } = spawnSync(
      "hardhat",
      ["test", "mocha", "--no-compile", "test/e2e/gas.test.ts", "--gas-stats-json", file],
      {
        cwd: root,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
        shell: process.platform === "win32",
      },
    );
    if (status !== 0) throw new Error(`the gas scenario failed:\n${stdout}`);
    const { contracts } = JSON.parse(readFileSync(file, "utf8")) as {
      contracts: Record<
        string,
        {
          contractName: string;
          deployment: { median: number } | null;
          functions: Record<string, { median: number }>;
        }
      >;
    };
    const measured: Measured = {};
    for (const { contractName, deployment, functions } of Object.values(contracts)) {
      const { abi } = JSON.parse(
        readFileSync(
          join(
            root,
            "artifacts",
            Object.keys(contracts)
              .find((key) => key.endsWith(`:${contractName}`))!
              .split(":")[0]!,
            `${contractName}.json`,
          ),
          "utf8",
        ),
      ) as { abi: { type: string; name?: string; stateMutability?: string }[] };
      if (deployment !== null) measured[`${contractName} deployment`] = deployment.median;
      for (const [name, { median }] of Object.entries(functions)) {
        const plain = name.replace(/\(.*$/, "");
        const fragment = abi.find((entry) => entry.type === "function" && entry.name === plain);
        if (fragment?.stateMutability === "nonpayable") measured[`${contractName}.${name}`] = median;
      }
    }
    return measured;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compare(baseline: Measured, now: Measured, tolerance: number): Row[] {
  const names = [...new Set([...Object.keys(baseline), ...Object.keys(now)])].sort();
  return names.map((name) => {
    const [before, after] = [baseline[name], now[name]];
    if (before === undefined) return { name, baseline: before, now: after, verdict: "new" };
    if (after === undefined) return { name, baseline: before, now: after, verdict: "gone" };
    const change = (after - before) / before;
    return {
      name,
      baseline: before,
      now: after,
      verdict: change > tolerance ? "worse" : change < -tolerance ? "better" : "same",
    };
  });
}

function read(file: string): Measured {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

const parts = [
  { name: "constraints", measure: constraints, tolerance: 0 },
  { name: "gas", measure: gas, tolerance: GAS_TOLERANCE },
].filter(({ name }) => wants(name));

let bad = 0;
const report: Record<string, Row[]> = {};
for (const { name, measure, tolerance } of parts) {
  const file = join(root, "bench/baselines", `${name}.json`);
  const now = measure();
  const rows = compare(read(file), now, tolerance);
  report[name] = rows;
  if (flags.update) {
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(Object.entries(now).sort()), null, 2)}\n`);
    console.error(`bench/baselines/${name}.json written.`);
    continue;
  }
  bad += rows.filter(({ verdict }) => verdict === "worse" || verdict === "gone" || verdict === "new").length;
  if (flags.json) continue;
  console.log(`\n${name}`);
  for (const { name: what, baseline, now: value, verdict } of rows) {
    const text = (n: number | undefined) => (n === undefined ? "-" : n.toLocaleString("en"));
    console.log(
      `  ${what.padEnd(44)} ${text(baseline).padStart(12)} ${text(value).padStart(12)}  ${verdict}`,
    );
  }
}
if (flags.json) console.log(JSON.stringify({ ok: bad === 0, ...report }, null, 2));
else if (!flags.update) {
  console.log(
    bad === 0
      ? "\nNothing got worse."
      : `\n${bad} figure(s) got worse or are not on record. If that is meant: npm run baselines -- --update, and say why in the commit.`,
  );
}
process.exit(flags.update || bad === 0 ? 0 : 1);
