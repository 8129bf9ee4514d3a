// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { compileCache } from "../../../test/support/node.ts";
import { ROOT } from "./support.ts";

/**
 * Runs every `sh` block of docs/cli.md as it stands, in order, in one shell that stops at the first failure.
 * @returns what it printed, with a line before each block
 */
export async function runManual(
  cwd: string,
  url: string,
): Promise<{ code: number; output: string; blocks: number }> {
  const text = await readFile(join(ROOT, "docs/cli.md"), "utf8");
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block!);
  const script = blocks.map((block, i) => `echo "== block ${i + 1}, after $SECONDS s"\n${block}`);
  await writeFile(join(cwd, "manual.sh"), ["set -euo pipefail", ...script].join("\n"));
  const child = spawn("bash", ["manual.sh"], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      HOME: cwd,
      PATH: [join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter),
      VITALPROOF_RPC: url,
      ...compileCache(),
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  const [code] = (await once(child, "close")) as [number];
  return { code, output, blocks: blocks.length };
}
