// SPDX-License-Identifier: GPL-3.0-or-later
//
// Constraints and gas against the committed baselines.
//
//   npm run baselines                 compare; exit 1 when something got worse
//   npm run baselines -- --update     write what is measured now
//   npm run baselines -- --json       the comparison for machines
//   npm run baselines -- --markdown F writes the comparison to F as well, as the comment of a pull request
//   npm run baselines -- gas          only gas (or: constraints)
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type BaselineRow, compare, type Figures, isBad } from "./baselines/compare.ts";
import { measureGas } from "./baselines/gas.ts";
import { baselinesMarkdown } from "./baselines/markdown.ts";
import { exit } from "./exit.ts";
import { loadSources } from "./generate/sources.ts";

const root = join(import.meta.dirname, "..");
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    update: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    markdown: { type: "string" },
  },
});
for (const name of positionals) {
  if (name !== "gas" && name !== "constraints") {
    console.error(`There is no baseline "${name}"; there are constraints and gas.`);
    process.exit(2);
  }
}
const wants = (name: string) => positionals.length === 0 || positionals.includes(name);

/** Calldata holds random identities, and a zero byte is 12 gas cheaper than another: a little noise does not count as a change. */
const GAS_TOLERANCE = 0.002;

/** From the committed manifests, which `hardhat circuits check` compares with the sources. */
function constraints(): Figures {
  const measured: Record<string, number> = {};
  for (const { name } of loadSources(root).instances) {
    const manifest = JSON.parse(
      readFileSync(join(root, "circuits/artifacts", name, "manifest.json"), "utf8"),
    );
    measured[name] = manifest.constraints.nonLinear + manifest.constraints.linear;
  }
  return measured;
}

function gas(): Figures {
  console.error("Measuring gas with real proofs (test/e2e/gas.test.ts); this takes about 20 seconds …");
  return measureGas(root).gas;
}

function read(file: string): Figures {
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
const report: Record<string, BaselineRow[]> = {};
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
  bad += rows.filter(isBad).length;
  if (flags.json) continue;
  console.log(`\n${name}`);
  for (const { name: what, baseline, now: value, verdict } of rows) {
    const text = (n: number | undefined) => (n === undefined ? "-" : n.toLocaleString("en"));
    console.log(
      `  ${what.padEnd(44)} ${text(baseline).padStart(12)} ${text(value).padStart(12)}  ${verdict}`,
    );
  }
}
if (flags.markdown !== undefined) writeFileSync(flags.markdown, baselinesMarkdown(report));
if (flags.json) console.log(JSON.stringify({ ok: bad === 0, ...report }, null, 2));
else if (!flags.update) {
  console.log(
    bad === 0
      ? "\nNothing got worse."
      : `\n${bad} figure(s) got worse or are not on record. If that is meant: npm run baselines -- --update, and say why in the commit.`,
  );
}
await exit(flags.update || bad === 0 ? 0 : 1);
