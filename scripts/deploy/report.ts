// SPDX-License-Identifier: GPL-3.0-or-later
import { formatEther } from "ethers";
import type { Preflight } from "./preflight.ts";

const MARKS = { ok: "ok  ", warning: "WARN", failed: "FAIL", skipped: "--  " } as const;

/** The preflight for people. */
export function preflightTable(report: Preflight): string {
  const width = Math.max(...report.checks.map(({ title }) => title.length));
  const lines = [`Preflight for ${report.network}`];
  for (const { title, status, detail } of report.checks) {
    lines.push(`  ${MARKS[status]}  ${title.padEnd(width)}  ${detail}`);
  }
  if (report.creations.length > 0) {
    const name = Math.max(...report.creations.map(({ contract }) => contract.length));
    lines.push(
      `  ${"contract".padEnd(name)}  ${"gas".padStart(10)}  ${"code bytes".padStart(10)}  ${"data bytes".padStart(10)}`,
    );
    for (const { contract, gas, codeBytes, dataBytes, deployedAt } of report.creations) {
      const numbers = [gas, codeBytes, dataBytes].map((value) => String(value).padStart(10)).join("  ");
      lines.push(
        `  ${contract.padEnd(name)}  ${numbers}${deployedAt === undefined ? "" : "  there already"}`,
      );
    }
  }
  return lines.join("\n");
}

/** The preflight for machines; numbers that may exceed 2^53 are decimal strings, money is in wei. */
export function preflightJson(report: Preflight) {
  const { network, chain, deployer, checks, keys, creations, cost } = report;
  return {
    network,
    chain: chain ?? null,
    deployer: deployer ?? null,
    ok: report.plan !== undefined,
    checks: checks.map(({ title, status, detail, refusal }) => ({
      title,
      status,
      detail,
      ...(refusal === undefined ? {} : { code: refusal.code, wayOut: refusal.wayOut }),
    })),
    keys: keys.map(({ name, verifier, keyKind, label, verificationKeyHash, codeHash, broken }) => ({
      name,
      verifier,
      keyKind: keyKind ?? null,
      label: label ?? null,
      verificationKeyHash: verificationKeyHash ?? null,
      verifierCodeHash: codeHash ?? null,
      broken,
    })),
    contracts: creations.map(({ contract, gas, codeBytes, dataBytes, deployedAt }) => ({
      contract,
      gas: String(gas),
      codeBytes,
      dataBytes,
      deployedAt: deployedAt ?? null,
    })),
    cost:
      cost === undefined
        ? null
        : {
            gas: String(cost.gas),
            gasPrice: String(cost.gasPrice),
            expected: String(cost.expected),
            expectedNative: formatEther(cost.expected),
            required: String(cost.required),
            balance: String(cost.balance),
          },
  };
}
