// SPDX-License-Identifier: GPL-3.0-or-later
// Builds the publishable package in dist of the folder it runs in: JavaScript, declarations, a package.json whose exports
// point at them, its command, and the other files that are published (`npm publish packages/readers/dist`). Inside the workspace the
// exports are the sources.
//   npm run build --workspace packages/readers [-- --no-check]    without a look at the types
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

interface Manifest {
  readonly scripts?: unknown;
  /** What npm would publish from here: dist, and files that go into it. */
  readonly files: readonly string[];
  /** Entries below src; none in a package that is a command alone. */
  readonly exports?: Readonly<Record<string, string>>;
}

/** @param folder of a package with a tsconfig.build.json */
export async function buildPackage(folder: string): Promise<void> {
  const at = (path: string): string => join(folder, path);
  rmSync(at("dist"), { recursive: true, force: true });
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const check = process.argv.includes("--no-check") ? ["--noCheck"] : [];
  const args = [tsc, "-p", at("tsconfig.build.json"), ...check];
  execFileSync(process.execPath, args, { stdio: "inherit", cwd: folder });

  const source = JSON.parse(readFileSync(at("package.json"), "utf8")) as Manifest;
  const { scripts: _scripts, files, exports, ...kept } = source;
  const entries = Object.entries(exports ?? {}).map(([name, path]) => {
    const built = path.replace("./src/", "./").replace(/\.ts$/, "");
    return [name, { types: `${built}.d.ts`, default: `${built}.js` }];
  });
  const published = { ...kept, ...(exports === undefined ? {} : { exports: Object.fromEntries(entries) }) };
  writeFileSync(at("dist/package.json"), `${JSON.stringify(published, null, 2)}\n`);
  for (const file of files.filter((name) => name !== "dist")) {
    cpSync(at(file), at(`dist/${file}`), { recursive: true });
  }
  copyFileSync(new URL("../LICENSE", import.meta.url), at("dist/LICENSE"));
  await lint(at("dist"));
}

/** Stops at anything that would not load, or not with types, where the package is installed. */
async function lint(dist: string): Promise<void> {
  const { messages, pkg } = await publint({ pkgDir: dist, strict: true, pack: false });
  const faults = messages.filter(({ type }) => type !== "suggestion");
  for (const message of faults) console.error(`${dist}: ${formatMessage(message, pkg)}`);
  if (faults.length > 0) process.exit(1);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) {
  await buildPackage(process.cwd());
}
