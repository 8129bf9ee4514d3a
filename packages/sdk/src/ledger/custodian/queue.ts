// SPDX-License-Identifier: GPL-3.0-or-later
//
// Accesses that wait for their batch, one key of the store each: none is lost with a process, none is written twice.
import { keccak256, toUtf8Bytes } from "ethers";
import { invalid } from "../../invalid.ts";
import type { Store } from "../../store.ts";
import { fromText, toText } from "./text.ts";

/** An access as the custodian's system reports it. */
export type PostedAccess = {
  /** Of the caller, one for each access: what comes again under it is logged once. Up to 256 characters. */
  readonly key: string;
  /** Of the consent in its page, 0 to 255. */
  readonly slot: number;
  /** Who looked, 16 bits. */
  readonly actor: number;
  /** Bits of the consent's rights, 0 to 7 each. */
  readonly role: number;
  readonly purpose: number;
  readonly class: number;
  /** Unix seconds. */
  readonly at: number;
  /** 1: outside of the consent, in an emergency. */
  readonly glass: 0 | 1;
};

export type QueuedAccess = PostedAccess & {
  /** Hash of the caller's key. */
  readonly id: string;
  /** The consent that it is under: slots can hold another one after a reorganisation. */
  readonly leaf: bigint;
  /** Orders those of one second. */
  readonly order: number;
  /** It was decided that it stays missed. */
  readonly isLeft?: boolean;
};

export class AccessQueue {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #waiting = new Map<string, QueuedAccess>();
  #order = 0;

  /** @param prefix of its keys in the store */
  constructor(store: Store, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  /** Reads what waits. */
  async load(): Promise<void> {
    for (const key of await this.#store.keys(`${this.#prefix}queue/`)) {
      const access = fromText<QueuedAccess>(key, (await this.#store.read(key)) ?? "", (value) => {
        const { id, leaf, key: own, at, order } = value as QueuedAccess;
        const isWhole = typeof leaf === "bigint" && Number.isSafeInteger(at) && Number.isSafeInteger(order);
        return isWhole && id === idOf(own) && key === this.#queueKey(id);
      });
      if ((await this.#store.read(this.#doneKey(access.id))) !== undefined) {
        await this.#store.remove(key);
        continue;
      }
      this.#waiting.set(access.id, access);
      this.#order = Math.max(this.#order, access.order + 1);
    }
  }

  /** In the order in which they came. */
  get waiting(): QueuedAccess[] {
    return [...this.#waiting.values()].sort((a, b) => a.at - b.at || a.order - b.order);
  }

  get(id: string): QueuedAccess | undefined {
    return this.#waiting.get(id);
  }

  /**
   * Whether an access with this key came before.
   * @throws INVALID_ARGUMENT where it was another one
   */
  async has(access: PostedAccess): Promise<boolean> {
    const id = idOf(access.key);
    const waiting = this.#waiting.get(id);
    const known = waiting === undefined ? await this.#store.read(this.#doneKey(id)) : fingerprintOf(waiting);
    if (known === undefined || known === fingerprintOf(access)) return known !== undefined;
    throw invalid(
      "key of the access",
      access.key,
      "a new one for each access; this one was used for another",
    );
  }

  /** Resolves once it is stored. */
  async add(access: PostedAccess, leaf: bigint): Promise<void> {
    const queued = { ...access, id: idOf(access.key), leaf, order: this.#order++ };
    await this.#store.write(this.#queueKey(queued.id), toText(queued));
    this.#waiting.set(queued.id, queued);
  }

  /** What was decided about a missed access. */
  async decide(
    id: string,
    decision: Pick<QueuedAccess, "glass"> | Pick<QueuedAccess, "isLeft">,
  ): Promise<void> {
    const queued = { ...this.#waiting.get(id)!, ...decision };
    await this.#store.write(this.#queueKey(id), toText(queued));
    this.#waiting.set(id, queued);
  }

  /** They are on the chain for good: keeps only that they were. */
  async markDone(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const access = this.#waiting.get(id);
      if (access !== undefined) await this.#store.write(this.#doneKey(id), fingerprintOf(access));
    }
  }

  /** Forgets what is done. */
  async clear(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.#waiting.delete(id);
      await this.#store.remove(this.#queueKey(id));
    }
  }

  #queueKey(id: string): string {
    return `${this.#prefix}queue/${id}`;
  }

  #doneKey(id: string): string {
    return `${this.#prefix}done/${id}`;
  }
}

/** @throws INVALID_ARGUMENT for a key that is empty, too long, or not Unicode */
export function idOf(key: string): string {
  if (key.length === 0 || key.length > 256)
    throw invalid("length of an access's key", key.length, "1 to 256");
  if (/\p{Cs}/u.test(key)) throw invalid("access's key", key, "Unicode: it has one half of a surrogate pair");
  return keccak256(toUtf8Bytes(key)).slice(2);
}

/** Glass is not in it: it may be broken later, and a repeated post must still be known. */
function fingerprintOf({ slot, actor, role, purpose, class: cls, at }: PostedAccess): string {
  return keccak256(toUtf8Bytes([slot, actor, role, purpose, cls, at].join("/")));
}
