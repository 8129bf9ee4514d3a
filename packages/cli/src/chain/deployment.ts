// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { type Command, Option } from "commander";
import { getAddress, isAddress } from "ethers";
import { readText } from "../files.ts";
import type { GlobalOptions } from "../globals.ts";
import type { Io } from "../io.ts";
import { addressOption } from "../numbers.ts";

/** Names of the contracts as deployment files have them. */
export const CONTRACTS = [
  "CircuitRegistry",
  "AnchorRegistry",
  "ConsentRegistry",
  "ScopeRegistry",
  "PauseRegistry",
  "Custody",
  "HealthLedger",
  "ClaimsPayout",
] as const;

/** What `deploy` writes and the other commands take with --deployment. */
export type Deployment = {
  readonly schema: 1;
  readonly chainId: number;
  readonly contracts: Readonly<Record<(typeof CONTRACTS)[number], string>>;
  /** First block that can hold an event of it. */
  readonly fromBlock?: number;
  /** A token that anyone can mint. Local chains only. */
  readonly testToken?: string;
};

export type DeploymentOptions = GlobalOptions & { deployment?: string; claims?: string };

/** Adds the two ways of naming the contracts. */
export function withDeploymentOptions(command: Command): Command {
  return command
    .addOption(new Option("--deployment <file>", "the file that `deploy` wrote").env("VITALPROOF_DEPLOYMENT"))
    .option("--claims <address>", "instead: the claims contract, which names the others", addressOption);
}

/**
 * Reads a deployment file.
 * @throws FILE_UNREADABLE; DOCUMENT_INVALID naming the member
 */
export async function readDeployment(io: Io, file: string): Promise<Deployment> {
  const wrong = (what: string): VitalproofError =>
    new VitalproofError("DOCUMENT_INVALID", `${file} is not a deployment file: ${what}.`, {
      details: { file, what },
      hint: "Take the file that `vitalproof deploy` or `npm run deploy` wrote.",
    });
  let found: Partial<Deployment> | null;
  try {
    found = JSON.parse(await readText(io, file)) as Partial<Deployment> | null;
  } catch (error) {
    if (error instanceof VitalproofError) throw error;
    throw wrong("no JSON");
  }
  if (found?.schema !== 1) throw wrong("schema is not 1");
  if (!Number.isSafeInteger(found.chainId)) throw wrong("chainId is not a number");
  const checked = (name: string, value: unknown): string => {
    if (typeof value === "string" && isAddress(value)) return getAddress(value);
    throw wrong(`${name} is not an address`);
  };
  const contracts = Object.fromEntries(
    CONTRACTS.map((name) => [name, checked(name, found.contracts?.[name])]),
  ) as Deployment["contracts"];
  return {
    schema: 1,
    chainId: found.chainId!,
    contracts,
    ...(Number.isSafeInteger(found.fromBlock) ? { fromBlock: found.fromBlock! } : {}),
    ...(found.testToken === undefined ? {} : { testToken: checked("testToken", found.testToken) }),
  };
}

/**
 * The claims contract that the options name, after comparing the chain.
 * @throws USAGE for none or two; NOT_ALLOWED when the node is another chain than the file's
 */
export async function claimsOf(
  io: Io,
  options: DeploymentOptions,
  chainId: bigint,
): Promise<{ claims: string; deployment: Deployment | undefined }> {
  // An explicit address counts before a file that the environment names.
  if (options.claims !== undefined) return { claims: options.claims, deployment: undefined };
  if (options.deployment === undefined) {
    throw new VitalproofError("USAGE", "Name the contracts: --deployment FILE or --claims ADDRESS.", {
      hint: "`vitalproof deploy` writes the file.",
    });
  }
  const deployment = await readDeployment(io, options.deployment);
  if (BigInt(deployment.chainId) !== chainId) {
    throw new VitalproofError(
      "NOT_ALLOWED",
      `${options.deployment} is of chain ${deployment.chainId}; the node is chain ${chainId}.`,
      {
        details: { file: deployment.chainId, node: chainId },
        hint: "Name the right node with --rpc, or the right file.",
      },
    );
  }
  return { claims: deployment.contracts.ClaimsPayout, deployment };
}
