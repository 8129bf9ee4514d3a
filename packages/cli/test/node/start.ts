// SPDX-License-Identifier: GPL-3.0-or-later
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ROOT } from "../support.ts";

export type TestChain = {
  url: string;
  anchors: string;
  claims: string;
  consents: string;
  token: string;
  stop: () => Promise<void>;
};

/** Starts a node in a process of its own, with its time at `time`, and the whole system deployed on it. */
export function startChain(time: string): Promise<TestChain> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL("./chain.ts", import.meta.url)), time], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk;
    });
    child.once("exit", (code) => reject(new Error(`the node ended with ${code}: ${err}`)));
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk;
      const line = out.split("\n").find((text) => text.startsWith("{"));
      if (line === undefined || !out.includes("\n")) return;
      resolve({ ...(JSON.parse(line) as Omit<TestChain, "stop">), stop: () => stop(child) });
    });
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.removeAllListeners("exit");
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}
