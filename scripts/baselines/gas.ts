// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TransactionSize } from "../../test/e2e/transactions.ts";

export interface GasFigures {
  /** Median gas of every operation, deployments included, as `--gas-stats-json` has it. */
  readonly gas: Readonly<Record<string, number>>;
  /** Every transaction of the scenario. */
  readonly transactions: readonly TransactionSize[];
}

/**
 * Runs the gas scenario (test/e2e/gas.test.ts), real proofs included; about 20 seconds.
 * @param root project root; contracts and the default circuits are built
 */
export function measureGas(root: string): GasFigures {
  const folder = mkdtempSync(join(tmpdir(), "vitalproof-gas-"));
  try {
    const stats = join(folder, "gas.json");
    const sizes = join(folder, "transactions.json");
    const { status, stdout } = spawnSync(
      "hardhat",
      ["test", "mocha", "--no-compile", "test/e2e/gas.test.ts", "--gas-stats-json", stats],
      {
        cwd: root,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
        shell: process.platform === "win32",
        env: { ...process.env, TRANSACTION_SIZES: sizes },
      },
    );
    if (status !== 0) throw new Error(`the gas scenario failed:\n${stdout}`);
    return {
      gas: medians(root, JSON.parse(readFileSync(stats, "utf8"))),
      transactions: JSON.parse(readFileSync(sizes, "utf8")) as TransactionSize[],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface GasStats {
  readonly contracts: Readonly<
    Record<
      string,
      {
        readonly contractName: string;
        readonly deployment: { readonly median: number } | null;
        /** Null where none was called. */
        readonly functions: Readonly<Record<string, { readonly median: number }>> | null;
      }
    >
  >;
}

function medians(root: string, { contracts }: GasStats): Record<string, number> {
  const measured: Record<string, number> = {};
  for (const { contractName, deployment, functions } of Object.values(contracts)) {
    const key = Object.keys(contracts).find((name) => name.endsWith(`:${contractName}`))!;
    const { abi } = JSON.parse(
      readFileSync(join(root, "artifacts", key.split(":")[0]!, `${contractName}.json`), "utf8"),
    ) as { abi: { type: string; name?: string; stateMutability?: string }[] };
    if (deployment !== null) measured[`${contractName} deployment`] = deployment.median;
    for (const [name, { median }] of Object.entries(functions ?? {})) {
      const plain = name.replace(/\(.*$/, "");
      const fragment = abi.find((entry) => entry.type === "function" && entry.name === plain);
      if (fragment?.stateMutability === "nonpayable") measured[`${contractName}.${name}`] = median;
    }
  }
  return measured;
}
