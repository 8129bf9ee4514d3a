// SPDX-License-Identifier: GPL-3.0-or-later
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { CircomError } from "../../errors.ts";
import type { LintRule } from "../../lint/rules.ts";
import { lintCircuits } from "../../lint.ts";
import "../../typeExtensions.ts";

const WHAT: Readonly<Record<LintRule, string>> = {
  "hint-without-constraint": "is assigned with <-- and no constraint mentions it",
  "comparator-without-range": "is compared, and nothing holds it to a range",
  "assert-on-signal": "is in an assert, which constrains nothing",
};

export default async function lint(
  { json }: { json: boolean },
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  const report = await lintCircuits(hre.config.circom);
  const { ok, files, findings, excepted, stale } = report;
  if (json) console.log(JSON.stringify(report, null, 2));
  else {
    for (const { file, line, template, signal, rule } of findings)
      console.log(`  ${file}:${line}: ${signal} in ${template} ${WHAT[rule]} (${rule})`);
    for (const entry of stale) console.log(`  excepted, but not found: ${entry}`);
    console.log(`  ${files} files: ${findings.length} findings, ${excepted} more with a reason`);
  }
  if (ok) return;
  throw new CircomError(
    "LINT_FAILED",
    `${findings.length} findings and ${stale.length} stale exceptions in the circuits. Mend them, or give the reason in the ` +
      `file that \`circom.lint.exceptions\` names.`,
  );
}
