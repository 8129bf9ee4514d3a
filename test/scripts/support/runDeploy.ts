// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { root } from "../../support/node.ts";

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

/** Runs scripts/deploy.ts as an operator would, with nothing in its environment but what is given. */
export async function runDeploy(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<DeployRun> {
  const child = spawn(process.execPath, ["scripts/deploy.ts", "--no-build", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "", HOME: home, XDG_CONFIG_HOME: home, ...env },
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output.stderr += chunk;
  });
  const [code] = (await once(child, "close")) as [number];
  const key = env.DEPLOYER_PRIVATE_KEY;
  if (key !== undefined) expect(output.stdout + output.stderr).not.to.include(key.slice(2));
  return { code, ...output };
}

export async function runDeployJson(
  args: readonly string[],
  env: Record<string, string>,
): Promise<DeployRun & { document: DeployDocument }> {
  const run = await runDeploy([...args, "--json"], env);
  try {
    return { ...run, document: JSON.parse(run.stdout) };
  } catch {
    throw new Error(`no JSON came out (exit code ${run.code}):\n${run.stdout}\n${run.stderr}`);
  }
}
