// SPDX-License-Identifier: GPL-3.0-or-later
// A development node of its own with the whole system on it, for tests of the command: a process that prints one line of
// JSON with URL and addresses, and runs until it is ended.
//   node chain.ts 2026-03-01T00:00Z
import { rmSync } from "node:fs";
import { join } from "node:path";
import hre from "hardhat";
import { deployVitalproof } from "../../../../ignition/deployVitalproof.ts";

const server = await hre.network.createServer(
  { override: { initialDate: process.argv[2] } } as never,
  "127.0.0.1",
  0,
);
const { address, port } = await server.listen();
const url = `http://${address}:${port}`;
const connection = await hre.network.create({ network: "localhost", override: { url } } as never);
const [governor, guardian, pauser] = await connection.ethers.getSigners();
// Ignition keeps a journal for every chain that is not in its own process; this one is of no use to anybody.
const deploymentId = `test-cli-${process.pid}`;
const contracts = await deployVitalproof(hre, connection, {
  deploymentId,
  circuits: ["glucose-day"],
  parameters: {
    governor: governor!.address,
    guardian: guardian!.address,
    pauser: pauser!.address,
    allowDevelopmentKeys: true,
  },
});
rmSync(join(hre.config.paths.ignition, "deployments", deploymentId), { recursive: true, force: true });
const token = await connection.ethers.deployContract("TestToken", ["Test USD Coin", "tUSDC", 6]);
process.stdout.write(
  `${JSON.stringify({
    url,
    anchors: await contracts.anchors.getAddress(),
    claims: await contracts.claims.getAddress(),
    consents: await contracts.consents.getAddress(),
    scopes: await contracts.scopes.getAddress(),
    token: await token.getAddress(),
  })}\n`,
);
