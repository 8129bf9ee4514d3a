// SPDX-License-Identifier: GPL-3.0-or-later
// Builds the publishable package in dist, with the small files of the repository that the command reads. They keep their
// places below dist/assets. Run after `hardhat build`:
//   node packages/cli/scripts/build.ts
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildPackage } from "../../../scripts/buildPackage.ts";
import { TEST_TOKEN } from "../src/chain/token.ts";

const root = join(import.meta.dirname, "../../..");
const folder = join(import.meta.dirname, "..");
const assets = join(folder, "dist/assets");

/** Of Hardhat's artifact, what a deployment needs. */
function copyContract(path: string): void {
  if (!existsSync(join(root, path))) {
    console.error(`${path} does not exist: run \`npx hardhat build\` first.`);
    process.exit(1);
  }
  const { contractName, abi, bytecode } = JSON.parse(readFileSync(join(root, path), "utf8")) as Record<
    string,
    unknown
  >;
  mkdirSync(dirname(join(assets, path)), { recursive: true });
  writeFileSync(join(assets, path), JSON.stringify({ contractName, abi, bytecode }));
}

await buildPackage(folder);
cpSync(join(root, "circuits/artifacts"), join(assets, "circuits/artifacts"), { recursive: true });
copyContract(TEST_TOKEN);
