// SPDX-License-Identifier: GPL-3.0-or-later
import { BrowserProvider, getAddress, type JsonRpcSigner } from "ethers";
import type { Config } from "../config/config.ts";
import { providerCode } from "../words/providerCode.ts";
import type { Eip1193, WalletChoice } from "./discovery.ts";

/** The state of the connection to a wallet. */
export type WalletState = {
  readonly wallet: WalletChoice | undefined;
  /** Checksummed; undefined while not connected. */
  readonly account: string | undefined;
  readonly chainId: number | undefined;
  readonly busy: boolean;
  /** A sentence about what went wrong last. */
  readonly error: string | undefined;
};

const NOBODY: WalletState = {
  wallet: undefined,
  account: undefined,
  chainId: undefined,
  busy: false,
  error: undefined,
};
const REMEMBERED = "vitalproof.claims.wallet";

/** What is asked about a transaction that was sent. */
const LOOKS = new Set(["eth_getTransactionByHash", "eth_getTransactionReceipt"]);
/** Milliseconds until the next look. */
const AGAIN = 1000;

/**
 * A provider that goes on looking for a sent transaction while the node is away. A user who is told that it failed
 * sends it once more and pays twice.
 */
export function steadfast(provider: Eip1193, pause = AGAIN): Eip1193 {
  return {
    async request(call) {
      for (;;) {
        try {
          return await provider.request(call);
        } catch (error) {
          if (!LOOKS.has(call.method)) throw error;
          await new Promise((resolve) => setTimeout(resolve, pause));
        }
      }
    },
  };
}

/** The connection to one wallet at a time, as an external store for React. */
export class WalletConnection {
  readonly #config: Config;
  readonly #memory: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  readonly #listeners = new Set<() => void>();
  #state = NOBODY;
  #unhook = (): void => {};

  constructor(config: Config, memory: Pick<Storage, "getItem" | "setItem" | "removeItem">) {
    this.#config = config;
    this.#memory = memory;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): WalletState => this.#state;

  /** Id of the wallet that was chosen on an earlier visit. */
  remembered(): string | undefined {
    try {
      return this.#memory.getItem(REMEMBERED) ?? undefined;
    } catch {
      return undefined; // storage is switched off
    }
  }

  /**
   * Connects.
   * @param quiet asks the wallet for accounts that it shows already, and no more: for a visit after the first
   */
  async connect(wallet: WalletChoice, quiet = false): Promise<void> {
    this.#set({ ...this.#state, busy: true, error: undefined });
    try {
      const method = quiet ? "eth_accounts" : "eth_requestAccounts";
      const accounts = (await wallet.provider.request({ method })) as string[];
      if (accounts.length === 0) {
        this.#set({ ...NOBODY, error: quiet ? undefined : `${wallet.name} shows no account to this page.` });
        return;
      }
      const chainId = Number(await wallet.provider.request({ method: "eth_chainId" }));
      this.#hook(wallet.provider);
      this.#remember(wallet.id);
      this.#set({ wallet, account: getAddress(accounts[0]!), chainId, busy: false, error: undefined });
    } catch (error) {
      const refused = providerCode(error) === 4001;
      this.#set({
        ...NOBODY,
        error: refused
          ? `You refused the connection in ${wallet.name}. Connect again when you want to.`
          : `${wallet.name} could not be connected: ${error instanceof Error ? error.message : String(error)}`,
      });
    }
  }

  disconnect(): void {
    this.#unhook();
    this.#remember(undefined);
    this.#set(NOBODY);
  }

  /** Asks the wallet to change to the configuration's chain, and to add it where the wallet does not know it. */
  async switchChain(): Promise<void> {
    const { wallet } = this.#state;
    if (wallet === undefined) return;
    const { id, name, rpc, explorer, currency } = this.#config.chain;
    const chainId = `0x${id.toString(16)}`;
    this.#set({ ...this.#state, busy: true, error: undefined });
    try {
      try {
        await wallet.provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId }] });
      } catch (error) {
        if (providerCode(error) !== 4902) throw error;
        await wallet.provider.request({
          method: "wallet_addEthereumChain",
          params: [
            {
              chainId,
              chainName: name,
              rpcUrls: [rpc],
              nativeCurrency: currency,
              ...(explorer === null ? {} : { blockExplorerUrls: [explorer] }),
            },
          ],
        });
      }
      const now = Number(await wallet.provider.request({ method: "eth_chainId" }));
      this.#set({ ...this.#state, chainId: now, busy: false });
    } catch (error) {
      const refused = providerCode(error) === 4001;
      this.#set({
        ...this.#state,
        busy: false,
        error: refused
          ? `You refused to change the network in ${wallet.name}.`
          : `${wallet.name} did not change the network. Choose chain ${id} (${name}) in the wallet by hand.`,
      });
    }
  }

  /** Signer of the connected account; undefined while none is connected or the network is another. */
  async signer(): Promise<JsonRpcSigner | undefined> {
    const { wallet, account, chainId } = this.#state;
    if (wallet === undefined || account === undefined || chainId !== this.#config.chain.id) return undefined;
    const provider = new BrowserProvider(steadfast(wallet.provider), this.#config.chain.id);
    provider.pollingInterval = 1000;
    return provider.getSigner(account);
  }

  #hook(provider: Eip1193): void {
    this.#unhook();
    const accounts = (list: readonly string[]): void => {
      const first = list[0];
      if (first === undefined) {
        this.#set({ ...NOBODY, error: "The wallet no longer shares its account with this page." });
      } else this.#set({ ...this.#state, account: getAddress(first), error: undefined });
    };
    const chain = (id: string): void => this.#set({ ...this.#state, chainId: Number(id), error: undefined });
    const gone = (): void =>
      this.#set({
        ...this.#state,
        error: "The wallet lost its connection to the chain. It may reconnect.",
      });
    provider.on?.("accountsChanged", accounts);
    provider.on?.("chainChanged", chain);
    provider.on?.("disconnect", gone);
    this.#unhook = () => {
      provider.removeListener?.("accountsChanged", accounts);
      provider.removeListener?.("chainChanged", chain);
      provider.removeListener?.("disconnect", gone);
    };
  }

  #remember(id: string | undefined): void {
    try {
      if (id === undefined) this.#memory.removeItem(REMEMBERED);
      else this.#memory.setItem(REMEMBERED, id);
    } catch {
      // Storage is switched off: the wallet is chosen again next time.
    }
  }

  #set(state: WalletState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
