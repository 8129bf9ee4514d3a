// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { CONTRACTS, nameOf } from "../../packages/sdk/scripts/contracts.ts";

/** What is built along with the contracts, and says nothing of their interfaces. */
const NOT_IN_ABIS = /\.t\.sol$|^contracts\/(mocks|verifiers)\//;

/**
 * Why Hardhat's artifacts do not say what the contracts are now; undefined when they do. They hold the sources that
 * they were made from.
 */
export function whyNotBuilt(root: string): string | undefined {
  for (const contract of CONTRACTS) {
    const artifact = artifactOf(root, contract);
    if (!existsSync(artifact) || !existsSync(join(root, `types/ethers-contracts/${contract}.ts`))) {
      return `${nameOf(contract)} has not been built`;
    }
  }
  for (const contract of CONTRACTS) {
    const artifact = artifactOf(root, contract);
    const { buildInfoId } = JSON.parse(readFileSync(artifact, "utf8")) as { buildInfoId: string };
    const info = join(root, `artifacts/build-info/${buildInfoId}.json`);
    if (!existsSync(info)) return "the record of the last build is missing";
    const { input } = JSON.parse(readFileSync(info, "utf8")) as {
      input: { sources: Record<string, { content: string }> };
    };
    // Of the record only what the contract is made of: others in it may have been built again since.
    for (const file of sourcesOf(root, `contracts/${contract}.sol`)) {
      const built = input.sources[`project/${file}`]?.content;
      const path = join(root, file);
      if (!existsSync(path)) return `${file} has been removed since the last build`;
      if (built !== readFileSync(path, "utf8")) return `${file} has changed since the last build`;
    }
  }
  return undefined;
}

const artifactOf = (root: string, contract: string): string =>
  join(root, `artifacts/contracts/${contract}.sol/${contract.slice(contract.lastIndexOf("/") + 1)}.json`);

/** A contract's file and the repository's own files that it imports, however far. */
function sourcesOf(root: string, file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file) || NOT_IN_ABIS.test(file)) return found;
  found.add(file);
  if (!existsSync(join(root, file))) return found;
  for (const [, path] of readFileSync(join(root, file), "utf8").matchAll(/from "(\.{1,2}\/[^"]+)"/g)) {
    sourcesOf(root, posix.join(posix.dirname(file), path!), found);
  }
  return found;
}
