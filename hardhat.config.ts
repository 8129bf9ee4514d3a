// SPDX-License-Identifier: GPL-3.0-or-later
import { createRequire } from "node:module";
import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import hardhatCircom from "@vitalproof/hardhat-circom";
import { configVariable, defineConfig } from "hardhat/config";
import { allCores } from "./scripts/allCores.ts";
import { chainDescriptors, networks } from "./scripts/deploy/networks.ts";

const require = createRequire(import.meta.url);

// One compiler, from npm: with `path` set in every profile nothing is downloaded.
const compiler = {
  version: "0.8.37",
  path: require.resolve("solc/soljson.js"),
  settings: {
    evmVersion: "cancun",
    // 200 and not more: ClaimsPayout has to stay below 24,576 bytes (EIP-170).
    optimizer: { enabled: true, runs: 200 },
  },
};

const { optimizer } = compiler.settings;
/** Through the IR, where the optimizer sees across functions: smaller and cheaper, and slower to compile. */
const throughIr = { ...compiler, settings: { ...compiler.settings, viaIR: true } };
const overrides = {
  // Too large for EIP-170 otherwise.
  "contracts/claims/ClaimsPayout.sol": throughIr,
  "contracts/custody/Custody.sol": throughIr,
  // A gas for each access counts, and it has room.
  "contracts/ledger/HealthLedger.sol": {
    ...compiler,
    settings: { ...throughIr.settings, optimizer: { ...optimizer, runs: 1_000_000 } },
  },
  // What every claim and every program asks.
  "contracts/registries/AnchorRegistry.sol": throughIr,
  "contracts/registries/CircuitRegistry.sol": throughIr,
  "contracts/registries/ConsentRegistry.sol": throughIr,
  "contracts/registries/PauseRegistry.sol": throughIr,
  "contracts/registries/ScopeRegistry.sol": throughIr,
  // For speed and not for size: it is small, and its loops run for every claim of a batch.
  "contracts/verification/Groth16BatchVerifier.sol": {
    ...compiler,
    settings: { ...throughIr.settings, optimizer: { ...optimizer, runs: 1_000_000 } },
  },
};

const long = process.env.LONG === "1";

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers, hardhatCircom, allCores],
  circom: {
    attack: { inputs: "test/circuits/attack/inputs.ts", explanations: "test/circuits/attack/explained.json" },
    lint: { exceptions: "test/circuits/attack/lint.json" },
    production: {
      // Phase 2, 2^16: 54 contributions and a beacon. The hash is the one that snarkjs's README publishes.
      ptau: "ptau/powersOfTau28_hez_final_16.ptau",
      blake2b:
        "6a6277a2f74e1073601b4f9fed6e1e55226917efb0f0db8a07d98ab01df1ccf43eb0e8c3159432acd4960e2f29fe84a4198501fa54c8dad9e43297453efec125",
      ceremonies: {},
    },
  },
  solidity: {
    profiles: {
      default: { compilers: [compiler], overrides },
      production: { compilers: [compiler], overrides },
    },
  },
  networks,
  chainDescriptors,
  verify: { etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") } },
  test: {
    // Proofs take seconds, and longer where other work is going on.
    // A forgotten `.only` would leave every other test of a suite out, and pass.
    mocha: { timeout: 600_000, forbidOnly: true },
    solidity: {
      // A fixed seed: a run that fails here fails everywhere.
      fuzz: { runs: long ? 10_000 : 256, seed: "0x7669746170726f6f66" },
      invariant: { runs: long ? 10_000 : 32, depth: 64, failOnRevert: true },
    },
  },
});
