// SPDX-License-Identifier: GPL-3.0-or-later
//
// A wallet as a browser's extension has one: announced by EIP-6963, asked before anything happens, on a chain of its own
// choice. It signs with an account that the development node holds.
import type { Page } from "playwright-core";

/** What the test makes of the wallet while the page is open. */
export type WalletMind = {
  /** Methods that its user refuses for now. */
  refuses: string[];
  /** The chain that it is on, and those that it knows. */
  chain: number;
  knows: number[];
};

export const WALLET_NAME = "Pocket wallet";

/**
 * Puts the wallet into every document that the page opens from now on.
 * @param account that the node signs for
 * @param sent is called with the hash of everything that the wallet sent, before the page knows it
 */
export async function injectWallet(
  page: Page,
  account: string,
  mind: WalletMind,
  sent: (hash: string) => Promise<void> = async () => {},
): Promise<{ change(next: Partial<WalletMind>): Promise<void>; asked(): Promise<string[]> }> {
  await page.exposeFunction("walletSent", sent);
  // Loaders of TypeScript may wrap functions in this helper of theirs, which pages do not have.
  await page.addInitScript("globalThis.__name ??= (named) => named;");
  await page.addInitScript(install, { account, mind, name: WALLET_NAME });
  return {
    async change(next) {
      await page.evaluate((changes) => void Object.assign(testWallet, changes), next);
    },
    asked: () => page.evaluate(() => testWallet.asked),
  };
}

type Inside = WalletMind & { asked: string[] };
declare function walletSent(hash: string): Promise<void>;
declare const testWallet: Inside;

/** Runs in the page, before its own code. */
function install({ account, mind, name }: { account: string; mind: WalletMind; name: string }): void {
  const state: Inside = { ...mind, asked: [] };
  (globalThis as unknown as { testWallet: Inside }).testWallet = state;
  const listeners = new Map<string, Set<(value: unknown) => void>>();
  const refused = (code: number, message: string) => Object.assign(new Error(message), { code });
  let shown = false;
  const asks = async (method: string, params: unknown): Promise<unknown> => {
    const response = await fetch("/rpc", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    const { result, error } = await response.json();
    if (error !== undefined) throw Object.assign(new Error(error.message), error);
    return result;
  };
  const goTo = (chain: number): null => {
    state.chain = chain;
    for (const listener of listeners.get("chainChanged") ?? []) listener(`0x${chain.toString(16)}`);
    return null;
  };
  const provider = {
    on: (event: string, listener: (value: unknown) => void) =>
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener)),
    removeListener: (event: string, listener: (value: unknown) => void) =>
      listeners.get(event)?.delete(listener),
    async request({ method, params = [] }: { method: string; params?: unknown[] }): Promise<unknown> {
      state.asked.push(method);
      if (state.refuses.includes(method)) throw refused(4001, "User rejected the request.");
      const [first] = params as [{ chainId: string }];
      switch (method) {
        case "eth_requestAccounts":
          shown = true;
          return [account];
        case "eth_accounts":
          return shown ? [account] : [];
        case "eth_chainId":
          return `0x${state.chain.toString(16)}`;
        case "wallet_switchEthereumChain":
          if (state.knows.includes(Number(first.chainId))) return goTo(Number(first.chainId));
          throw refused(4902, "Unrecognized chain.");
        case "wallet_addEthereumChain":
          state.knows.push(Number(first.chainId));
          return goTo(Number(first.chainId));
        case "eth_sendTransaction": {
          const hash = (await asks(method, params)) as string;
          await walletSent(hash);
          return hash;
        }
        default:
          return asks(method, params);
      }
    },
  };
  const icon =
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Crect width='8' height='8' fill='teal'/%3E%3C/svg%3E";
  const detail = Object.freeze({
    info: Object.freeze({ uuid: crypto.randomUUID(), name, icon, rdns: "org.example.pocket" }),
    provider,
  });
  const announce = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
}
