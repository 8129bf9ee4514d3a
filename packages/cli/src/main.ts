// SPDX-License-Identifier: GPL-3.0-or-later
import { fileURLToPath } from "node:url";
import { systemCode, systemHint } from "@vitalproof/sdk/node";
import { EXIT } from "./exit.ts";
import { Io } from "./io.ts";
import { INSTALLED } from "./place.ts";
import { readSecretLine } from "./prompt.ts";
import { run } from "./run.ts";

/** Runs the command in this process and leaves its exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const stop = new AbortController();
  // The first Ctrl-C lets what runs end properly, locks and child processes included; the second one ends at once.
  process.once("SIGINT", () => {
    stop.abort();
    process.once("SIGINT", () => process.exit(130));
  });
  process.once("SIGTERM", () => stop.abort());
  const lost = outputLost();
  const io = new Io({
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTTY: process.stdin.isTTY === true && process.stderr.isTTY === true,
    env: process.env,
    cwd: process.cwd(),
    root: fileURLToPath(new URL(INSTALLED ? "./assets/" : "../../../", import.meta.url)),
    installed: INSTALLED,
    now: () => Date.now() / 1000,
    askSecret: readSecretLine,
    signal: stop.signal,
  });
  process.exitCode = await run(argv, io);
  // Told on the next turns: what was written last may fail after it.
  process.once("exit", (code) => {
    if (code === EXIT.ok && lost()) process.exitCode = EXIT.input;
  });
}

/**
 * A reader that has seen enough (`vitalproof … 2>&1 | head`) changes neither what the command does nor its exit code. Any
 * other failure to write, such as a full disk, loses the result.
 */
function outputLost(): () => boolean {
  let lost = false;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || lost) return;
    lost = true;
    process.stderr.write(
      `The result cannot be written (${systemCode(error)}). ${systemHint(systemCode(error))}\n`,
    );
  });
  process.stderr.on("error", () => {});
  return () => lost;
}
