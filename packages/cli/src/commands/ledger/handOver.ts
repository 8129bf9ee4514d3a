// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { LedgerClient } from "@vitalproof/sdk/ledger";
import { type Command, Option } from "commander";
import { ZeroAddress } from "ethers";
import { type DeploymentOptions, withDeploymentOptions } from "../../chain/deployment.ts";
import { withHints } from "../../chain/hints.ts";
import { type Chain, withChain } from "../../connect.ts";
import type { Io } from "../../io.ts";
import { ledgerOf } from "../../ledger/chain.ts";
import { addressOption, big } from "../../numbers.ts";
import { usage } from "../../usage.ts";
import { type WalletOptions, walletOf, withWalletOptions } from "../../wallet.ts";

type Options = DeploymentOptions & WalletOptions;

export function registerHandOver(ledger: Command, io: Io): void {
  withWalletOptions(withDeploymentOptions(ledger.command("hand-over <page>")))
    .description("Offer a page to another account, which `ledger accept-page` makes its custodian.")
    .addOption(
      new Option("--to <account>", "the next custodian").argParser(addressOption).conflicts("withdraw"),
    )
    .option("--withdraw", "withdraw the offer")
    .addHelpText(
      "after",
      "\nSend what waits first, and give the next custodian a copy of the page's vault, or the service's backup and master key: who has\n" +
        "the account alone can add nothing to the page. The copy does not know what you record, take or send after it was made.\n" +
        "\nExample:\n  vitalproof ledger hand-over 1 --to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --deployment deployment.json \\\n" +
        "    --keystore hospital.json\n",
    )
    .action(async (text: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options & { to?: string; withdraw?: boolean }>();
      const page = big(text);
      if (options.to === undefined && options.withdraw !== true)
        throw usage("Name the next custodian with --to.", "--withdraw withdraws an offer.");
      const { to } = options;
      if (to === ZeroAddress)
        throw usage("The zero address keeps no page.", "--withdraw withdraws an offer.");
      const sent = await withChain(io, options, async (chain) => {
        if (to !== undefined) await assertSends(to, chain);
        const client = new LedgerClient(
          (await ledgerOf(io, options, chain)).ledger,
          await walletOf(io, chain, options),
        );
        return io.during("sending", () => withHints(() => client.nominateCustodian(page, to ?? ZeroAddress)));
      });
      io.report(
        [
          to === undefined
            ? `Page ${page} is offered to nobody any more.`
            : `Page ${page} is offered to ${to}. \`vitalproof ledger accept-page ${page}\` with that account accepts it.`,
        ],
        {
          page,
          ...(to === undefined ? {} : { nominee: to }),
          transaction: sent.hash,
          block: sent.blockNumber,
        },
      );
    });
}

export function registerAcceptPage(ledger: Command, io: Io): void {
  withWalletOptions(withDeploymentOptions(ledger.command("accept-page <page>")))
    .description("Become the custodian of a page that was offered to your account.")
    .addHelpText(
      "after",
      "\nRestore the page's vault or the service's backup first, and see that it has the page. From then on the former custodian's account\n" +
        "can send neither consents nor accesses: yours sends what your copy has. Revocations alone anyone may send.\n" +
        "\nExample:\n  vitalproof ledger accept-page 1 --deployment deployment.json --keystore successor.json\n",
    )
    .action(async (text: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const page = big(text);
      const { account, before, sent } = await withChain(io, options, async (chain) => {
        const wallet = await walletOf(io, chain, options);
        const client = new LedgerClient((await ledgerOf(io, options, chain)).ledger, wallet);
        const { custodian } = await withHints(() => client.page(page));
        if ((await client.nomineeOf(page)) === undefined)
          throw new VitalproofError("NOT_ALLOWED", `Page ${page} is offered to nobody.`, {
            details: { page, custodian },
            hint: "Its custodian offers it with `vitalproof ledger hand-over`.",
          });
        await assertSends(wallet.address, chain);
        const done = await io.during("sending", () => withHints(() => client.acceptCustodian(page)));
        return { account: wallet.address, before: custodian, sent: done };
      });
      io.report(
        [
          `Page ${page} is kept by ${account} now, and by ${before} no more.`,
          "Use this account for its batches, or put its key into the service's configuration.",
        ],
        { page, custodian: account, before, transaction: sent.hash, block: sent.blockNumber },
      );
    });
}

/** The ledger takes consents and accesses of ordinary accounts alone. @throws NOT_ALLOWED */
async function assertSends(account: string, { provider }: Chain): Promise<void> {
  if ((await provider.getCode(account)) === "0x") return;
  throw new VitalproofError(
    "NOT_ALLOWED",
    `${account} is a contract or delegated to one, and can send no batches.`,
    {
      details: { account },
      hint: "Name an ordinary account.",
    },
  );
}
