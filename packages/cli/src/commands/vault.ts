// SPDX-License-Identifier: GPL-3.0-or-later
import { readIdentity } from "@vitalproof/sdk";
import type { Command } from "commander";
import { counted } from "../counted.ts";
import { EXIT } from "../exit.ts";
import { readText, writeText } from "../files.ts";
import type { GlobalOptions } from "../globals.ts";
import type { Io } from "../io.ts";
import { restoreVault, withVault } from "../vault.ts";
import { checkRecords, damagedLines } from "../vaultRecords.ts";

export function registerVault(program: Command, io: Io): void {
  const vault = program
    .command("vault")
    .description("Check, copy and restore the sealed place of identity, devices and logs.")
    .addHelpText("after", "\nExample:\n  vitalproof vault check\n");

  vault
    .command("check")
    .description("Open every record and name the damaged ones. The exit code is 1 if there are any.")
    .addHelpText("after", "\nExample:\n  vitalproof vault check --json\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { folder, keys, damaged } = await withVault(io, options, async (open) => ({
        folder: open.folder,
        ...(await io.during("opening every record", () => checkRecords(open))),
      }));
      io.report(
        [
          `${counted(keys, "record")} of ${folder} ${keys === 1 ? "opens" : "open"}.`,
          ...damagedLines(damaged),
        ],
        { vault: folder, records: keys, damaged },
      );
      if (damaged.length > 0) io.exitCode = EXIT.no;
    });

  vault
    .command("copy")
    .description("Write everything to one file, sealed under the vault's passphrase.")
    .requiredOption("--out <file>", "where to write it")
    .addHelpText(
      "after",
      "\nThe copy is as new as its date. The page and the command both restore it.\n" +
        "\nExample:\n  vitalproof vault copy --out copy.json\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { out: string }>();
      await withVault(io, options, async ({ sealed }) => {
        await writeText(io, options.out, `${await sealed.copy()}\n`);
      });
      io.report([`Copy in ${options.out}. It opens with the vault's passphrase.`], { file: options.out });
    });

  vault
    .command("restore <file>")
    .description("Make a vault from a copy, in a folder that has none.")
    .addHelpText("after", "\nExample:\n  vitalproof vault restore copy.json --vault ~/.vitalproof-new\n")
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { folder, subject } = await restoreVault(io, options, await readText(io, file), async (open) => ({
        folder: open.folder,
        subject: (await readIdentity(open.store))?.subject,
      }));
      io.report([`Vault restored in ${folder}.`], { vault: folder, subject });
    });
}
