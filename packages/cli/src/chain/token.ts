// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TokenClient, type Unit, VitalproofError } from "@vitalproof/sdk";
import { ContractFactory, type ContractRunner, type Wallet } from "ethers";
import type { Io } from "../io.ts";

export type Token = Unit & { readonly address: string; readonly client: TokenClient };

/** Hardhat's artifact of the test token, below `Io.root`. */
export const TEST_TOKEN = "artifacts/contracts/mocks/TestToken.sol/TestToken.json";

/** @throws CONTRACT_CALL_FAILED for an address that is not an ERC-20 with decimals */
export async function tokenAt(address: string, runner: ContractRunner): Promise<Token> {
  const client = new TokenClient(address, runner);
  return { address, client, ...(await client.unit()) };
}

/** Deploys the token that anyone can mint. The caller has made sure that the chain is a local one. */
export async function deployTestToken(io: Io, wallet: Wallet): Promise<string> {
  const path = TEST_TOKEN;
  let artifact: { abi: string[]; bytecode: string };
  try {
    artifact = JSON.parse(await readFile(join(io.root, path), "utf8")) as typeof artifact;
  } catch (cause) {
    throw new VitalproofError("ARTIFACT_MISSING", "The test token is not compiled.", {
      details: { path },
      hint: "Run `npx hardhat build` in the repository.",
      cause,
    });
  }
  const factory = new ContractFactory(artifact.abi, artifact.bytecode, wallet);
  const token = await factory.deploy("Test USD Coin", "tUSDC", 6);
  await token.waitForDeployment();
  return token.getAddress();
}
