// SPDX-License-Identifier: GPL-3.0-or-later
import { tellError } from "./exit.ts";
import type { Io } from "./io.ts";
import { buildProgram } from "./program.ts";

/**
 * Runs one command line.
 * @param argv without the program's own name
 * @returns the exit code
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  // Mistakes on the command line are told before its options are known.
  io.json = argv.includes("--json");
  try {
    await buildProgram(io).parseAsync(argv, { from: "user" });
    return io.exitCode;
  } catch (error) {
    return tellError(io, error);
  }
}
