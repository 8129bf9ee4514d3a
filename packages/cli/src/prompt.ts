// SPDX-License-Identifier: GPL-3.0-or-later
import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** Asks on standard error and reads a line from the terminal without echoing it. */
export function readSecretLine(question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    process.stderr.write(question);
    // readline echoes to its output; this one swallows it.
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
    let answered = false;
    lines.once("line", (line) => {
      answered = true;
      lines.close();
      resolve(line);
    });
    lines.once("SIGINT", () => lines.close());
    lines.once("close", () => {
      process.stderr.write("\n");
      if (!answered) reject(Object.assign(new Error("stopped"), { name: "AbortError" }));
    });
  });
}
