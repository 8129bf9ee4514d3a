// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import { EXIT } from "../../exit.ts";
import { writeText } from "../../files.ts";
import type { GlobalOptions } from "../../globals.ts";
import type { Io } from "../../io.ts";
import { type PageOptions, withDesk, withPageOption, withPageOptions } from "../../ledger/custodian/desk.ts";
import { statusLines, waitingJson } from "../../ledger/custodian/report.ts";

export function registerCustodianStatus(ledger: Command, io: Io): void {
  withPageOptions(ledger.command("custodian-status"))
    .description("Show what a custodian's page has on the chain, and what waits in the vault.")
    .addHelpText("after", "\nExample:\n  vitalproof ledger custodian-status\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<PageOptions>();
      const { address, status, final, custodian } = await withDesk(io, options, async (desk) => {
        const { custodian: keeper } = await desk.client.page(desk.address.page);
        return { ...desk, custodian: keeper };
      });
      const { form, filled, live, version, logged, offered, open, toGive, toRevoke } = status;
      io.report(
        [
          `Page ${address.page} of ledger ${address.ledger}, kept by ${custodian}.`,
          ...statusLines(status, final),
        ],
        {
          ...{ ...address, custodian, form, filled, live, version, logged, offered },
          ...{ offers: open, toGive, toRevoke },
          ...waitingJson(status, final),
        },
      );
    });
}

type MasterOptions = GlobalOptions & PageOptions & { out: string; yes?: boolean };

const WARNING = [
  "The master of audit keys reads every record of this page, past and future, permanently. It cannot be undone.",
  "Give it to a regulator who is entitled to all of them. For one patient, the patient's own file of `ledger share` is enough.",
];

export function registerMaster(ledger: Command, io: Io): void {
  withPageOption(ledger.command("master"))
    .description(
      "Write the master of audit keys to a file for a regulator. Without --yes, say what it opens.",
    )
    .requiredOption("--out <file>", "where to write it; `ledger disclose --master-file` reads it")
    .option("--yes", "write it")
    .addHelpText("after", "\nExample:\n  vitalproof ledger master --out master.txt --yes\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<MasterOptions>();
      const { out } = options;
      for (const line of WARNING) io.warn(line);
      const page = await withDesk(io, options, async (desk) => {
        // It is never replaced: another page's master would be lost.
        if (options.yes === true) await writeText(io, out, `${desk.page.auditMaster()}\n`);
        return desk.address.page;
      });
      if (options.yes !== true) io.exitCode = EXIT.refused;
      io.report(
        [
          options.yes === true
            ? `${out} holds the master of page ${page}.`
            : "Nothing was written. Pass --yes to do it.",
        ],
        { page, written: options.yes === true, ...(options.yes === true ? { file: out } : {}) },
      );
    });
}
