// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { accountingOfCustodian, KEPT_CONSENT } from "@vitalproof/sdk/ledger";
import type { Command } from "commander";
import { type DeploymentOptions, withDeploymentOptions } from "../../chain/deployment.ts";
import { withChain } from "../../connect.ts";
import { readDocument } from "../../documentFiles.ts";
import type { Io } from "../../io.ts";
import { archivedPage, assertLedger, chainTime, ledgerOf, readPage } from "../../ledger/chain.ts";
import { readMaster } from "../../ledger/masterFile.ts";
import { archivedPages, pagesOf } from "../../ledger/pages.ts";
import { type PatientPages, sharesTo, tellPatient } from "../../ledger/patientAccounting.ts";
import {
  type AccountingFileOptions,
  archiveTime,
  formatOf,
  tellAccounting,
  withAccountingOptions,
} from "../../ledger/report.ts";
import { big } from "../../numbers.ts";
import { usage } from "../../usage.ts";
import { FROM_ARCHIVE } from "./accounting.ts";

type Options = DeploymentOptions &
  AccountingFileOptions & { masterFile?: string; page?: bigint; consents?: string[]; archive?: string[] };

export function registerDisclose(ledger: Command, io: Io): void {
  withAccountingOptions(withDeploymentOptions(ledger.command("disclose")))
    .description(
      "Read the accounting of a custodian's page, or of one patient's consents, with keys from files.",
    )
    .option("--master-file <file>", "file with the custodian's master of audit keys, a number")
    .option("--page <n>", "with it: the page", big)
    .option("--consents <files...>", "instead: files that a patient wrote with `ledger share`")
    .option("--archive <files...>", "read these archives of pages, and no node")
    .addHelpText(
      "after",
      "\nNobody is asked but the chain. Keys come from files only and are never shown. With a master each record is tried with the\n" +
        "key of each slot: 80 seconds for 1,024 accesses of a full page.\n" +
        "\nExamples:\n  vitalproof ledger disclose --master-file master.txt --page 1 --deployment deployment.json --out page.csv --gaps-out gaps.csv\n" +
        "  vitalproof ledger disclose --consents consent.json --deployment deployment.json --out accounting.html\n",
    )
    .action(async (_: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const { masterFile, page, consents } = options;
      formatOf(options);
      if ((masterFile === undefined) === (consents === undefined))
        throw usage("Name the keys: --master-file FILE or --consents FILES.", "See --help.");
      if (consents !== undefined) return discloseConsents(io, options, consents);
      if (page === undefined) throw usage("--page is needed with --master-file.", "Name the page's number.");
      return disclosePage(io, options, masterFile!, page);
    });
}

async function disclosePage(io: Io, options: Options, masterFile: string, number: bigint): Promise<void> {
  const master = await readMaster(io, masterFile);
  const { archive } = options;
  const { read, readAt } =
    archive === undefined ? await pageOnChain(io, options, number) : await pageIn(io, archive, number);
  const { address, entries } = read.history;
  const accounting = await io.during("opening records", async (say) =>
    accountingOfCustodian(master, address, read.page.leaves.length, read.page.batches, {
      onProgress: sharesTo(say),
    }),
  );
  const from = Math.floor(entries[0]!.time / 60);
  await tellAccounting(io, options, accounting, [{ ...read, from, readAt }], {
    nameOf: ({ page }, slot) => `${page}/${slot}`,
    head: [`Accounting of page ${number} with its custodian's keys.`],
    notes: archive === undefined ? [] : [FROM_ARCHIVE],
    json: { page: number },
  });
}

function pageOnChain(io: Io, options: Options, page: bigint) {
  return withChain(io, options, async (chain) => {
    const { ledger, fromBlock } = await ledgerOf(io, options, chain);
    const readAt = await chainTime(chain);
    return { read: await readPage(io, chain, { ledger, page }, { fromBlock }), readAt };
  });
}

async function pageIn(io: Io, files: readonly string[], page: bigint) {
  const [file, ...more] = files;
  if (file === undefined || more.length > 0)
    throw usage("A page has one archive.", "Pass one file as --archive.");
  const read = await archivedPage(io, file);
  const found = read.history.address.page;
  if (found !== page)
    throw new VitalproofError("USAGE", `${file} is an archive of page ${found}, not of page ${page}.`, {
      details: { file, found, wanted: page },
      hint: "Name the page of the archive, or another archive.",
    });
  return { read, readAt: archiveTime(read.history) };
}

async function discloseConsents(io: Io, options: Options, files: readonly string[]): Promise<void> {
  if (options.page !== undefined) throw usage("--page is for --master-file.", "Consents name their page.");
  const consents = await Promise.all(
    files.map(async (file) => ({ name: file, kept: await readDocument(io, KEPT_CONSENT, file) })),
  );
  await tellPatient(io, options, consents, await pagesFor());

  async function pagesFor(): Promise<PatientPages> {
    const { archive } = options;
    if (archive !== undefined)
      return {
        pageOf: await archivedPages(io, archive),
        readAt: ({ history }) => archiveTime(history),
        elsewhere: "its page is not in these archives",
        notes: [FROM_ARCHIVE],
      };
    return withChain(io, options, async (chain) => {
      const { ledger } = await ledgerOf(io, options, chain);
      // A consent names its ledger, which may be any contract that the file's author made.
      for (const { name, kept } of consents) assertLedger(name, kept.address, chain, ledger);
      const readAt = await chainTime(chain);
      const addresses = consents.map(({ kept }) => kept.address);
      return {
        pageOf: await pagesOf(io, options, chain, addresses),
        readAt: () => readAt,
        elsewhere: "it is on another chain",
        notes: [],
      };
    });
  }
}
