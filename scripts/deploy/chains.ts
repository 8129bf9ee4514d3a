// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * A chain on which development keys are not refused outright. `local`: nobody else is on it. `testnet`: public, with
 * nothing of value at stake, so that development keys pass if the operator asks for them.
 */
export interface DevelopmentChain {
  readonly id: number;
  readonly name: string;
  readonly kind: "local" | "testnet";
  /** Said before anything is sent there. */
  readonly notice?: string;
}

/**
 * The one list of such chains in TypeScript; CircuitRegistry has the same numbers in its bytecode, and
 * test/scripts/deployChains.test.ts compares the two. Every other chain is treated as one with value.
 */
export const DEVELOPMENT_CHAINS: readonly DevelopmentChain[] = [
  { id: 31337, name: "Hardhat or Anvil", kind: "local" },
  { id: 1337, name: "Ganache or Geth --dev", kind: "local" },
  {
    id: 2442,
    name: "Polygon zkEVM Cardona",
    kind: "testnet",
    notice:
      "Polygon zkEVM, mainnet and the Cardona testnet, was switched off on 2026-07-01; no public RPC answers for " +
      "chain 2442 any more. The deployment goes to whatever RPC the network's URL names: a chain of your own.",
  },
  { id: 59141, name: "Linea Sepolia", kind: "testnet" },
  { id: 534351, name: "Scroll Sepolia", kind: "testnet" },
  { id: 8022833, name: "ZKsync OS Developer Preview", kind: "testnet" },
];

export interface ChainFacts {
  readonly id: number;
  readonly name: string;
  readonly kind: "local" | "testnet" | "public";
  readonly notice?: string;
}

/** Facts of any chain; one that is not on the list is `public`, whatever it calls itself. */
export function chainFacts(id: number): ChainFacts {
  return (
    DEVELOPMENT_CHAINS.find((chain) => chain.id === id) ?? {
      id,
      name: `chain ${id}, not a known test network`,
      kind: "public",
    }
  );
}
