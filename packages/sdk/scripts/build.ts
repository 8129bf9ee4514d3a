// SPDX-License-Identifier: GPL-3.0-or-later
// Builds the publishable package in dist: JavaScript, declarations, TypeChain's types of the contracts, and a
// package.json whose exports point at them (`npm publish packages/sdk/dist`). Inside the workspace the exports are the
// sources. Run after `hardhat build`:
//   node packages/sdk/scripts/build.ts
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const run = (...args: string[]): void => {
  execFileSync(process.execPath, args, { stdio: "inherit", cwd: at(".") });
};

run(at("scripts/contractTypes.ts"));
run(at("scripts/abi.ts"), "--check");
rmSync(at("dist"), { recursive: true, force: true });
run(createRequire(import.meta.url).resolve("typescript/bin/tsc"), "-p", at("tsconfig.build.json"));
// tsc does not copy declarations that are written as such.
cpSync(at("src/generated/contracts"), at("dist/generated/contracts"), { recursive: true });

const source = JSON.parse(readFileSync(at("package.json"), "utf8")) as Record<string, unknown>;
const { scripts: _scripts, files: _files, ...kept } = source;
const entry = (path: string): object => ({ types: `./${path}.d.ts`, default: `./${path}.js` });
const published = { ...kept, exports: { ".": entry("index"), "./node": entry("node/index") } };
writeFileSync(at("dist/package.json"), `${JSON.stringify(published, null, 2)}\n`);
copyFileSync(at("README.md"), at("dist/README.md"));
copyFileSync(at("../../LICENSE"), at("dist/LICENSE"));
