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
      const consent = fromText<OpenConsent>(
        key,
        (await this.#store.read(key)) ?? "",
        (value) => key === this.#keyOf(consentLeafOf(value as OpenConsent)),
      );
      this.#consents.set(consentLeafOf(consent), consent);
    }
  }

  get byLeaf(): ReadonlyMap<bigint, OpenConsent> {
    return this.#consents;
  }

  /** Resolves once it is stored. */
  async put(leaf: bigint, consent: OpenConsent): Promise<void> {
    await this.#store.write(this.#keyOf(leaf), toText(consent));
    this.#consents.set(leaf, consent);
  }

  #keyOf(leaf: bigint): string {
    return `${this.#prefix}${leaf.toString(16)}`;
  }
}
