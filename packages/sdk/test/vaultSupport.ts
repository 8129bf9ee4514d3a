// SPDX-License-Identifier: GPL-3.0-or-later
import { memoryBackend, Vault, type VaultBackend } from "../src/index.ts";
import { nodeStretch } from "../src/node/index.ts";

export const PASSPHRASE = "four synthetic words here";
export const FAST = { logN: 14, stretch: nodeStretch };

/** A backend that dies at its n-th change, as a process that is killed. */
export function dyingAt(texts: Map<string, string>, change: number): VaultBackend {
  const inner = memoryBackend(texts);
  let left = change;
  const live = (): void => {
    if (left === 0) throw new Error("killed");
    left -= 1;
  };
  return {
    ...inner,
    async write(key, text) {
      live();
      await inner.write(key, text);
    },
    async remove(key) {
      live();
      await inner.remove(key);
    },
  };
}

/** Everything that a vault's store holds. */
export async function contentOf(vault: Vault): Promise<Record<string, string>> {
  const keys = await vault.store.keys("");
  return Object.fromEntries(
    await Promise.all(keys.map(async (key) => [key, await vault.store.read(key)] as const)),
  ) as Record<string, string>;
}

export async function filled(texts = new Map<string, string>()): Promise<Vault> {
  const vault = await Vault.create(memoryBackend(texts), PASSPHRASE, FAST);
  for (const key of [
    "identity",
    "log/a/state",
    "log/a/epoch/1",
    "log/a/epoch/2",
    "log/b/state",
    "opened/a",
  ]) {
    await vault.store.write(key, `text of ${key}`);
  }
  return vault;
}
