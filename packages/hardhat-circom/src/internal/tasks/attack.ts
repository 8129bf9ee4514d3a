// SPDX-License-Identifier: GPL-3.0-or-later
import { resolve } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { type AttackReport, attackCircuits } from "../../attack.ts";
import { CircomError } from "../../errors.ts";
import "../../typeExtensions.ts";

interface AttackArguments {
  names: string[];
  group: string;
  all: boolean;
  input: string | undefined;
  seed: number;
  tries: number;
  json: boolean;
}

export default async function attack(
  { names, group, all, input, seed, tries, json }: AttackArguments,
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  const reports = await attackCircuits(hre.config.circom, {
    names,
    group,
    all,
    seed,
    ...(tries > 0 ? { tries } : {}),
    ...(input === undefined ? {} : { input: resolve(input) }),
    ...(json ? {} : { onProgress: ({ instance, doing }) => console.log(`  ${instance}: ${doing} …`) }),
  });
  const text = (_: string, value: unknown) => (typeof value === "bigint" ? `${value}` : value);
  if (json) console.log(JSON.stringify(reports, text, 2));
  else for (const report of reports) console.log(describeAttack(report));
  const failed = reports.filter(({ ok }) => !ok);
  if (failed.length === 0) return;
  throw new CircomError(
    "ATTACK_FAILED",
    `${failed.length} of ${reports.length} circuit instances have freedom that is not explained, or explanations of freedom ` +
      `that they do not have: ${failed.map(({ name }) => name).join(", ")}. Constrain what is free, or explain it in the file ` +
      `that \`circom.attack.explanations\` names.`,
    failed.length === 1 ? { instance: failed[0]!.name } : {},
  );
}

/** Findings shown of each kind; --json has all. */
const SHOWN = 20;

function describeAttack(report: AttackReport): string {
  const { name, ok, wires, forced, tried, findings, unexplained, stale, seconds } = report;
  const lines = [
    `  ${name}: ${ok ? "ok" : "FAILED"}. ${forced} of ${wires - 1} wires follow from the inputs. ` +
      `${tried} changes tried, ${findings.length - unexplained.length} findings explained (${seconds.toFixed(1)} s)`,
  ];
  for (const { kind, signal, from, to } of unexplained.slice(0, SHOWN)) {
    const change = from === undefined ? "" : `: ${from} -> ${to}`;
    lines.push(`    ${WHAT[kind]}: ${signal}${change}`);
  }
  if (unexplained.length > SHOWN)
    lines.push(`    … and ${unexplained.length - SHOWN} more (--json shows all)`);
  for (const pattern of stale) lines.push(`    explained, but not found: ${pattern}`);
  return lines.join("\n");
}

const WHAT = {
  unforced: "no equation forces",
  survivor: "a second witness exists",
  private: "a private input can take another value",
  public: "a public input can take another value",
} as const;
