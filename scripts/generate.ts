// SPDX-License-Identifier: GPL-3.0-or-later
//
// Writes what circuits, SDK and contracts share from its one source, circuits/protocol.json and circuits/circuits.json,
// the readers' checks of Open mHealth from their schemas, and docs/schemas from the SDK's documents.
//
//   node scripts/generate.ts           write the files
//   node scripts/generate.ts --check   compare only; exit 1 when one differs
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { openMhealthChecks } from "../packages/readers/scripts/openMhealth.ts";
import { circomMain, circomProtocol } from "./generate/circom.ts";
import { circomPoseidonInverses } from "./generate/poseidon.ts";
import { solidityTermsLayout } from "./generate/solidity.ts";
import { loadSources } from "./generate/sources.ts";
import { typescriptProtocol } from "./generate/typescript.ts";

const root = join(import.meta.dirname, "..");
const { protocol, instances } = loadSources(root);

const files = new Map<string, string>([
  ["circuits/lib/generated/protocol.circom", circomProtocol(protocol)],
  ["circuits/lib/generated/poseidon_inverses.circom", circomPoseidonInverses()],
  ["contracts/libraries/generated/TermsLayout.sol", solidityTermsLayout(protocol)],
  ["packages/readers/src/generated/openMhealth.ts", openMhealthChecks()],
  ["packages/sdk/src/generated/protocol.ts", typescriptProtocol(protocol, instances)],
]);
for (const instance of instances) files.set(relative(root, instance.main), circomMain(protocol, instance));

const check = process.argv.includes("--check");
const stale: string[] = [];
write(files);
// Imported only now: it reads what has just been written.
const schemas = (await import("./generate/schemas.ts")).documentSchemas();
write(schemas);

function write(generated: ReadonlyMap<string, string>): void {
  for (const [path, text] of generated) {
    const target = join(root, path);
    let current: string | undefined;
    try {
      current = readFileSync(target, "utf8");
    } catch {
      current = undefined;
    }
    if (current === text) continue;
    stale.push(path);
    if (check) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}

const count = files.size + schemas.size;
if (check && stale.length > 0) {
  console.error("Differs from its source:");
  for (const path of stale) console.error(`  ${path}`);
  console.error("Run `npm run generate` and commit the result.");
  process.exit(1);
}
console.log(
  check ? `${count} generated files match their sources.` : `${stale.length} of ${count} files written.`,
);
