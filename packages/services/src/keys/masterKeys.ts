// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { MasterKeyConfig } from "./config.ts";
import { type MasterKey, masterKeyOf, otherMasterKey } from "./masterKey.ts";
import { openMasterKey } from "./openMasterKey.ts";

/**
 * A newest master key with older ones. It wraps under the newest and unwraps under all, so that keys can be wrapped
 * anew one after the other while the service runs. When none is left that `isCurrent` denies, the old ones can go.
 */
export class MasterKeys implements MasterKey {
  readonly #newest: MasterKey;
  readonly #all: ReadonlyMap<string, MasterKey>;

  /** @param older in any order @throws INVALID_ARGUMENT for two with one id */
  constructor(newest: MasterKey, older: readonly MasterKey[] = []) {
    this.#newest = newest;
    this.#all = new Map([newest, ...older].map((key) => [key.id, key]));
    if (this.#all.size !== 1 + older.length) {
      throw new VitalproofError("INVALID_ARGUMENT", "Two master keys are the same.", {
        details: { ids: [newest, ...older].map(({ id }) => id) },
        hint: "List every master key once, the newest first.",
      });
    }
  }

  /** Of the newest. */
  get id(): string {
    return this.#newest.id;
  }

  wrap(key: Uint8Array): Promise<Uint8Array> {
    return this.#newest.wrap(key);
  }

  /** @throws MASTER_KEY_OTHER when none of them wrapped it; WRAPPED_KEY_DAMAGED */
  async unwrap(wrapped: Uint8Array): Promise<Uint8Array> {
    const id = masterKeyOf(wrapped);
    const key = this.#all.get(id);
    if (key === undefined) throw otherMasterKey(id, [...this.#all.keys()]);
    return key.unwrap(wrapped);
  }

  /** Whether the newest one wrapped it. @throws WRAPPED_KEY_DAMAGED */
  isCurrent(wrapped: Uint8Array): boolean {
    return masterKeyOf(wrapped) === this.id;
  }

  /** The same key under the newest master key. @throws as `unwrap` */
  async rewrap(wrapped: Uint8Array): Promise<Uint8Array> {
    const key = await this.unwrap(wrapped);
    try {
      return await this.wrap(key);
    } finally {
      key.fill(0);
    }
  }
}

/** Opens them all, one after the other. @throws as `openMasterKey` */
export async function openMasterKeys(
  newest: MasterKeyConfig,
  older: readonly MasterKeyConfig[] = [],
): Promise<MasterKeys> {
  const first = await openMasterKey(newest);
  const rest: MasterKey[] = [];
  for (const config of older) rest.push(await openMasterKey(config));
  return new MasterKeys(first, rest);
}
