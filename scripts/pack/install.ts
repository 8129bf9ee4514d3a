// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { run } from "./run.ts";

interface Manifest {
  readonly name: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const PROJECT = JSON.stringify({ name: "consumer", private: true, type: "module" });

/** As a user does it. npm asks the registry for what the packages depend on. */
export async function installWithNpm(place: string, tarballs: readonly string[]): Promise<void> {
  await writeFile(join(place, "package.json"), PROJECT);
  await run("npm", ["install", "--no-audit", "--no-fund", ...tarballs], { cwd: place });
}

/**
 * Without a registry: each tarball unpacked into node_modules, and what it declares as a dependency, nothing else,
 * linked from the repository. A package that imports what it does not declare fails here.
 */
export async function installLinked(place: string, tarballs: readonly string[], root: string): Promise<void> {
  await writeFile(join(place, "package.json"), PROJECT);
  const modules = join(place, "node_modules");
  await mkdir(join(modules, ".bin"), { recursive: true });
  const manifests: Manifest[] = [];
  for (const tarball of tarballs) {
    const unpacked = await mkdtemp(join(place, "unpacked-"));
    await run("tar", ["-xzf", tarball, "-C", unpacked]);
    const manifest = JSON.parse(readFileSync(join(unpacked, "package/package.json"), "utf8")) as Manifest;
    const target = join(modules, manifest.name);
    await mkdir(dirname(target), { recursive: true });
    await rename(join(unpacked, "package"), target);
    await rm(unpacked, { recursive: true });
    manifests.push(manifest);
    for (const [name, path] of Object.entries(manifest.bin ?? {})) {
      await symlink(join(target, path), join(modules, ".bin", name));
    }
  }
  const ours = new Set(manifests.map(({ name }) => name));
  for (const { name, dependencies, peerDependencies } of manifests) {
    for (const dependency of Object.keys({ ...dependencies, ...peerDependencies })) {
      const link = join(modules, dependency);
      if (ours.has(dependency) || existsSync(link)) continue;
      await mkdir(dirname(link), { recursive: true });
      await symlink(installedAt(root, name, dependency), link);
    }
  }
}

/** Where the repository has a dependency of one of its packages. */
function installedAt(root: string, name: string, dependency: string): string {
  const from = createRequire(join(root, "packages", name.replace("@vitalproof/", ""), "package.json"));
  for (const folder of from.resolve.paths(dependency) ?? []) {
    const candidate = join(folder, dependency);
    if (existsSync(candidate)) return candidate;
  }
  throw new Error(`${dependency}, a dependency of ${name}, is not installed: run \`npm install\`.`);
}
