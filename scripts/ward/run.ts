// SPDX-License-Identifier: GPL-3.0-or-later
import hre from "hardhat";
import { Report } from "../demo/report.ts";
import type { WardResult } from "./facts.ts";
import { tellWard } from "./story.ts";
import { wardText } from "./table.ts";
import type { Ward } from "./ward.ts";

export interface RunOptions {
  /** The facts on standard output, the progress on standard error. */
  readonly json: boolean;
  /** Leaves everything running at the end, until Ctrl-C. */
  readonly keep: boolean;
}

/** Of a process that an interrupt ended. */
const INTERRUPTED = 130;

/** @returns the exit code: 0 when everything came out as it must */
export async function runWard({ json, keep }: RunOptions): Promise<number> {
  const report = new Report(json ? process.stderr : process.stdout);
  let end = (): void => undefined;
  let interrupt = (): void => process.exit(INTERRUPTED);
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => interrupt());
  // Whatever ends this process ends the gateway's, and the folder.
  process.on("exit", () => end());

  let good = false;
  await tellWard(hre, report, {
    onStart: (ending) => {
      end = ending;
    },
    atEnd: async (ward, result) => {
      good = result.wrong.length === 0 && report.failures.length === 0;
      if (json) console.log(JSON.stringify({ ok: good, ...result, steps: report.steps }, null, 2));
      else tell(report, result);
      if (!keep) return;
      showPage(report, ward);
      await new Promise<void>((resolve) => {
        interrupt = resolve;
      });
    },
  });
  return good ? 0 : 1;
}

function tell(report: Report, result: WardResult): void {
  console.log(`\n${wardText(result)}`);
  for (const { title, detail } of report.failures)
    console.log(`NOT REFUSED AS EXPECTED: ${title}: ${detail}`);
  for (const text of result.wrong) console.log(`WRONG OUTCOME: ${text}`);
}

function showPage(report: Report, { gateway, site }: Ward): void {
  report.section("Everything is still running. Ctrl-C ends it.");
  report.note(`The gateway's page: ${gateway.url}/`);
  report.note(`Any user name, and this password: ${site.token("operator")}`);
}
