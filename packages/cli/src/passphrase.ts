// SPDX-License-Identifier: GPL-3.0-or-later
import { passphraseProblem, VitalproofError } from "@vitalproof/sdk";
import { readText } from "./files.ts";
import type { Io } from "./io.ts";

/** Where a passphrase can come from. Never the command line: other users of the machine see that. */
export type PassphraseSource = {
  /** What it opens, for the question: "the vault". */
  what: string;
  file?: string | undefined;
  /** Name of the environment variable. */
  variable: string;
  /** Name of the option for the file, for the hint. */
  option: string;
  /** A new one is asked for twice, and `passphraseProblem` says which ones are refused. */
  fresh?: boolean;
};

/**
 * From the file, else from the environment, else from the person at the terminal.
 * @throws PASSPHRASE_REQUIRED where there is none; USAGE for a new one that is too weak or was mistyped
 */
export async function passphraseFrom(io: Io, source: PassphraseSource): Promise<string> {
  const given = await find(io, source);
  const problem = source.fresh === true ? passphraseProblem(given) : undefined;
  if (problem !== undefined) {
    throw new VitalproofError("USAGE", `The passphrase is too weak. ${problem}`, {
      hint: "It is all that protects the files. Four or five random words make a good one.",
    });
  }
  return given;
}

async function find(io: Io, { what, file, variable, option, fresh }: PassphraseSource): Promise<string> {
  if (file !== undefined) return firstLine(await readText(io, file));
  const set = io.env[variable];
  if (set !== undefined && set !== "") return set;
  if (!io.isTTY) {
    throw new VitalproofError("PASSPHRASE_REQUIRED", `The passphrase of ${what} is needed.`, {
      hint: `Pass ${option} FILE, or set ${variable}.`,
    });
  }
  const typed = await io.askSecret(`${fresh === true ? "New passphrase" : "Passphrase"} of ${what}: `);
  if (fresh === true && (await io.askSecret("The same again: ")) !== typed) {
    throw new VitalproofError("USAGE", "The two are not the same.", { hint: "Try again." });
  }
  return typed;
}

/** Editors and `echo` end a file with a line break. It does not belong to the passphrase. */
function firstLine(text: string): string {
  return text.replace(/\r?\n[\s\S]*$/, "");
}
