// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { Command } from "commander";
import { HDNodeWallet, Mnemonic, Wallet } from "ethers";
import { type Chain, isLocalChain } from "./connect.ts";
import { readText } from "./files.ts";
import type { GlobalOptions } from "./globals.ts";
import type { Io } from "./io.ts";
import { passphraseFrom } from "./passphrase.ts";

/** The phrase whose accounts every Hardhat and Anvil node funds: public, so anyone can spend from them. */
const DEVELOPMENT_PHRASE = "test test test test test test test test test test test junk";
const DEVELOPMENT_ACCOUNTS = 20;

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
    devAccount === undefined ? await fromKeystore(io, keystore!, options) : developmentWallet(devAccount);
  if (!isLocalChain(chain.chainId) && isDevelopmentAccount(wallet.address)) {
    throw new VitalproofError(
      "NOT_ALLOWED",
      `${wallet.address} is a public development account; chain ${chain.chainId} is not local.`,
      {
        details: { address: wallet.address, chainId: chain.chainId },
        hint: "Everybody knows its key. Use a keystore with an account of your own.",
      },
    );
  }
  return chain.provider === undefined ? wallet : wallet.connect(chain.provider);
}

/** Whether an address belongs to the phrase that development nodes fund. */
export function isDevelopmentAccount(address: string): boolean {
  return Array.from(
    { length: DEVELOPMENT_ACCOUNTS },
    (_, i) => developmentWallet(String(i)).address,
  ).includes(address);
}

function developmentWallet(text: string): Wallet {
  if (!/^\d{1,2}$/.test(text) || Number(text) >= DEVELOPMENT_ACCOUNTS) {
    throw new VitalproofError(
      "USAGE",
      `--dev-account is ${text}; it must be 0 to ${DEVELOPMENT_ACCOUNTS - 1}.`,
      {
        details: { devAccount: text },
      },
    );
  }
  const phrase = Mnemonic.fromPhrase(DEVELOPMENT_PHRASE);
  return new Wallet(HDNodeWallet.fromMnemonic(phrase, `m/44'/60'/0'/0/${Number(text)}`).privateKey);
}

async function fromKeystore(io: Io, file: string, options: WalletOptions): Promise<Wallet> {
  const text = await readText(io, file);
  const passphrase = await passphraseFrom(io, {
    what: "the keystore",
    file: options.keystorePassphraseFile,
    variable: "VITALPROOF_KEYSTORE_PASSPHRASE",
    option: "--keystore-passphrase-file",
  });
  try {
    const wallet = await io.during("opening the keystore", async (say) =>
      Wallet.fromEncryptedJson(text, passphrase, (share) => say(`${Math.round(share * 100)} %`)),
    );
    return new Wallet(wallet.privateKey);
  } catch (error) {
    // The cause is not kept: ethers puts what it was given into its messages.
    const wrong = error instanceof Error && /incorrect password/i.test(error.message);
    if (wrong) {
      throw new VitalproofError("PASSPHRASE_WRONG", `${file} does not open with this passphrase.`, {
        details: { file },
      });
    }
    throw new VitalproofError("FILE_NOT_UNDERSTOOD", `${file} is not an encrypted JSON keystore.`, {
      details: { file },
      hint: "`vitalproof keystore new --out FILE` makes one; those of Geth and ethers work as well.",
    });
  }
}
