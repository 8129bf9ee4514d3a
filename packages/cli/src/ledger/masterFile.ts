// SPDX-License-Identifier: GPL-3.0-or-later
import { FIELD, VitalproofError } from "@vitalproof/sdk";
import { readText } from "../files.ts";
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
