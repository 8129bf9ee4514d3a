// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.ts";

export interface NodeProgram {
  readonly path: string;
  readonly version: string;
}

/** This Node, those named and those in PATH, one of each version. */
export async function nodes(named: readonly string[]): Promise<NodeProgram[]> {
  const found = (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, process.platform === "win32" ? "node.exe" : "node"))
    .filter((path) => existsSync(path));
  const byVersion = new Map<string, NodeProgram>();
  for (const path of [process.execPath, ...named, ...new Set(found.map((each) => realpathSync(each)))]) {
    const { stdout } = await run(path, ["-p", "process.versions.node"]);
    const version = stdout.trim();
    if (!byVersion.has(version)) byVersion.set(version, { path, version });
  }
  return [...byVersion.values()];
}
