// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { VitalproofError } from "@vitalproof/sdk";
import { systemCode, systemHint, writeWhole } from "@vitalproof/sdk/node";
import type { Io } from "./io.ts";

/** What a user names on the command line, as a text. @throws FILE_UNREADABLE */
export async function readText(io: Io, file: string): Promise<string> {
  try {
    return await readFile(resolve(io.cwd, file), "utf8");
  } catch (cause) {
    throw new VitalproofError("FILE_UNREADABLE", `${file} cannot be read (${systemCode(cause)}).`, {
      details: { file },
      hint: systemHint(systemCode(cause)),
      cause,
    });
  }
}

/**
 * Writes a file that is not there yet, readable by its owner only; `force` replaces one that is. A failure leaves no half
 * of it.
 * @throws FILE_EXISTS, FILE_UNREADABLE
 */
export async function writeText(
  io: Io,
  file: string,
  text: string,
  options: { force?: boolean } = {},
): Promise<void> {
  try {
    await writeWhole(resolve(io.cwd, file), text, { replace: options.force === true });
  } catch (cause) {
    if (systemCode(cause) === "EEXIST") {
      throw new VitalproofError("FILE_EXISTS", `${file} is there already.`, {
        details: { file },
        hint: "Choose another name, or pass --force to replace it.",
      });
    }
    throw new VitalproofError("FILE_UNREADABLE", `${file} cannot be written (${systemCode(cause)}).`, {
      details: { file },
      hint: systemHint(systemCode(cause)),
      cause,
    });
  }
}
