// SPDX-License-Identifier: GPL-3.0-or-later
//
// Writes every generated file: what circuits, SDK and contracts share from its one source, circuits/protocol.json and
// circuits/circuits.json; the readers' checks of Open mHealth from their schemas; docs/schemas from the command's
// schemas, the readers' mapping and the services' endpoints; test/vectors; the SDK's ABIs and types of the contracts.
//
//   npm run generate                 write the files
//   npm run generate -- --check      compare only; exit 1 when a committed file differs
//   npm run generate -- contracts    build the contracts, then write ABIs and types; also with --check
//
// All but ABIs and types work on a fresh clone. Those need the contracts as `hardhat build` leaves them. Without
// `contracts` they are skipped, with a line that says so, where the build is missing or old.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { circomMain, circomProtocol, circomResearch } from "./generate/circom.ts";
import { whyNotBuilt } from "./generate/contracts.ts";
import {
  solidityFactsLayout,
  solidityLedgerLayout,
  solidityResearchLayout,
  solidityTermsLayout,
} from "./generate/solidity.ts";
import { loadSources } from "./generate/sources.ts";
import {
  typescriptLedgerProtocol,
  typescriptProtocol,
  typescriptResearchProtocol,
} from "./generate/typescript.ts";

const root = join(import.meta.dirname, "..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: "boolean", default: false } },
});
const { check } = values;
const contractsOnly = positionals[0] === "contracts";
if (positionals.length > (contractsOnly ? 1 : 0)) {
  console.error(`There is no part "${positionals.at(-1)}". Name \`contracts\`, or nothing for everything.`);
  process.exit(2);
}

let count = 0;
const stale: string[] = [];

function write(generated: Iterable<readonly [path: string, text: string]>): void {
  for (const [path, text] of generated) {
    count += 1;
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

async function writeFacts(): Promise<void> {
  const { protocol, instances } = loadSources(root);
  write([
    ["circuits/lib/generated/protocol.circom", circomProtocol(protocol)],
    ["circuits/research/generated/research.circom", circomResearch(protocol)],
    ["contracts/claims/generated/TermsLayout.sol", solidityTermsLayout(protocol)],
    ["contracts/claims/generated/FactsLayout.sol", solidityFactsLayout(protocol)],
    ["contracts/ledger/generated/LedgerLayout.sol", solidityLedgerLayout(protocol)],
    ["contracts/research/generated/ResearchLayout.sol", solidityResearchLayout(protocol)],
    ["packages/sdk/src/generated/protocol.ts", typescriptProtocol(protocol, instances)],
    ["packages/sdk/src/generated/ledgerProtocol.ts", typescriptLedgerProtocol(protocol, instances)],
    ["packages/sdk/src/generated/researchProtocol.ts", typescriptResearchProtocol(protocol, instances)],
    ...instances.map((one) => [relative(root, one.main), circomMain(protocol, one)] as const),
  ]);
  // Imported only now: these load the SDK, and with it the file that has just been written.
  const { circomPoseidonInverses } = await import("./generate/poseidon.ts");
  const { openMhealthChecks } = await import("../packages/readers/scripts/openMhealth.ts");
  const { mappingFiles, openApiFiles, schemaFiles } = await import("./generate/schemas.ts");
  const { makeVectors } = await import("../packages/sdk/scripts/vectors.ts");
  write([
    ["circuits/lib/generated/poseidon_inverses.circom", circomPoseidonInverses()],
    ["packages/readers/src/generated/openMhealth.ts", openMhealthChecks()],
    ...schemaFiles(),
    ...mappingFiles(),
    ...openApiFiles(),
    ...Object.entries(makeVectors()).map(([name, text]) => [`test/vectors/${name}`, text] as const),
  ]);
}

async function writeContracts(): Promise<void> {
  if (contractsOnly) build();
  const reason = whyNotBuilt(root);
  if (reason !== undefined) {
    console.error(
      `Contract ABIs and types skipped: ${reason}. \`npm run generate -- contracts\` builds first.`,
    );
    if (contractsOnly) process.exit(1);
    return;
  }
  const { contractAbis, ledgerAbi } = await import("../packages/sdk/scripts/abi.ts");
  write([
    ["packages/sdk/src/generated/abi.ts", contractAbis()],
    ["packages/sdk/src/generated/ledgerAbi.ts", ledgerAbi()],
  ]);
  // The types are not committed, so that there is nothing to compare; but what is type-checked next needs them.
  if (check && !contractsOnly) return;
  (await import("../packages/sdk/scripts/contractTypes.ts")).writeContractTypes();
}

function build(): void {
  const { status, error } = spawnSync("hardhat", ["build"], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
    env: { ...process.env, PATH: `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH}` },
  });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

if (!contractsOnly) await writeFacts();
await writeContracts();

if (check && stale.length > 0) {
  console.error("Differs from its source:");
  for (const path of stale) console.error(`  ${path}`);
  console.error("Run `npm run generate` and commit the result.");
  process.exit(1);
}
const files = `${count} generated file${count === 1 ? "" : "s"}`;
console.log(
  check ? `${files} match${count === 1 ? "es" : ""} the source.` : `${stale.length} of ${files} written.`,
);
