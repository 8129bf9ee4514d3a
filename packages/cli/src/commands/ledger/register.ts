// SPDX-License-Identifier: GPL-3.0-or-later
import { LedgerClient } from "@vitalproof/sdk/ledger";
import type { Command } from "commander";
import { type DeploymentOptions, withDeploymentOptions } from "../../chain/deployment.ts";
import { withHints } from "../../chain/hints.ts";
import { withChain } from "../../connect.ts";
import type { Io } from "../../io.ts";
import { ledgerOf } from "../../ledger/chain.ts";
import { type WalletOptions, walletOf, withWalletOptions } from "../../wallet.ts";

export function registerRegister(ledger: Command, io: Io): void {
  withWalletOptions(withDeploymentOptions(ledger.command("register")))
    .description("Get the number by which consents name an account, such as an insurer's. It never changes.")
    .addHelpText(
      "after",
      "\nCustodians put the number into their offers. Repeating it sends nothing and shows the same number.\n" +
        "\nExample:\n  vitalproof ledger register --deployment deployment.json --keystore insurer.json\n",
    )
    .action(async (_: unknown, own: Command) => {
      const options = own.optsWithGlobals<DeploymentOptions & WalletOptions>();
      const { account, grantee, isNew } = await withChain(io, options, async (chain) => {
        const at = await ledgerOf(io, options, chain);
        const wallet = await walletOf(io, chain, options);
        const client = new LedgerClient(at.ledger, wallet);
        const before = await client.granteeOf(wallet.address);
        if (before !== 0) return { account: wallet.address, grantee: before, isNew: false };
        const made = await io.during("registering", () => withHints(() => client.registerGrantee()));
        return { account: wallet.address, grantee: made, isNew: true };
      });
      io.report(
        [
          `${isNew ? "Registered: account" : "Account"} ${account} is grantee ${grantee}${isNew ? "" : " already"}.`,
        ],
        { account, grantee, registered: isNew },
      );
    });
}
