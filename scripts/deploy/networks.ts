// SPDX-License-Identifier: GPL-3.0-or-later
import { configVariable } from "hardhat/config";
import type { ChainDescriptorsUserConfig, NetworkUserConfig } from "hardhat/types/config";
import { DEVELOPMENT_CHAINS } from "./chains.ts";

/** Configuration variables: from the environment, else from the keystore (`npx hardhat keystore set NAME`). */
export const DEPLOYER_KEY = "DEPLOYER_PRIVATE_KEY";
export const CUSTOM_CHAIN_ID = "CUSTOM_CHAIN_ID";

function remote(urlVariable: string, chainId?: number): NetworkUserConfig {
  return {
    type: "http",
    chainType: "generic",
    url: configVariable(urlVariable),
    accounts: [configVariable(DEPLOYER_KEY)],
    ...(chainId === undefined ? {} : { chainId }),
  };
}

/** The `networks` of hardhat.config.ts. The in-process chain, `default`, is Hardhat's own. */
export const networks: Record<string, NetworkUserConfig> = {
  // 127.0.0.1 and not "localhost": that name may resolve to ::1, where `hardhat node` does not listen.
  localhost: { type: "http", chainType: "generic", url: "http://127.0.0.1:8545" },
  polygonZkEvm: remote("POLYGON_ZKEVM_RPC_URL", 2442),
  lineaSepolia: remote("LINEA_SEPOLIA_RPC_URL", 59141),
  scrollSepolia: remote("SCROLL_SEPOLIA_RPC_URL", 534351),
  zksyncOs: remote("ZKSYNC_OS_RPC_URL", 8022833),
  // Any other chain; scripts/deploy.ts compares its id with the configuration variable CUSTOM_CHAIN_ID.
  custom: remote("CUSTOM_RPC_URL"),
};

/** Chains that Hardhat does not know; names from the one list, so that no two places call a chain differently. */
export const chainDescriptors: ChainDescriptorsUserConfig = {
  534351: {
    name: nameOf(534351),
    chainType: "generic",
    blockExplorers: { etherscan: { name: "Scrollscan", url: "https://sepolia.scrollscan.com" } },
  },
  8022833: { name: nameOf(8022833), chainType: "generic" },
};

function nameOf(id: number): string {
  return DEVELOPMENT_CHAINS.find((chain) => chain.id === id)!.name;
}
