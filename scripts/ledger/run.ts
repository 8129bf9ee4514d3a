// SPDX-License-Identifier: GPL-3.0-or-later

import { jsonOf } from "@vitalproof/sdk/wire";
import hre from "hardhat";
import { Report } from "../demo/report.ts";
import { tellLedger } from "./story.ts";

/** @returns the exit code: 0 when everything came out as it must */
export async function runLedger({ json }: { readonly json: boolean }): Promise<number> {
  const report = new Report(json ? process.stderr : process.stdout);
  const result = await tellLedger(hre, report);
  const good = result.wrong.length === 0 && report.failures.length === 0;
  if (json) console.log(jsonOf({ ok: good, ...result, steps: report.steps } as never));
  else {
    const { accesses, emergencies, consents, proofsVerified } = result;
    console.log(
      `\n${consents} consents, ${accesses} accesses, ${emergencies} emergencies, ${proofsVerified} proofs verified again.`,
    );
    for (const { title, detail } of report.failures)
      console.log(`NOT REFUSED AS EXPECTED: ${title}: ${detail}`);
    for (const text of result.wrong) console.log(`WRONG OUTCOME: ${text}`);
  }
  return good ? 0 : 1;
}
