// SPDX-License-Identifier: GPL-3.0-or-later
import type { JsonRpcProvider } from "ethers";
import { createContext, use, useSyncExternalStore } from "react";
import type { Config, TokenConfig } from "../config/config.ts";
import type { ChainState, ChainStore } from "../data/chainStore.ts";
import type { CostBook } from "../data/costs.ts";
import type { WalletChoice } from "../wallet/discovery.ts";
import type { WalletConnection, WalletState } from "../wallet/wallet.ts";
import { short } from "../words/format.ts";

/** What every page uses. */
export type App = {
  readonly config: Config;
  readonly rpc: JsonRpcProvider;
  readonly wallet: WalletConnection;
  readonly chain: ChainStore;
  readonly costs: CostBook;
  readonly wallets: readonly WalletChoice[];
};

export const AppContext = createContext<App | undefined>(undefined);

/** @throws when used outside of the app, which is a fault of the program */
export function useApp(): App {
  const app = use(AppContext);
  if (app === undefined) throw new Error("useApp is called outside of AppContext.");
  return app;
}

export function useChain(): ChainState {
  const { chain } = useApp();
  return useSyncExternalStore(chain.subscribe, chain.state);
}

export function useWallet(): WalletState {
  const { wallet } = useApp();
  return useSyncExternalStore(wallet.subscribe, wallet.state);
}

const onHash = (changed: () => void): (() => void) => {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
};

/** Parts of the address after "#/": ["insurer", "programs", "1"]. */
export function useRoute(): readonly string[] {
  const hash = useSyncExternalStore(onHash, () => window.location.hash);
  return hash
    .replace(/^#\/?/, "")
    .split("/")
    .filter((part) => part !== "");
}

/** How amounts of a token are written; a token that the configuration does not name shows raw units. */
export function tokenOf(config: Config, address: string): TokenConfig {
  return (
    config.tokens.find((token) => token.address.toLowerCase() === address.toLowerCase()) ?? {
      address,
      symbol: `units of ${short(address)}`,
      decimals: 0,
      mintable: false,
    }
  );
}

export { same } from "../data/addresses.ts";
