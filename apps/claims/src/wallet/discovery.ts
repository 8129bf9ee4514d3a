// SPDX-License-Identifier: GPL-3.0-or-later

/** EIP-1193. */
export type Eip1193 = {
  request(call: { method: string; params?: readonly unknown[] | Record<string, unknown> }): Promise<unknown>;
  on?(event: string, listener: (value: never) => void): unknown;
  removeListener?(event: string, listener: (value: never) => void): unknown;
};

/** A wallet that the user can choose. */
export type WalletChoice = {
  /** Remembered between visits: the reverse domain name of a wallet, or "demo:" and a number. */
  readonly id: string;
  readonly name: string;
  /** A data: address of an image; undefined for none. */
  readonly icon: string | undefined;
  readonly kind: "injected" | "demo";
  readonly provider: Eip1193;
};

/** The part of `window` that EIP-6963 uses. */
export type Announcer = Pick<EventTarget, "addEventListener" | "removeEventListener" | "dispatchEvent">;

/**
 * Finds injected wallets by EIP-6963: asks for announcements, and hears later ones too. A wallet that announces itself
 * again replaces its earlier announcement; a malformed announcement is ignored.
 * @param found is called with all wallets so far, in the order of their first announcement
 * @returns ends the search
 */
export function discoverWallets(target: Announcer, found: (wallets: WalletChoice[]) => void): () => void {
  const wallets = new Map<string, WalletChoice>();
  const announced = (event: Event): void => {
    const wallet = walletOf((event as CustomEvent<unknown>).detail);
    if (wallet === undefined) return;
    wallets.set(wallet.id, wallet);
    found([...wallets.values()]);
  };
  target.addEventListener("eip6963:announceProvider", announced);
  target.dispatchEvent(new Event("eip6963:requestProvider"));
  return () => target.removeEventListener("eip6963:announceProvider", announced);
}

function walletOf(detail: unknown): WalletChoice | undefined {
  const { info, provider } = (detail ?? {}) as { info?: Record<string, unknown>; provider?: Eip1193 };
  if (typeof provider?.request !== "function") return undefined;
  const { rdns, name, icon, uuid } = info ?? {};
  if (typeof name !== "string" || name.trim() === "" || typeof uuid !== "string") return undefined;
  if (typeof rdns !== "string" || !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(rdns)) return undefined;
  // Only images that come with the announcement: anything else would be a request to a third party.
  const own = typeof icon === "string" && /^data:image\/(svg\+xml|png|webp|jpeg|gif)[;,]/.test(icon);
  return {
    id: rdns,
    name: name.trim().slice(0, 60),
    icon: own ? (icon as string) : undefined,
    kind: "injected",
    provider,
  };
}
