// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import type { Io } from "../../io.ts";
import { type PageOptions, withDesk, withPageOption, withPageOptions } from "../../ledger/custodian/desk.ts";
import { statusLines, waitingJson } from "../../ledger/custodian/report.ts";
import { type MasterOptions, tellMaster, withMasterOptions } from "../../ledger/masterFile.ts";

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

export function registerMaster(ledger: Command, io: Io): void {
  withMasterOptions(withPageOption(ledger.command("master")))
    .description(
      "Write the master of audit keys to a file for a regulator. Without --yes, say what it opens.",
    )
    .addHelpText("after", "\nExample:\n  vitalproof ledger master --out master.txt --yes\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<PageOptions & MasterOptions>();
      await withDesk(io, options, ({ address, page }) =>
        tellMaster(io, options, address.page, async () => page.auditMaster()),
      );
    });
}
