// SPDX-License-Identifier: GPL-3.0-or-later
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { compileCache, root } from "../../support/node.ts";

export interface DeployRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `--json` prints; the parts that tests read. */
export interface DeployDocument {
  readonly ok: boolean;
  readonly refused?: { readonly code: string; readonly message: string; readonly wayOut: string };
  readonly checks: readonly { readonly title: string; readonly status: string; readonly code?: string }[];
  readonly contracts: readonly {
    readonly contract: string;
    readonly gas: string;
    readonly codeBytes: number;
  }[];
  readonly cost: { readonly gas: string; readonly required: string } | null;
  readonly deployment?: {
    readonly chainId: number;
    readonly contracts: Readonly<Record<string, string>>;
    readonly circuits: readonly {
      readonly name: string;
      readonly verifier: string;
      readonly verifierCodeHash: string;
      readonly keyKind: string;
    }[];
  };
}

// No keystore of whoever runs the tests may answer in place of the environment.
const home = mkdtempSync(join(tmpdir(), "vitalproof-home-"));

const environment = (env: Record<string, string>) => ({
  PATH: process.env.PATH ?? "",
  HOME: home,
  XDG_CONFIG_HOME: home,
  ...env,
});

interface Host {
  readonly child: ChildProcess;
  /** Rejected when it ends; the tests' own end is the only reason to. */
  readonly ended: Promise<never>;
}
let host: Host | undefined;

function startHost(): Host {
  const child = fork(new URL("./deployHost.ts", import.meta.url), {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: environment(compileCache()),
  });
  process.on("exit", () => child.kill());
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the process of the deployments ended with ${code}`);
  });
  ended.catch(() => undefined);
  return { child, ended };
}

/**
 * Runs scripts/deploy.ts as an operator would, with nothing in its environment but what is given. All runs share one
 * process (deployHost.ts), except those of `spawnDeploy`.
 */
export async function runDeploy(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<DeployRun> {
  host ??= startHost();
  const { child, ended } = host;
  // Between two runs it does not keep the tests alive.
  child.ref();
  child.channel!.ref();
  const answer = once(child, "message");
  child.send({ args: ["--no-build", ...args], env: environment(env) });
  const [run] = (await Promise.race([answer, ended])) as [DeployRun];
  child.channel!.unref();
  child.unref();
  return withoutKey(run, env);
}

/** The same in a process of its own. */
export async function spawnDeploy(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<DeployRun> {
  const child = spawn(process.execPath, ["scripts/deploy.ts", "--no-build", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: environment({ ...compileCache(), ...env }),
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output.stderr += chunk;
  });
  const [code] = (await once(child, "close")) as [number];
  return withoutKey({ code, ...output }, env);
}

function withoutKey(run: DeployRun, env: Record<string, string>): DeployRun {
  const key = env.DEPLOYER_PRIVATE_KEY;
  if (key !== undefined) expect(run.stdout + run.stderr).not.to.include(key.slice(2));
  return run;
}

export async function runDeployJson(
  args: readonly string[],
  env: Record<string, string>,
  how = runDeploy,
): Promise<DeployRun & { document: DeployDocument }> {
  const run = await how([...args, "--json"], env);
  try {
    return { ...run, document: JSON.parse(run.stdout) };
  } catch {
    throw new Error(`no JSON came out (exit code ${run.code}):\n${run.stdout}\n${run.stderr}`);
  }
}
