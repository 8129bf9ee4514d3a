// SPDX-License-Identifier: GPL-3.0-or-later
import { type Reading, readDexcomClarity } from "@vitalproof/sdk";
import type { Command } from "commander";
import { readText } from "./files.ts";
import type { Io, Json } from "./io.ts";

export type ReadingOptions = { zone?: string };

/** Options of every command that reads a file of readings. */
export function withReadingOptions(command: Command): Command {
  return command.option(
    "--zone <zone>",
    'zone of the clock that wrote the file, such as "Europe/Berlin" or "+02:00"; never guessed',
  );
}

/** What a file holds: the readings, and what else was in it, in numbers. */
export type ReadingFile = { readings: Reading[]; format: string; report: Json };

/**
 * Reads a file of readings.
 * @throws FILE_UNREADABLE, FILE_NOT_UNDERSTOOD, ZONE_REQUIRED, ZONE_UNKNOWN
 */
export async function readReadings(io: Io, file: string, options: ReadingOptions): Promise<ReadingFile> {
  const text = await readText(io, file);
  const { readings, report } = readDexcomClarity(text, { zone: options.zone ?? "" });
  return { readings, format: "dexcom-clarity", report };
}
