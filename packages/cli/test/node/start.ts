// SPDX-License-Identifier: GPL-3.0-or-later
import { type ChildProcess, spawn } from "node:child_process";
import { resolve as resolvePath } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "../support.ts";

export type TestNode = { url: string; stop: () => Promise<void> };
export type TestChain = TestNode & {
  anchors: string;
  claims: string;
  consents: string;
  scopes: string;
  token: string;
};

const running = new Set<ChildProcess>();
// A test run that is broken off leaves no node behind.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a node as `npm run node` does, on a free port, with its time at `time` and nothing on it. */
export async function startNodeAt(time: string): Promise<TestNode> {
  const { line, stop } = await start(["scripts/node.ts", "--time", time, "--port", "0"], "http://");
  return { url: line, stop };
}

/** Starts a node in a process of its own, with its time at `time`, and the whole system deployed on it. */
export async function startChain(time: string): Promise<TestChain> {
  const { line, stop } = await start([fileURLToPath(new URL("./chain.ts", import.meta.url)), time], "{");
  return { ...(JSON.parse(line) as Omit<TestChain, "stop">), stop };
}

/** Runs a script until it prints a line that begins so. */
function start(
  script: readonly string[],
  beginning: string,
): Promise<{ line: string; stop: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const [file, ...more] = script;
    const child = spawn(process.execPath, [resolvePath(ROOT, file!), ...more], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    let out = "";
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk;
    });
    child.once("exit", (code) => {
      running.delete(child);
      reject(new Error(`the node ended with ${code}: ${err}`));
    });
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk;
      const line = out
        .split("\n")
        .slice(0, -1)
        .find((text) => text.startsWith(beginning));
      if (line !== undefined) resolve({ line, stop: () => stop(child) });
    });
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (!running.has(child)) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}
