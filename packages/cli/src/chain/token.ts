// SPDX-License-Identifier: GPL-3.0-or-later
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { VitalproofError } from "@vitalproof/sdk";
import { Contract, ContractFactory, type ContractRunner, type Wallet } from "ethers";
import type { Io } from "../io.ts";

const ABI = [
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
  "function balanceOf(address account) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function approve(address spender, uint256 amount) returns (bool)",
  "function mint(address to, uint256 amount)",
];

/** Hardhat's artifact of the test token, below `Io.root`. */
export const TEST_TOKEN = "artifacts/contracts/mocks/TestToken.sol/TestToken.json";

export type Token = {
  readonly address: string;
  readonly symbol: string;
  readonly decimals: number;
  readonly contract: Contract;
};

/** @throws CONTRACT_CALL_FAILED for an address that is no ERC-20 with decimals */
export async function tokenAt(address: string, runner: ContractRunner): Promise<Token> {
  const contract = new Contract(address, ABI, runner);
  try {
    const decimals = Number(await contract.getFunction("decimals")());
    const symbol = String(
      await contract
        .getFunction("symbol")()
        .catch(() => ""),
    );
    return { address, symbol, decimals, contract };
  } catch (cause) {
    throw new VitalproofError("CONTRACT_CALL_FAILED", `${address} is no ERC-20 token with decimals.`, {
      details: { address },
      hint: "Check the address and the chain.",
      cause,
    });
  }
}

/** Deploys the token that anybody can mint. The caller has made sure that the chain is a local one. */
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
