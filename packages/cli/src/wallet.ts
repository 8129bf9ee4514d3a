// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import {
  assertOwnAccount,
  DEVELOPMENT_ACCOUNTS,
  developmentWallet,
  openKeystore,
} from "@vitalproof/sdk/node";
import type { Command } from "commander";
import type { Wallet } from "ethers";
import type { Chain } from "./connect.ts";
import { readText } from "./files.ts";
import type { GlobalOptions } from "./globals.ts";
import type { Io } from "./io.ts";
import { passphraseFrom } from "./passphrase.ts";

/** The account that a command signs and pays with. */
export type WalletOptions = GlobalOptions & {
  keystore?: string;
  keystorePassphraseFile?: string;
  devAccount?: string;
};

/** Adds the options that name an account. */
export function withWalletOptions(command: Command): Command {
  return command
    .option("--keystore <file>", "encrypted JSON keystore of the account (else VITALPROOF_KEYSTORE)")
    .option(
      "--keystore-passphrase-file <file>",
      "file with its passphrase (else VITALPROOF_KEYSTORE_PASSPHRASE, else asked)",
    )
    .option("--dev-account <n>", "instead: account 0 to 19 of a local development node");
}

/**
 * The account that the options name, connected to the chain where a provider is given.
 * @throws USAGE for none or two; NOT_ALLOWED for a development account on a chain that others use, keystore or not;
 *         PASSPHRASE_WRONG, FILE_NOT_UNDERSTOOD for the keystore
 */
export async function walletOf(
  io: Io,
  chain: Pick<Chain, "chainId"> & Partial<Chain>,
  options: WalletOptions,
): Promise<Wallet> {
  const { devAccount } = options;
  const keystore = options.keystore ?? (devAccount === undefined ? io.env.VITALPROOF_KEYSTORE : undefined);
  if ((keystore === undefined) === (devAccount === undefined)) {
    throw new VitalproofError("USAGE", "Name one account: --keystore FILE or --dev-account N.", {
      hint: "`vitalproof keystore new --out FILE` makes a keystore; --dev-account is for local nodes.",
    });
  }
  const wallet =
    devAccount === undefined ? await fromKeystore(io, keystore!, options) : numberedWallet(devAccount);
  assertOwnAccount(wallet.address, chain.chainId);
  return chain.provider === undefined ? wallet : wallet.connect(chain.provider);
}

function numberedWallet(text: string): Wallet {
  if (!/^\d{1,2}$/.test(text) || Number(text) >= DEVELOPMENT_ACCOUNTS) {
    throw new VitalproofError(
      "USAGE",
      `--dev-account is ${text}; it must be 0 to ${DEVELOPMENT_ACCOUNTS - 1}.`,
      {
        details: { devAccount: text },
      },
    );
  }
  return developmentWallet(Number(text));
}

async function fromKeystore(io: Io, file: string, options: WalletOptions): Promise<Wallet> {
  const text = await readText(io, file);
  const passphrase = await passphraseFrom(io, {
    what: "the keystore",
    file: options.keystorePassphraseFile,
    variable: "VITALPROOF_KEYSTORE_PASSPHRASE",
    option: "--keystore-passphrase-file",
  });
  return io.during("opening the keystore", async (say) =>
    openKeystore(text, passphrase, file, (share) => say(`${Math.round(share * 100)} %`)),
  );
}
