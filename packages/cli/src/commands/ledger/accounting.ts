// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from "commander";
import { type DeploymentOptions, withDeploymentOptions } from "../../chain/deployment.ts";
import { withChain } from "../../connect.ts";
import type { Io } from "../../io.ts";
import { assertLedger, chainTime } from "../../ledger/chain.ts";
import { consentsOf, type NamedConsent } from "../../ledger/keptConsents.ts";
import { archivedPages, pagesOf } from "../../ledger/pages.ts";
import { type PatientPages, tellPatient } from "../../ledger/patientAccounting.ts";
import {
  type AccountingFileOptions,
  archiveTime,
  formatOf,
  withAccountingOptions,
} from "../../ledger/report.ts";
import { withVault } from "../../vault.ts";

type Options = DeploymentOptions & AccountingFileOptions & { archive?: string[] };

/** Note for an accounting that comes from archives alone. */
export const FROM_ARCHIVE =
  "Read from archives alone: nothing was compared with the chain. `vitalproof ledger check-archive` does that.";

export function registerAccounting(ledger: Command, io: Io): void {
  withAccountingOptions(withDeploymentOptions(ledger.command("accounting [consent]")))
    .description("Show who looked at your data, under one consent or all, from the chain or from archives.")
    .option("--archive <files...>", "read these archives of pages, and no node")
    .addHelpText(
      "after",
      "\nThe custodian is not asked. Without a file the accounting is only shown. Gaps in time are always shown: for these the\n" +
        "custodian has logged nothing, not even that there was no access.\n" +
        "\nExamples:\n  vitalproof ledger accounting --zone Europe/Berlin\n" +
        "  vitalproof ledger accounting 1/3 --archive page-1.json --out accounting.csv --gaps-out gaps.csv\n",
    )
    .action(async (wanted: string | undefined, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      formatOf(options);
      const consents = await withVault(io, options, (vault) => consentsOf(vault, wanted));
      const pages = await pagesFor(io, options, consents, wanted);
      await tellPatient(io, options, consents, pages);
    });
}

async function pagesFor(
  io: Io,
  options: Options,
  consents: readonly NamedConsent[],
  wanted: string | undefined,
): Promise<PatientPages> {
  if (options.archive !== undefined)
    return {
      pageOf: await archivedPages(io, options.archive),
      readAt: ({ history }) => archiveTime(history),
      elsewhere: "its page is not in these archives",
      notes: [FROM_ARCHIVE],
    };
  return withChain(io, options, async (chain) => {
    if (wanted !== undefined) assertLedger(`Consent ${wanted}`, consents[0]!.kept.address, chain);
    const readAt = await chainTime(chain);
    const here = consents.filter(({ kept }) => kept.address.chainId === chain.chainId);
    return {
      pageOf: await pagesOf(
        io,
        options,
        chain,
        here.map(({ kept }) => kept.address),
      ),
      readAt: () => readAt,
      elsewhere: `it is not on chain ${chain.chainId}`,
      notes: [],
    };
  });
}
