// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from "node:child_process";
import { once } from "node:events";
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { NodeProgram } from "./nodes.ts";
import { run } from "./run.ts";

/** The installed command deploys to a node from the clone at `root`, and reads what it deployed. */
export async function tryDeployment(place: string, node: NodeProgram, root: string): Promise<void> {
  const chain = spawn(process.execPath, [join(root, "scripts/node.ts"), "--port", "0"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const url = await urlOf(chain.stdout);
    const bin = realpathSync(join(place, "node_modules/.bin/vitalproof"));
    const vitalproof = (...args: string[]) =>
      run(node.path, [bin, "--rpc", url, ...args], { cwd: place, env: { PATH: process.env.PATH } });
    await vitalproof(
      ...["deploy", "--clone", root, "--no-build", "--circuits", "glucose-day", "--with-test-token"],
      ...["--dev-account", "0", "--out", "deployment.json"],
    );
    const { stdout } = await vitalproof("circuits", "--deployment", "deployment.json", "--json");
    if (!stdout.includes('"glucose-day"')) throw new Error(`\`vitalproof circuits\` says: ${stdout}`);
  } finally {
    if (chain.exitCode === null) {
      chain.kill("SIGKILL");
      await once(chain, "exit");
    }
  }
}

async function urlOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    if (line.startsWith("http://")) return line;
  }
  throw new Error("scripts/node.ts ended without an address.");
}
