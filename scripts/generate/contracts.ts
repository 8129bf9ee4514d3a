// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CONTRACTS, nameOf } from "../../packages/sdk/scripts/contracts.ts";

/** What is built along with the contracts, and says nothing of their interfaces. */
const NOT_IN_ABIS = /\.t\.sol$|^contracts\/(mocks|verifiers)\//;

/**
 * Why Hardhat's artifacts do not say what the contracts are now; undefined when they do. They hold the sources that
 * they were made from.
 */
export function whyNotBuilt(root: string): string | undefined {
  const builds = new Set<string>();
  for (const contract of CONTRACTS) {
    const artifact = join(root, `artifacts/contracts/${contract}.sol/${nameOf(contract)}.json`);
    if (!existsSync(artifact) || !existsSync(join(root, `types/ethers-contracts/${contract}.ts`))) {
      return `${nameOf(contract)} has not been built`;
    }
    builds.add((JSON.parse(readFileSync(artifact, "utf8")) as { buildInfoId: string }).buildInfoId);
  }
  for (const build of builds) {
    const info = join(root, `artifacts/build-info/${build}.json`);
    if (!existsSync(info)) return "the record of the last build is missing";
    const { userSourceNameMap, input } = JSON.parse(readFileSync(info, "utf8")) as {
      userSourceNameMap: Record<string, string>;
      input: { sources: Record<string, { content: string }> };
    };
    for (const [file, name] of Object.entries(userSourceNameMap)) {
      const source = input.sources[name];
      if (source === undefined || NOT_IN_ABIS.test(file)) continue;
      const path = join(root, file);
      if (!existsSync(path)) return `${file} has been removed since the last build`;
      if (readFileSync(path, "utf8") !== source.content) return `${file} has changed since the last build`;
    }
  }
  return undefined;
}
