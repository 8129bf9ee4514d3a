// SPDX-License-Identifier: GPL-3.0-or-later
import type { Store } from "../../store.ts";
import { consentLeafOf, type OpenConsent } from "../consent.ts";
import { fromText, toText } from "./text.ts";

/** The opened consents of a page by their leaves, which do not depend on the slot that the chain gives them. */
export class ConsentShelf {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #consents = new Map<bigint, OpenConsent>();

  /** @param prefix of its keys in the store */
  constructor(store: Store, prefix: string) {
    this.#store = store;
    this.#prefix = `${prefix}consent/`;
  }

  /** @throws LOG_CORRUPT for an opening that is not its leaf's */
  async load(): Promise<void> {
    for (const key of await this.#store.keys(this.#prefix)) {
      const leaf = BigInt(`0x${key.slice(this.#prefix.length)}`);
      const consent = fromText<OpenConsent>(
        key,
        (await this.#store.read(key)) ?? "",
        (value) => consentLeafOf(value as OpenConsent) === leaf,
      );
      this.#consents.set(leaf, consent);
    }
  }

  get byLeaf(): ReadonlyMap<bigint, OpenConsent> {
    return this.#consents;
  }

  /** Resolves once it is stored. */
  async put(leaf: bigint, consent: OpenConsent): Promise<void> {
    await this.#store.write(`${this.#prefix}${leaf.toString(16)}`, toText(consent));
    this.#consents.set(leaf, consent);
  }
}
