// SPDX-License-Identifier: GPL-3.0-or-later

import type { Command } from "commander";
import { Wallet } from "ethers";
import { writeText } from "../files.ts";
import type { GlobalOptions } from "../globals.ts";
import type { Io } from "../io.ts";
import { passphraseFrom } from "../passphrase.ts";

type Options = GlobalOptions & { out: string; keystorePassphraseFile?: string };

export function registerKeystore(program: Command, io: Io): void {
  program
    .command("keystore")
    .description("Make accounts that sign and pay on a chain.")
    .addHelpText("after", "\nExample:\n  vitalproof keystore new --out attester.json\n")
    .command("new")
    .description("Make a new account and write its encrypted JSON keystore (Web3 Secret Storage, version 3).")
    .requiredOption("--out <file>", "where to write it")
    .option(
      "--keystore-passphrase-file <file>",
      "file with its passphrase (else VITALPROOF_KEYSTORE_PASSPHRASE, else asked)",
    )
    .addHelpText(
      "after",
      "\nExample:\n  vitalproof keystore new --out attester.json --keystore-passphrase-file attester.txt\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const passphrase = await passphraseFrom(io, {
        what: "the keystore",
        file: options.keystorePassphraseFile,
        variable: "VITALPROOF_KEYSTORE_PASSPHRASE",
        option: "--keystore-passphrase-file",
        fresh: true,
      });
      const { privateKey, address } = Wallet.createRandom();
      const text = await io.during("encrypting", (say) =>
        new Wallet(privateKey).encrypt(passphrase, (share) => say(`${Math.round(share * 100)} %`)),
      );
      await writeText(io, options.out, `${text}\n`);
      io.report([`Account ${address} in ${options.out}.`], { address, file: options.out });
    });
}
