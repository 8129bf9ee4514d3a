// SPDX-License-Identifier: GPL-3.0-or-later
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { buildCircuits } from "../../build.ts";
import { buildReporter } from "../report.ts";
import "../../typeExtensions.ts";

interface BuildArguments {
  names: string[];
  group: string;
  all: boolean;
  force: boolean;
}

export default async function build(
  { names, group, all, force }: BuildArguments,
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  const start = performance.now();
  const reporter = buildReporter(process.stdout);
  try {
    const results = await buildCircuits(hre.config.circom, {
      names,
      group,
      all,
      force,
      onProgress: reporter.report,
    });
    reporter.finish();
    const built = results.filter((result) => result.built);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    if (results.length === 0) console.log(`No circuit instances in the group "${group}".`);
    else if (built.length === 0)
      console.log(`${count(results.length)} up to date, nothing to do (${seconds} s).`);
    else
      console.log(
        `Built ${count(built.length)}, ${results.length - built.length} up to date (${seconds} s).`,
      );
    if (built.some((result) => result.manifest.key.kind === "development")) {
      console.log("Development keys: anyone can forge proofs under them. Not for public networks.");
    }
  } finally {
    reporter.finish();
  }
}

function count(n: number): string {
  return `${n} circuit instance${n === 1 ? "" : "s"}`;
}
