// SPDX-License-Identifier: GPL-3.0-or-later
import { createRequire } from "node:module";
import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import hardhatCircom from "@vitalproof/hardhat-circom";
import { defineConfig } from "hardhat/config";

const require = createRequire(import.meta.url);

// One compiler, from npm: with `path` set in every profile nothing is downloaded.
const compiler = {
  version: "0.8.37",
  path: require.resolve("solc/soljson.js"),
  settings: {
    evmVersion: "cancun",
    optimizer: { enabled: true, runs: 10_000 },
  },
};

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers, hardhatCircom],
  solidity: { profiles: { default: compiler, production: compiler } },
});
