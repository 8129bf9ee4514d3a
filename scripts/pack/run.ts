// SPDX-License-Identifier: GPL-3.0-or-later
import { type ExecFileOptions, execFile } from "node:child_process";
import { promisify } from "node:util";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end.
 * @param expected the exit code that it must have
 * @throws with all that it said when the exit code is another one
 */
export async function run(
  program: string,
  args: readonly string[],
  options: ExecFileOptions = {},
  expected = 0,
): Promise<Ran> {
  const ran = await promisify(execFile)(program, [...args], { ...options, encoding: "utf8" }).then(
    ({ stdout, stderr }): Ran => ({ code: 0, stdout, stderr }),
    (error: { code: unknown; stdout: string; stderr: string; message: string }): Ran => {
      if (typeof error.code !== "number") throw error;
      return { code: error.code, stdout: error.stdout, stderr: error.stderr };
    },
  );
  if (ran.code === expected) return ran;
  throw new Error(
    `\`${program} ${args.join(" ")}\` ended with ${ran.code} instead of ${expected}:\n${ran.stdout}${ran.stderr}`,
  );
}
