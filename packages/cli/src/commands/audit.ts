// SPDX-License-Identifier: GPL-3.0-or-later
import { audit, httpRequest, reportHtml, reportLines, rpcChainData } from "@vitalproof/audit";
import { readKeys } from "@vitalproof/audit/node";
import type { Command } from "commander";
import { keysFolder } from "../artifacts.ts";
import { claimsOf, type DeploymentOptions, withDeploymentOptions } from "../chain/deployment.ts";
import { EXIT } from "../exit.ts";
import { writeText } from "../files.ts";
import { rpcUrl } from "../globals.ts";
import type { Io, Json } from "../io.ts";
import { big, whole } from "../numbers.ts";

type Options = DeploymentOptions & {
  program: bigint;
  fromBlock?: number;
  toBlock?: number;
  blockRange?: number;
  html?: string;
  force?: boolean;
};

export function registerAudit(program: Command, io: Io): void {
  withDeploymentOptions(program.command("audit"))
    .description(
      "Audit a program from chain data alone: rebuild and verify every claim, reconcile the money, and list what was changed.",
    )
    .requiredOption("--program <n>", "the program", big)
    .option("--from-block <n>", "first block to look at (default: the contracts' creation)", whole)
    .option("--to-block <n>", "last block to look at (default: the latest)", whole)
    .option("--block-range <n>", "most blocks in one question for events", whole, 10_000)
    .option("--html <file>", "write the report as one self-contained HTML file as well")
    .option("--force", "replace that file")
    .addHelpText(
      "after",
      "\nExit code 1 if an error was found; warnings say what could not be checked. No health data and no key is needed.\n" +
        "What the audit relies on is part of the report.\n" +
        "\nExamples:\n" +
        "  vitalproof audit --deployment deployment.json --program 1\n" +
        "  vitalproof audit --claims 0x… --program 1 --rpc https://… --html audit.html --json\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const keys = await readKeys(keysFolder(io, options));
      const report = await io.during("auditing", async (say) => {
        const request = httpRequest(rpcUrl(io, options));
        const data = rpcChainData(request, {
          ...(options.blockRange === undefined ? {} : { blockRange: Math.max(1, options.blockRange) }),
          onProgress: (done, total) => say(`events, block ${done} of ${total}`),
        });
        const { claims, deployment } = await claimsOf(io, options, await data.chainId());
        const fromBlock = options.fromBlock ?? deployment?.fromBlock;
        return audit({
          data,
          claims,
          program: options.program,
          keys,
          progress: say,
          ...(fromBlock === undefined ? {} : { fromBlock }),
          ...(options.toBlock === undefined ? {} : { toBlock: options.toBlock }),
        });
      });
      if (options.html !== undefined) await writeText(io, options.html, reportHtml(report), options);
      if (report.summary.findings.error > 0) io.exitCode = EXIT.no;
      io.report(
        [
          ...reportLines(report),
          ...(options.html === undefined ? [] : ["", `The report is in ${options.html}, too.`]),
        ],
        report as unknown as Json,
      );
    });
}
