// SPDX-License-Identifier: GPL-3.0-or-later
import { formatAmount, parseAmount, VitalproofError } from "@vitalproof/sdk";
import { isLocalChain } from "@vitalproof/sdk/node";
import type { Command } from "commander";
import { claimsOf, type DeploymentOptions, withDeploymentOptions } from "../../chain/deployment.ts";
import { withHints } from "../../chain/hints.ts";
import { programsOf, programWithMoney } from "../../chain/programs.ts";
import { withChain } from "../../connect.ts";
import type { Io } from "../../io.ts";
import { addressOption, big } from "../../numbers.ts";
import { type WalletOptions, walletOf, withWalletOptions } from "../../wallet.ts";

export function registerFund(family: Command, io: Io): void {
  type Options = DeploymentOptions & WalletOptions & { mintTestTokens?: boolean };
  withWalletOptions(withDeploymentOptions(family.command("fund <program> <amount>")))
    .description("Pay tokens into a program, in whole tokens. What arrives counts.")
    .option("--mint-test-tokens", "on a local chain, mint the tokens first (of a token that anyone can mint)")
    .addHelpText(
      "after",
      "\nThe exact amount is allowed to the custody contract first.\n" +
        "\nExample:\n  vitalproof program fund 1 500 --deployment deployment.json --keystore insurer.json\n",
    )
    .action(async (number: string, text: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const id = big(number);
      const { token, amount, received, hash, gasUsed } = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const wallet = await walletOf(io, chain, options);
        const on = await programsOf(claims, chain, wallet);
        const { record, token: found } = await programWithMoney(on, id, wallet);
        const wanted = parseAmount(text, found, "USAGE");
        if (options.mintTestTokens === true) {
          if (!isLocalChain(chain.chainId)) {
            throw new VitalproofError(
              "NOT_ALLOWED",
              `Chain ${chain.chainId} is not local: nothing is minted there.`,
              {
                details: { chainId: chain.chainId },
              },
            );
          }
          await io.during("minting", () => withHints(() => found.client.mint(wallet.address, wanted)));
        }
        const balance = await found.client.balanceOf(wallet.address);
        if (balance < wanted) {
          throw new VitalproofError(
            "NOT_ALLOWED",
            `${wallet.address} has ${formatAmount(balance, found)}, less than ${formatAmount(wanted, found)}.`,
            {
              details: { balance, wanted, token: found.address },
              hint: "Get tokens first, or fund with less.",
            },
          );
        }
        const { custody } = on;
        await io.during("allowing the amount", () =>
          withHints(() => found.client.approve(custody.address, wanted)),
        );
        const done = await io.during("paying in", () => withHints(() => custody.fund(record.escrow, wanted)));
        return {
          token: found,
          amount: wanted,
          received: done.result,
          hash: done.hash,
          gasUsed: done.gasUsed,
        };
      });
      io.report(
        [
          `Program ${id} was credited with ${formatAmount(received, token)}.`,
          ...(received === amount ? [] : [`${formatAmount(amount, token)} was sent: the token keeps a fee.`]),
        ],
        { program: id, sent: amount, received, token: token.address, transaction: hash, gasUsed },
      );
    });
}

export function registerWithdraw(family: Command, io: Io): void {
  type Options = DeploymentOptions & WalletOptions & { to?: string };
  withWalletOptions(withDeploymentOptions(family.command("withdraw <program> <amount>")))
    .description("Take free money out of your program, in whole tokens.")
    .option("--to <address>", "who receives it (default: your own account)", addressOption)
    .addHelpText(
      "after",
      "\nWhat is reserved for periods or owed to policies stays.\n" +
        "\nExample:\n  vitalproof program withdraw 1 500 --deployment deployment.json --keystore insurer.json\n",
    )
    .action(async (number: string, text: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const id = big(number);
      const { token, amount, to, sent } = await withChain(io, options, async (chain) => {
        const { claims } = await claimsOf(io, options, chain.chainId);
        const wallet = await walletOf(io, chain, options);
        const on = await programsOf(claims, chain, wallet);
        const { record, token: found } = await programWithMoney(on, id, wallet);
        const wanted = parseAmount(text, found, "USAGE");
        const receiver = options.to ?? wallet.address;
        const done = await io.during("taking out", () =>
          withHints(() => on.custody.withdraw(record.escrow, wanted, receiver)),
        );
        return { token: found, amount: wanted, to: receiver, sent: done };
      });
      io.report([`${formatAmount(amount, token)} of program ${id} went to ${to}.`], {
        program: id,
        amount,
        to,
        token: token.address,
        transaction: sent.hash,
        gasUsed: sent.gasUsed,
      });
    });
}
