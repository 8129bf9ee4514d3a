// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Detail, VitalproofError } from "@vitalproof/sdk";
import type { Command } from "commander";
import type { JsonRpcProvider, Wallet } from "ethers";
import type { Deployment } from "../chain/deployment.ts";
import { deployTestToken } from "../chain/token.ts";
import { isLocalChain, withChain } from "../connect.ts";
import { writeText } from "../files.ts";
import { rpcUrl } from "../globals.ts";
import { type Io, type Json, jsonText } from "../io.ts";
import { addressOption } from "../numbers.ts";
import { type WalletOptions, walletOf, withWalletOptions } from "../wallet.ts";

const ROLES = ["governor", "guardian", "pauser"] as const;

type Options = WalletOptions &
  Partial<Record<(typeof ROLES)[number], string>> & {
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

/** The part of scripts/deploy.ts's document that is read here. */
type Document = {
  ok: boolean;
  refused?: { code: string; message: string; wayOut: string };
  checks?: { title: string; status: string; detail: string }[];
  deployment?: Deployment & {
    roles: Record<string, string>;
    circuits: { name: string; version: number; id: string; keyKind: string }[];
  };
};

export function registerDeploy(program: Command, io: Io): void {
  withWalletOptions(program.command("deploy"))
    .description(
      "Deploy the contracts to the node's chain: check everything first, deploy, read back, and write a deployment file.",
    )
    .option(
      "--governor <address>",
      "who decides on circuits, after a delay (local chains: the node's 2nd account)",
      addressOption,
    )
    .option("--guardian <address>", "who can suspend a circuit (local chains: the 3rd)", addressOption)
    .option("--pauser <address>", "who can pause new business (local chains: the 4th)", addressOption)
    .option("--parameters <file>", "instead: a file with roles and times, see docs/deployment.md")
    .option("--circuits <names>", "A,B: circuits to start with (default: those of the default group)")
    .option(
      "--allow-development-keys",
      "accept keys under which anyone can forge proofs, on a known test network",
    )
    .option("--with-test-token", "on a local chain, also deploy a token that anyone can mint")
    .option(
      "--journal <folder>",
      "where Ignition keeps its journal (default: the repository's ignition/; none for local chains)",
    )
    .option("--no-build", "take the compiled contracts as they are")
    .option("--preflight", "only look; send nothing, write nothing")
    .option("--out <file>", "where to write the deployment file", "deployment.json")
    .option("--force", "replace that file")
    .addHelpText(
      "after",
      "\nRuns in a clone of the repository alone, whose scripts rehearse and compare what is deployed.\n" +
        "Development keys are refused on every chain but local ones and, with the flag, known test networks.\n" +
        "\nExamples:\n" +
        "  vitalproof deploy --dev-account 0 --with-test-token --out deployment.json\n" +
        "  vitalproof deploy --rpc https://… --keystore deployer.json --governor 0x… --guardian 0x… --pauser 0x…\n",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if (io.installed) throw notInstalled();
      const { document, deployment } = await withChain(io, options, async (chain) => {
        const { chainId, provider } = chain;
        const local = isLocalChain(chainId);
        if (options.withTestToken === true && !local) {
          throw new VitalproofError(
            "NOT_ALLOWED",
            `Chain ${chainId} is not local: no test token is deployed there.`,
            {
              details: { chainId },
              hint: "Name the token that the benefit is paid in with `program create --token`.",
            },
          );
        }
        const wallet = await walletOf(io, chain, options);
        const fromBlock = await provider.getBlockNumber();
        const found = await runDeployment(io, options, { chainId, provider, wallet, local });
        if (found.deployment === undefined) return { document: found, deployment: undefined };
        const { schema, contracts, chainId: id } = found.deployment;
        const testToken =
          options.withTestToken === true
            ? await io.during("deploying the test token", () => deployTestToken(io, wallet))
            : undefined;
        const made: Deployment = {
          schema,
          chainId: id,
          contracts,
          fromBlock,
          ...(testToken === undefined ? {} : { testToken }),
        };
        return { document: found, deployment: made };
      });
      if (deployment === undefined) {
        io.report(
          (document.checks ?? []).map(
            ({ title, status, detail }) => `${status.padEnd(8)} ${title}: ${detail}`,
          ),
          document as unknown as Json,
        );
        return;
      }
      const { roles, circuits } = document.deployment!;
      const file = { ...deployment, roles, circuits };
      await writeText(io, options.out, jsonText(file as unknown as Json), options);
      io.report(
        [
          `Deployed on chain ${deployment.chainId}, read back and compared; written to ${options.out}.`,
          ...Object.entries(deployment.contracts).map(([name, address]) => `  ${name.padEnd(18)} ${address}`),
          ...(deployment.testToken === undefined
            ? []
            : [`  ${"test token".padEnd(18)} ${deployment.testToken}`]),
          ...circuits.map(({ name, version, keyKind }) => `  circuit ${name} v${version}, ${keyKind} key`),
          ...Object.entries(roles).map(([role, account]) => `  ${role.padEnd(18)} ${account}`),
        ],
        { file: options.out, ...file } as unknown as Json,
      );
    });
}

/** Rehearsal, journal and compilers are the repository's. */
function notInstalled(): VitalproofError {
  return new VitalproofError("NOT_ALLOWED", "The installed command does not deploy contracts.", {
    hint:
      "Clone the repository and run `npm run deploy -- --network NAME` there, or `npx vitalproof deploy`: it rehearses the " +
      "deployment, keeps a journal and compares what was compiled. Then name the deployment file with --deployment here.",
  });
}

type Where = { chainId: bigint; provider: JsonRpcProvider; wallet: Wallet; local: boolean };

/**
 * Runs scripts/deploy.ts as `npm run deploy` does, for a chain by its URL: the one place that knows what may be deployed
 * where. The key goes into the child's environment, as that script takes it, and nowhere else.
 */
async function runDeployment(
  io: Io,
  options: Options,
  { chainId, provider, wallet, local }: Where,
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
      cwd: io.root,
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
      hint: "Run `npm run deploy -- --network custom` in the repository to see why.",
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
  options: Options,
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
