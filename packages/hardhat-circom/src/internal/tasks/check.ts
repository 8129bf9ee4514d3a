// SPDX-License-Identifier: GPL-3.0-or-later
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { type CheckReport, checkCircuits } from "../../check.ts";
import { CircomError } from "../../errors.ts";
import "../../typeExtensions.ts";

interface CheckArguments {
  names: string[];
  group: string;
  all: boolean;
  production: boolean;
}

export default async function check(
  { names, group, all, production }: CheckArguments,
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  const reports = await checkCircuits(hre.config.circom, {
    names,
    group,
    all,
    production,
    onProgress: ({ instance, doing }) => console.log(`  ${instance}: ${doing} …`),
  });
  for (const report of reports) console.log(describeReport(report));
  const failed = reports.filter((report) => !report.ok);
  if (failed.length === 0) return;
  const refusedOnly = failed.every((report) => report.broken.length === 0);
  throw new CircomError(
    refusedOnly ? "KEY_REFUSED" : "LINK_BROKEN",
    `${failed.length} of ${reports.length} circuit instances failed the check: ${failed.map(headline).join("; ")}`,
    failed.length === 1 ? { instance: failed[0]!.name } : {},
  );
}

function headline(report: CheckReport): string {
  const [first] = report.broken;
  return `${report.name} (${first === undefined ? "key refused for production" : `broken link: ${first.link}`})`;
}

function describeReport(report: CheckReport): string {
  const lines = [
    `  ${report.name}: ${report.ok ? "ok" : "FAILED"}${report.keyKind ? `, ${report.keyKind} key` : ""}`,
  ];
  for (const { link, detail } of report.broken) lines.push(`    ${link}: ${detail}`);
  for (const reason of report.refused) lines.push(`    refused for production: ${reason}`);
  for (const { type, name, hash } of report.contributions) {
    lines.push(`    ${type} ${name ?? "(unnamed)"}: ${hash.slice(0, 32)}…`);
  }
  return lines.join("\n");
}
