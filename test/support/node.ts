// SPDX-License-Identifier: GPL-3.0-or-later
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { freePort } from "./ports.ts";

export const root = join(import.meta.dirname, "../..");
/** For the environment of a program that gets none of the tests': where Node keeps compiled code, as `npm test` says. */
export function compileCache(): { NODE_COMPILE_CACHE?: string } {
  const { NODE_COMPILE_CACHE } = process.env;
  return NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };
}

const hardhat = join(root, "node_modules/hardhat/dist/src/cli.js");

const running = new Set<ChildProcess>();
// A test run that is broken off leaves no node behind.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export interface LocalNode {
  readonly url: string;
  readonly request: <T = unknown>(method: string, ...params: unknown[]) => Promise<T>;
  readonly stop: () => Promise<void>;
}

/** A `hardhat node` of its own on the loopback interface, playing the chain with this id. */
export async function startNode(chainId: number): Promise<LocalNode> {
  const port = await freePort();
  const args = [
    hardhat,
    "node",
    "--chain-id",
    String(chainId),
    "--hostname",
    "127.0.0.1",
    "--port",
    String(port),
  ];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const ended = once(child, "exit").then(() => running.delete(child));
  let output = "";
  await new Promise<void>((resolve, reject) => {
    const take = (chunk: Buffer) => {
      output += chunk;
      if (output.includes(`127.0.0.1:${port}`)) resolve();
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    ended.then(() => reject(new Error(`hardhat node ended early:\n${output}`)));
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    request: (method, ...params) => request(url, method, params),
    stop: async () => {
      child.kill();
      const impatient = setTimeout(() => child.kill("SIGKILL"), 5000);
      await ended;
      clearTimeout(impatient);
    },
  };
}

export async function request<T>(url: string, method: string, params: unknown): Promise<T> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const body = (await response.json()) as { result?: T; error?: { message: string } };
  if (body.error !== undefined) throw new Error(`${method}: ${body.error.message}`);
  return body.result as T;
}
