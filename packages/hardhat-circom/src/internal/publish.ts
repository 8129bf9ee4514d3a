// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { formatManifest, instanceFiles } from "../manifest.ts";
import type { CircomConfig, CircuitInstance } from "../types.ts";
import { readTextIfExists, writeDurably } from "./files.ts";
import type { Compiled, Produced } from "./produce.ts";

function journal(config: CircomConfig, instance: CircuitInstance): string {
  return join(config.out, instance.name, ".publishing");
}

/** Whether a run was interrupted between its first and its last rename. Its files are then not someone's edits. */
export async function wasInterrupted(config: CircomConfig, instance: CircuitInstance): Promise<boolean> {
  return (await readTextIfExists(journal(config, instance))) !== undefined;
}

/**
 * Puts finished files in place. Everything is written in full beforehand; then come renames only, the manifest last,
 * so whatever is interrupted leaves a manifest that does not match and the next run builds again.
 */
export async function publish(
  config: CircomConfig,
  instance: CircuitInstance,
  compiled: Compiled,
  zkey: string,
  { manifest, exported }: Produced,
): Promise<void> {
  const files = instanceFiles(config, instance);
  const staged = (path: string) => `${path}.${process.pid}.tmp`;
  const texts: [string, string][] = [[files.verificationKey, exported.verificationKey]];
  if (files.verifier !== null && exported.solidity !== null) texts.push([files.verifier, exported.solidity]);
  texts.push([files.manifest, formatManifest(manifest)]);

  await mkdir(files.outFolder, { recursive: true });
  for (const [path, content] of texts) {
    await mkdir(dirname(path), { recursive: true });
    await writeDurably(staged(path), content);
  }
  await writeDurably(journal(config, instance), "");
  for (const kind of ["r1cs", "wasm", "sym"] as const) await rename(compiled.files[kind], files[kind]);
  await rename(zkey, files.zkey);
  for (const [path] of texts) await rename(staged(path), path);
  await rm(journal(config, instance), { force: true });
}
