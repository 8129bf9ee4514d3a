// SPDX-License-Identifier: GPL-3.0-or-later
import { createRequire } from "node:module";
import { availableParallelism, cpus, totalmem } from "node:os";

/** What a figure was measured on. No host name, no path: reports are public. */
export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  /** Whole GB. */
  readonly memory: number;
  readonly platform: string;
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
}

const TOOLS = ["circom2", "circomlib", "snarkjs", "hardhat", "solc"] as const;

export function environment(): Environment {
  const require = createRequire(import.meta.url);
  return {
    cpu: generic(cpus()[0]?.model ?? "unknown"),
    cores: availableParallelism(),
    memory: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    versions: Object.fromEntries(TOOLS.map((tool) => [tool, versionOf(require, tool)])),
  };
}

/** Maker and family; the marks and the clock tell nothing here. */
function generic(model: string): string {
  return model
    .replace(/\((R|TM)\)/gi, "")
    .replace(/@.*$/, "")
    .replace(/\s+/g, " ")
    .trim();
}

function versionOf(require: NodeJS.Require, tool: string): string {
  // Some packages do not export their package.json, so the file is looked for where Node looks for packages.
  for (const folder of require.resolve.paths(tool) ?? []) {
    try {
      return (require(`${folder}/${tool}/package.json`) as { version: string }).version;
    } catch {
      // Not in this folder.
    }
  }
  return "unknown";
}
