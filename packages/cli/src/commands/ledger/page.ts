// SPDX-License-Identifier: GPL-3.0-or-later
import { LedgerClient, PAGE_SLOTS, type PageHistory, unpackRights } from "@vitalproof/sdk/ledger";
import type { Command } from "commander";
import { type DeploymentOptions, withDeploymentOptions } from "../../chain/deployment.ts";
import { withHints } from "../../chain/hints.ts";
import { withChain } from "../../connect.ts";
import { counted } from "../../counted.ts";
import type { Io } from "../../io.ts";
import { archivedHistory, assertLedger, ledgerOf, readPage } from "../../ledger/chain.ts";
import { gapLines, minuteText, namedRights, noGapsText, rightsLines } from "../../ledger/words.ts";
import { big } from "../../numbers.ts";

export function registerPage(ledger: Command, io: Io): void {
  withDeploymentOptions(ledger.command("page <page>"))
    .description(
      "Show the state of a page: its custodian, how full it is, and up to when accesses are logged.",
    )
    .addHelpText("after", "\nExample:\n  vitalproof ledger page 1 --deployment deployment.json\n")
    .action(async (text: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<DeploymentOptions>();
      const number = big(text);
      const { page, nominee, lateTime } = await withChain(io, options, async (chain) => {
        const client = new LedgerClient((await ledgerOf(io, options, chain)).ledger, chain.provider);
        const found = await withHints(() => client.page(number));
        return { page: found, nominee: await client.nomineeOf(number), lateTime: await client.lateTime() };
      });
      const { custodian, filled, version, since, logged, form } = page;
      const live = bitsOf(page.live);
      io.report(
        [
          `Page ${number}, kept by custodian ${custodian}${nominee === undefined ? "" : `, offered to ${nominee}`}.`,
          `${counted(filled, "slot")} of ${PAGE_SLOTS} in use: ${live} given, ${filled - live} revoked.`,
          `Version ${version} since ${minuteText(since)}. ${logged === since ? "No accesses of it are logged yet." : `Accesses of it are logged up to ${minuteText(logged)}.`}`,
          `Accesses of an earlier version can come up to ${counted(lateTime / 1440, "day")} after its end.`,
          ...(form === 0n
            ? ["What its consents allow is not public."]
            : ["All its consents allow the same, in public:", ...rightsLines(unpackRights(form))]),
        ],
        {
          ...{ page: number, ...page, given: live, revoked: filled - live, nominee, lateTime },
          ...(form === 0n ? {} : { rights: namedRights(unpackRights(form)) }),
        },
      );
    });
}

export function registerRebuild(ledger: Command, io: Io): void {
  withDeploymentOptions(ledger.command("rebuild <page>"))
    .description("Rebuild a page from chain data alone, and compare it with the contract.")
    .option("--archive <file>", "begin with an archive, for blocks that the node has dropped")
    .addHelpText(
      "after",
      "\nThe custodian is not asked. Exit code 1 and the transaction where something does not fit. No key is needed, and no proof\n" +
        "is verified: `ledger check-archive` does that.\n" +
        "\nExample:\n  vitalproof ledger rebuild 1 --deployment deployment.json\n",
    )
    .action(async (text: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<DeploymentOptions & { archive?: string }>();
      const number = big(text);
      const { archive } = options;
      const known = archive === undefined ? undefined : await archivedHistory(io, archive);
      const { page, history } = await withChain(io, options, async (chain) => {
        const { ledger: at, fromBlock } = await ledgerOf(io, options, chain);
        if (known !== undefined) assertLedger(archive!, known.address, chain, at);
        return readPage(io, chain, { ledger: at, page: number }, { fromBlock, known });
      });
      const { leaves, live, version, since, logged, versions, batches, gaps } = page;
      const accesses = batches.reduce((all, { header }) => all + header.count, 0);
      const emergencies = batches.reduce((all, { header }) => all + header.emergencies, 0);
      io.report(
        [
          `Page ${number} fits the contract, up to block ${history.block}: ${counted(history.transactions.length, "transaction")}.`,
          `${counted(leaves.length, "leaf", "leaves")}, ${bitsOf(live)} given. Version ${version} since ${minuteText(since)}, ${counted(versions.length, "version")} before it.`,
          `${counted(batches.length, "batch", "batches")} with ${counted(accesses, "access", "accesses")}, ${counted(emergencies, "emergency", "emergencies")}. Logged up to ${minuteText(logged)}.`,
          ...(gaps.length === 0
            ? [noGapsText(batches.length)]
            : [
                `${counted(gaps.length, "gap")} in time, for which nothing was logged:`,
                ...gapLines(gaps, 10),
              ]),
        ],
        {
          ...{ page: number, fits: true, block: history.block, leaves, live, version, since, logged },
          versions,
          batches: batches.map(({ header, body: _body, ...batch }) => ({ ...batch, ...header })),
          gaps,
          ...(known === undefined ? {} : { fromArchive: newIn(known, history) }),
        },
      );
    });
}

/** How far an archive went. */
function newIn(known: PageHistory, history: PageHistory): { block: number; later: number } {
  return { block: known.block, later: history.transactions.length - known.transactions.length };
}

function bitsOf(word: bigint): number {
  return word.toString(2).replaceAll("0", "").length;
}
