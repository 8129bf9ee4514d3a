// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Ends the process once everything that it wrote has arrived. `process.exit` alone drops what still waits: npm shares its
 * pipe with the script and does not block on it, so a slow reader loses the end of a long output.
 */
export function exit(code: number): Promise<never> {
  return new Promise(() => {
    process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
  });
}
