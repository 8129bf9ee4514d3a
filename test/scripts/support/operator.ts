// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { id as keccakOfText, Wallet } from "ethers";
import { type LocalNode, startNode } from "../../support/node.ts";
import { runDeploy, runDeployJson } from "./runDeploy.ts";

export const CARDONA = 2442;
export const LINEA_MAINNET = 59144;
export const ALLOW = "--allow-development-keys";

/** With one circuit: its verifier and key, the batch verifier, the five registries, custody, the health ledger and the claims contract. */
export const CONTRACTS = 11;

// Not secrets: derived from public words, funded only on the nodes started here.
export const deployer = new Wallet(keccakOfText("vitalproof/test/deployer"));
const addressOf = (role: string) => new Wallet(keccakOfText(`vitalproof/test/${role}`)).address;
export const roles = {
  governor: addressOf("governor"),
  guardian: addressOf("guardian"),
  pauser: addressOf("pauser"),
};

/** An account without a role. */
export const other = addressOf("other");

/** A node that plays this chain, on which the deployer has 100 ether. */
export async function startFunded(chainId: number): Promise<LocalNode> {
  const node = await startNode(chainId);
  await node.request("hardhat_setBalance", deployer.address, `0x${(10n ** 20n).toString(16)}`);
  return node;
}

/** A new folder with the operator's parameters, and arguments for Polygon zkEVM that use it. */
export function operatorFolder() {
  const folder = mkdtempSync(join(tmpdir(), "vitalproof-deploy-"));
  const parameters = join(folder, "parameters.json");
  const output = join(folder, "ignition");
  writeFileSync(parameters, JSON.stringify({ Vitalproof: roles }));
  return {
    folder,
    parameters,
    output,
    toCardona: (...more: string[]) => [
      ...["--network", "polygonZkEvm", "--parameters", parameters, "--output", output],
      ...more,
    ],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Environment of an operator whose Polygon zkEVM RPC is `url`. */
export function operator(url: string, key = deployer.privateKey) {
  return { POLYGON_ZKEVM_RPC_URL: url, DEPLOYER_PRIVATE_KEY: key };
}

/** How many transactions of the account the node has or holds. */
export async function nonceOn(node: LocalNode, account = deployer.address): Promise<number> {
  return Number(await node.request<string>("eth_getTransactionCount", account, "pending"));
}

/** Runs the deployment, expects this refusal, and that nothing was sent to the node. */
export async function expectRefusal(
  code: string,
  args: readonly string[],
  env: Record<string, string>,
  node: LocalNode,
  how = runDeploy,
) {
  const before = await nonceOn(node);
  const run = await runDeployJson(args, env, how);
  expect(run.document.refused?.code, run.stderr).to.equal(code);
  expect(run.document.ok).to.equal(false);
  expect(run.code).to.equal(1);
  expect(run.document.refused?.wayOut).to.match(/[.!]$/);
  expect(run.stderr).to.include("Refused: ");
  expect(await nonceOn(node), "something was sent").to.equal(before);
  return run.document.refused!;
}
