// SPDX-License-Identifier: GPL-3.0-or-later
import { createIdentity, deviceNames, readIdentity } from "@vitalproof/sdk";
import type { Command } from "commander";
import type { GlobalOptions } from "../globals.ts";
import { saveIdentity } from "../identity.ts";
import type { Io } from "../io.ts";
import { whole } from "../numbers.ts";
import { logNames } from "../patientLog.ts";
import { COST_HELP } from "../scryptCost.ts";
import { type Vault, withVault } from "../vault.ts";

type InitOptions = GlobalOptions & { scryptCost?: number };

export function registerInit(program: Command, io: Io): void {
  program
    .command("init")
    .description("Make a patient's vault and identity if they are missing, and say what to do next.")
    .option("--scrypt-cost <n>", `for a new vault: ${COST_HELP}`, whole)
    .addHelpText(
      "after",
      "\nNothing that is there is replaced, so the command can be run again at any time.\n" +
        "\nExample:\n  vitalproof init\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<InitOptions>();
      const { folder, subject, made, steps } = await withVault(io, options, initialised, {
        create: true,
        ...(options.scryptCost === undefined ? {} : { logN: options.scryptCost }),
      });
      // Without it the printed lines would act on another vault.
      const own = options.vault === undefined ? "vitalproof" : `vitalproof --vault ${quoted(folder)}`;
      const next = steps.map(({ why, words }) => ({ why, command: `${own} ${words}` }));
      io.report(
        [
          made ? `Made a new identity in ${folder}` : `${folder} holds an identity already`,
          `subject ${subject}`,
          "What to do next:",
          ...next.map(({ why, command: line }) => `  ${why}: \`${line}\``),
        ],
        { vault: folder, subject, made, next },
      );
    });
}

async function initialised(vault: Vault) {
  const kept = await readIdentity(vault.store);
  const identity = kept ?? createIdentity();
  if (kept === undefined) await saveIdentity(vault, identity);
  return {
    folder: vault.folder,
    subject: identity.subject,
    made: kept === undefined,
    steps: await stepsAfter(vault, kept === undefined),
  };
}

/** The patient's next steps, as far as the vault knows them. */
async function stepsAfter(vault: Vault, made: boolean): Promise<{ why: string; words: string }[]> {
  const backup = {
    why: "Back up the identity; without a backup it cannot be restored",
    words: "identity backup --out FILE",
  };
  if ((await logNames(vault)).length > 0) {
    return [
      { why: "Add readings to the log", words: "log add FILE" },
      { why: "Seal the days that are over", words: "log seal --out heads.json" },
    ];
  }
  return [
    ...(made ? [backup] : []),
    ...((await deviceNames(vault.store)).length > 0
      ? []
      : [{ why: "Make a software key that acts as a device", words: "device simulate" }]),
    {
      why: "Ask an attester for a log (`vitalproof inspect FILE` names the profile)",
      words: "log request --profile PROFILE --zone ZONE --out request.json",
    },
    { why: "Open the log with the attester's answer", words: "log open FILE" },
  ];
}

/** A word as a shell reads it. */
function quoted(word: string): string {
  return /^[\w./~+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
