// SPDX-License-Identifier: GPL-3.0-or-later
import { createIdentity, exportIdentity, type Identity, importIdentity } from "@vitalproof/sdk";
import { nodeStretch } from "@vitalproof/sdk/node";
import type { Command } from "commander";
import { readText, writeText } from "../files.ts";
import type { GlobalOptions } from "../globals.ts";
import { loadIdentity, saveIdentity } from "../identity.ts";
import type { Io } from "../io.ts";
import { whole } from "../numbers.ts";
import { passphraseFrom } from "../passphrase.ts";
import { assertCost, COST_HELP } from "../scryptCost.ts";
import { withVault } from "../vault.ts";

type Cost = { scryptCost?: number };
type BackupOptions = GlobalOptions & Cost & { backupPassphraseFile?: string };

const SUBJECT_NOTE =
  "The subject is the name under which an attester files you. It is personal: never put it on a chain.";

const RESTORED =
  "`vitalproof policy mine` finds your policies and what they owe you. The readings and salts of your old log are " +
  "not in a backup: its days cannot be proven any more. To go on, send your attester a new request (`vitalproof log request`), let it continue the log, and run " +
  "`vitalproof log open FILE`.";

export function registerIdentity(program: Command, io: Io): void {
  const identity = program
    .command("identity")
    .description("Make, show, back up and restore the patient's identity.")
    .addHelpText("after", "\nExample:\n  vitalproof identity new\n");

  identity
    .command("new")
    .description("Make a new identity, and a vault for it if there is none.")
    .option("--scrypt-cost <n>", `for a new vault: ${COST_HELP}`, whole)
    .addHelpText("after", "\nExample:\n  vitalproof identity new --passphrase-file passphrase.txt\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & Cost>();
      const { made, folder } = await withVault(
        io,
        options,
        async (vault) => {
          const fresh = createIdentity();
          await saveIdentity(vault, fresh);
          return { made: fresh, folder: vault.folder };
        },
        { create: true, ...costOf(options) },
      );
      tell(
        io,
        "New identity",
        made,
        folder,
        "Back it up now. Without a backup it cannot be restored. `vitalproof identity backup --out FILE`",
      );
    });

  identity
    .command("show")
    .description("Show which identity the vault holds.")
    .addHelpText("after", "\nExample:\n  vitalproof identity show --json\n")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await withVault(io, options, async (vault) =>
        tell(io, "Identity", await loadIdentity(vault), vault.folder),
      );
    });

  identity
    .command("backup")
    .description("Write the identity to a file, encrypted under its own passphrase.")
    .requiredOption("--out <file>", "where to write it")
    .option(
      "--backup-passphrase-file <file>",
      "file with the backup's passphrase (else VITALPROOF_BACKUP_PASSPHRASE, else asked)",
    )
    .option("--scrypt-cost <n>", COST_HELP, whole)
    .addHelpText(
      "after",
      "\nThe backup never gets old, but it holds no readings: `vitalproof vault copy` keeps those too.\n" +
        "\nExample:\n  vitalproof identity backup --out identity.json --backup-passphrase-file other.txt\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<BackupOptions & { out: string }>();
      await withVault(io, options, async (vault) => {
        const kept = await loadIdentity(vault);
        assertCost(options.scryptCost);
        const passphrase = await backupPassphrase(io, options, true);
        const text = await io.during("encrypting", () =>
          exportIdentity(kept, passphrase, { ...costOf(options), stretch: nodeStretch }),
        );
        await writeText(io, options.out, `${text}\n`);
      });
      io.report([`Backup in ${options.out}. It opens with its own passphrase alone.`], { file: options.out });
    });

  identity
    .command("restore <file>")
    .description("Put an identity from its backup into a vault that has none.")
    .option(
      "--backup-passphrase-file <file>",
      "file with the backup's passphrase (else VITALPROOF_BACKUP_PASSPHRASE, else asked)",
    )
    .option("--scrypt-cost <n>", `for a new vault: ${COST_HELP}`, whole)
    .addHelpText(
      "after",
      "\nExample:\n  vitalproof identity restore identity.json --vault ~/.vitalproof-new\n",
    )
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<BackupOptions>();
      const text = await readText(io, file);
      const passphrase = await backupPassphrase(io, options, false);
      // Opened before a vault is made: a mistyped passphrase leaves nothing behind.
      const restored = await io.during("opening the backup", () =>
        importIdentity(text, passphrase, { stretch: nodeStretch }),
      );
      const folder = await withVault(
        io,
        options,
        async (vault) => {
          await saveIdentity(vault, restored);
          return vault.folder;
        },
        { create: true, ...costOf(options) },
      );
      tell(io, "Restored identity", restored, folder, RESTORED);
    });
}

function tell(io: Io, title: string, { subject }: Identity, folder: string, last = SUBJECT_NOTE): void {
  io.report([`${title} in ${folder}`, `subject ${subject}`, last], { vault: folder, subject });
}

function backupPassphrase(io: Io, options: BackupOptions, fresh: boolean): Promise<string> {
  return passphraseFrom(io, {
    what: "the backup",
    file: options.backupPassphraseFile,
    variable: "VITALPROOF_BACKUP_PASSPHRASE",
    option: "--backup-passphrase-file",
    fresh,
  });
}

function costOf({ scryptCost }: Cost): { logN?: number } {
  return scryptCost === undefined ? {} : { logN: scryptCost };
}
