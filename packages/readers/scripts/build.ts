// SPDX-License-Identifier: GPL-3.0-or-later
// Builds the publishable package in dist: JavaScript, declarations, and a package.json whose exports point at them
// (`npm publish packages/readers/dist`). Inside the workspace the exports are the sources.
//   node packages/readers/scripts/build.ts
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

rmSync(at("dist"), { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
execFileSync(process.execPath, [tsc, "-p", at("tsconfig.build.json")], { stdio: "inherit", cwd: at(".") });

const source = JSON.parse(readFileSync(at("package.json"), "utf8")) as Record<string, unknown>;
const { scripts: _scripts, files: _files, ...kept } = source;
const published = { ...kept, exports: { ".": { types: "./index.d.ts", default: "./index.js" } } };
writeFileSync(at("dist/package.json"), `${JSON.stringify(published, null, 2)}\n`);
copyFileSync(at("README.md"), at("dist/README.md"));
copyFileSync(at("FORMATS-json.md"), at("dist/FORMATS-json.md"));
copyFileSync(at("../../LICENSE"), at("dist/LICENSE"));
