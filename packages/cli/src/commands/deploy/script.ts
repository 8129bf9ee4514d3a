// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Detail, VitalproofError } from "@vitalproof/sdk";
import type { JsonRpcProvider, Wallet } from "ethers";
import type { Deployment } from "../../chain/deployment.ts";
import { rpcUrl } from "../../globals.ts";
import type { Io } from "../../io.ts";
import { addressOption } from "../../numbers.ts";
import type { WalletOptions } from "../../wallet.ts";

const ROLES = ["governor", "guardian", "pauser"] as const;

/** The part of scripts/deploy.ts's document that is read here. */
export type Document = {
  ok: boolean;
  refused?: { code: string; message: string; wayOut: string };
  checks?: { title: string; status: string; detail: string }[];
  deployment?: Deployment & {
    roles: Record<string, string>;
    circuits: { name: string; version: number; id: string; keyKind: string }[];
  };
};

export type DeployOptions = WalletOptions &
  Partial<Record<(typeof ROLES)[number], string>> & {
    clone?: string;
    parameters?: string;
    circuits?: string;
    allowDevelopmentKeys?: boolean;
    withTestToken?: boolean;
    journal?: string;
    build: boolean;
    preflight?: boolean;
    out: string;
    force?: boolean;
  };

type Where = { clone: string; chainId: bigint; provider: JsonRpcProvider; wallet: Wallet; local: boolean };

/**
 * Runs the scripts/deploy.ts of a clone as `npm run deploy` does, for a chain by its URL: the one place that knows what may
 * be deployed where. The key goes into the child's environment, as that script takes it, and nowhere else.
 */
export async function runDeployment(
  io: Io,
  options: DeployOptions,
  { clone, chainId, provider, wallet, local }: Where,
): Promise<Document> {
  const folder = await mkdtemp(join(tmpdir(), "vitalproof-deploy-"));
  try {
    const parameters = await parametersFile(io, options, folder, local ? provider : undefined);
    const journal =
      options.journal === undefined ? (local ? folder : undefined) : resolve(io.cwd, options.journal);
    const args = [
      "scripts/deploy.ts",
      ...["--network", "custom", "--json"],
      ...(parameters === undefined ? [] : ["--parameters", parameters]),
      ...(journal === undefined ? [] : ["--output", journal]),
      ...(options.circuits === undefined ? [] : ["--circuits", options.circuits]),
      ...(options.artifacts === undefined ? [] : ["--manifests", resolve(io.cwd, options.artifacts)]),
      ...(options.allowDevelopmentKeys === true ? ["--allow-development-keys"] : []),
      ...(options.preflight === true ? ["--preflight"] : []),
      ...(options.build ? [] : ["--no-build"]),
    ];
    const child = spawn(process.execPath, args, {
      cwd: clone,
      stdio: ["ignore", "pipe", "pipe"],
      signal: io.signal,
      env: {
        ...process.env,
        CUSTOM_RPC_URL: rpcUrl(io, options),
        CUSTOM_CHAIN_ID: String(chainId),
        DEPLOYER_PRIVATE_KEY: wallet.privateKey,
      },
    });
    const output = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => {
      output.stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output.stderr += chunk;
    });
    const closed = once(child, "close");
    await io.during("deploying", async (say) => {
      child.stderr.on("data", (chunk) => say(String(chunk).trim().split("\n").at(-1) ?? ""));
      await closed;
    });
    return documentOf(output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function documentOf({ stdout, stderr }: { stdout: string; stderr: string }): Document {
  let document: Document;
  try {
    document = JSON.parse(stdout) as Document;
  } catch {
    throw new VitalproofError("CONTRACT_CALL_FAILED", "The deployment ended without a result.", {
      details: { said: stderr.trim().slice(-500) },
      hint: "Run `npm run deploy -- --network custom` in the clone to see why.",
    });
  }
  if (document.refused === undefined) return document;
  const { code, message, wayOut } = document.refused;
  const details: Record<string, Detail> = { refusal: code };
  throw new VitalproofError("NOT_ALLOWED", `The deployment was refused: ${message}`, {
    details,
    hint: wayOut,
  });
}

/** Roles for the script; on a local chain the node's own accounts take the roles that are not named. */
async function parametersFile(
  io: Io,
  options: DeployOptions,
  folder: string,
  local: JsonRpcProvider | undefined,
): Promise<string | undefined> {
  const named = ROLES.filter((role) => options[role] !== undefined);
  if (options.parameters !== undefined) {
    if (named.length === 0) return resolve(io.cwd, options.parameters);
    throw new VitalproofError("USAGE", `--${named[0]} and --parameters are given both.`, {
      hint: "Put the roles into the file, or leave it out.",
    });
  }
  const accounts = local === undefined ? [] : ((await local.send("eth_accounts", [])) as string[]);
  const roles = Object.fromEntries(
    ROLES.flatMap((role, i) => {
      const account = options[role] ?? accounts[i + 1];
      return account === undefined ? [] : [[role, addressOption(account)]];
    }),
  );
  if (Object.keys(roles).length === 0) return undefined;
  const path = join(folder, "parameters.json");
  await writeFile(path, JSON.stringify({ Vitalproof: roles }));
  return path;
}
