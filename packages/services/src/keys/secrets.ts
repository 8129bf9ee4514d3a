// SPDX-License-Identifier: GPL-3.0-or-later
//
// Secrets of a service as texts: from files that no other account can read, and from the environment. What is read
// here goes into no error, and nothing keeps it longer than it takes to use it.
import { open } from "node:fs/promises";
import { VitalproofError } from "@vitalproof/sdk";
import { systemCode, systemHint } from "@vitalproof/sdk/node";

/** Any right of the group or of others. */
const OTHERS = 0o077;
/** Characters of an octal mode without the file's type. */
const MODE = 0o7777;
/** Bytes; a keystore has some five hundred. */
const LONGEST = 64 * 1024;

/**
 * A file that holds a secret. The mode is asked of the open file, so that no other can be put there in between.
 * Windows has no such modes: there the folder's rights are all there is.
 *
 * @throws FILE_UNREADABLE; KEY_FILE_EXPOSED when the group or others have any right; FILE_NOT_UNDERSTOOD for a file of
 *         more than 64 KiB
 */
export async function readSecret(path: string): Promise<string> {
  return read(path, { guarded: true });
}

/** A file whose content is encrypted. @throws FILE_UNREADABLE, FILE_NOT_UNDERSTOOD for one of more than 64 KiB */
export async function readEncrypted(path: string): Promise<string> {
  return read(path, { guarded: false });
}

async function read(path: string, { guarded }: { guarded: boolean }): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { mode, size } = await file.stat();
      if (guarded && process.platform !== "win32" && (mode & OTHERS) !== 0) throw exposed(path, mode & MODE);
      if (size > LONGEST) {
        throw new VitalproofError("FILE_NOT_UNDERSTOOD", `${path} is too long for a key or a passphrase.`, {
          details: { path, bytes: size, most: LONGEST },
          hint: "Check the path.",
        });
      }
      return await file.readFile("utf8");
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof VitalproofError) throw cause;
    throw new VitalproofError("FILE_UNREADABLE", `${path} cannot be read (${systemCode(cause)}).`, {
      details: { path },
      hint: systemHint(systemCode(cause)),
      cause,
    });
  }
}

function exposed(path: string, mode: number): VitalproofError {
  const shown = mode.toString(8).padStart(4, "0");
  const quoted = path.replaceAll("'", "'\\''");
  return new VitalproofError("KEY_FILE_EXPOSED", `${path} has mode ${shown}: other accounts may read it.`, {
    details: { path, mode: shown, most: "0600" },
    hint: `Run: chmod 600 '${quoted}'`,
  });
}

/** Where a passphrase or a PIN comes from: exactly one of the two. */
export type SecretSource = {
  /** What it is, for errors: "the PIN of the token attester". */
  readonly what: string;
  readonly file?: string | undefined;
  readonly env?: string | undefined;
};

/**
 * The first line of the file, or the variable. Read again for every use, so that a changed PIN is found.
 * @throws PASSPHRASE_REQUIRED when it is empty or not set, and what `readSecret` throws
 */
export async function secretOf({ what, file, env }: SecretSource): Promise<string> {
  // Editors and `echo` end a file with a line break. It does not belong to the secret.
  const found = file === undefined ? envOf(env) : (await readSecret(file)).replace(/\r?\n[\s\S]*$/, "");
  if (found !== undefined && found !== "") return found;
  throw new VitalproofError("PASSPHRASE_REQUIRED", `There is nothing for ${what}.`, {
    details: { file, env },
    hint: file === undefined ? `Set ${env ?? "the variable"}.` : "Write it into the first line of the file.",
  });
}

/** @returns undefined for one that is not set */
export function envOf(name: string | undefined): string | undefined {
  return name === undefined ? undefined : process.env[name];
}
