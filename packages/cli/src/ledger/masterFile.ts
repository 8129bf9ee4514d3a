// SPDX-License-Identifier: GPL-3.0-or-later
import { FIELD, VitalproofError } from "@vitalproof/sdk";
import type { Command } from "commander";
import { EXIT } from "../exit.ts";
import { readText, writeText } from "../files.ts";
import type { Io } from "../io.ts";

/**
 * A custodian's master of audit keys: a number in a file of its own, decimal or hex after 0x.
 * @throws FILE_UNREADABLE; DOCUMENT_INVALID, without anything that the file holds
 */
export async function readMaster(io: Io, file: string): Promise<bigint> {
  const text = (await readText(io, file)).trim();
  const value = /^(\d{1,78}|0x[0-9a-fA-F]{1,64})$/.test(text) ? BigInt(text) : undefined;
  if (value !== undefined && value > 0n && value < FIELD) return value;
  throw new VitalproofError("DOCUMENT_INVALID", `${file} does not hold a master of audit keys.`, {
    details: { file },
    hint: "It is one number, decimal or hex after 0x, and nothing else. Ask the custodian for it.",
  });
}

const WARNING = [
  "The master of audit keys reads every record of this page, past and future, permanently. It cannot be undone.",
  "Give it to a regulator who is entitled to all of them. For one patient, the patient's own file of `ledger share` is enough.",
];

export type MasterOptions = { readonly out: string; readonly yes?: boolean };

/** Adds the options of commands that write a master. */
export function withMasterOptions(command: Command): Command {
  return command
    .requiredOption("--out <file>", "where to write it; `ledger disclose --master-file` reads it")
    .option("--yes", "write it");
}

/**
 * Warns, and with `--yes` writes a page's master to a new file.
 * @throws FILE_EXISTS, FILE_UNREADABLE; what `master` throws
 */
export async function tellMaster(
  io: Io,
  { out, yes = false }: MasterOptions,
  page: bigint,
  master: () => Promise<bigint>,
): Promise<void> {
  for (const line of WARNING) io.warn(line);
  // Never replaces a file, which may hold another page's master.
  if (yes) await writeText(io, out, `${await master()}\n`);
  else io.exitCode = EXIT.refused;
  io.report(
    [yes ? `${out} holds the master of page ${page}.` : "Nothing was written. Pass --yes to do it."],
    {
      page,
      written: yes,
      ...(yes ? { file: out } : {}),
    },
  );
}
