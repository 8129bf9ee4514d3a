// SPDX-License-Identifier: GPL-3.0-or-later
// Builds the publishable package in dist, with TypeChain's types of the contracts:
//   npm run build --workspace packages/sdk
import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildPackage } from "../../../scripts/buildPackage.ts";

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

execFileSync(process.execPath, [at("../../scripts/generate.ts"), "contracts", "--check"], {
  stdio: "inherit",
});
await buildPackage(at("."));
// tsc does not copy declarations that are written as such.
cpSync(at("src/generated/contracts"), at("dist/generated/contracts"), { recursive: true });
