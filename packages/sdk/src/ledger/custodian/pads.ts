// SPDX-License-Identifier: GPL-3.0-or-later
//
// The one place that decides which batch a nonce is for. Pads follow from nonce and audit key alone, so two batches of one
// nonce show the difference of their records to everybody.
import { concat, keccak256, toBeHex } from "ethers";
import { VitalproofError } from "../../errors.ts";
import { Mutex } from "../../mutex.ts";
import type { Store } from "../../store.ts";
import type { AccessBatch } from "../accessBatch.ts";
import type { LedgerChain } from "./chain.ts";

/** Encrypted records and their nonce. */
export type Padded = Pick<AccessBatch, "header" | "headerWord" | "body">;

/** Remembers every nonce that a page used, and for which content. */
export class PadBook {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #mutex = new Mutex();

  /** @param prefix of its keys in the store: one for each page */
  constructor(store: Store, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  /**
   * Writes down what a nonce is for; resolves once it is stored, and only then may the batch leave. The same content may
   * come again, with another proof too.
   * @throws NONCE_REUSED when the nonce is for other content
   */
  async book({ header, headerWord, body }: Padded): Promise<void> {
    const key = `${this.#prefix}${toBeHex(header.nonce, 12).slice(2)}`;
    const content = keccak256(concat([toBeHex(headerWord, 32), body]));
    await this.#mutex.run(async () => {
      const known = await this.#store.read(key);
      if (known === undefined) return this.#store.write(key, content);
      if (known === content) return;
      throw new VitalproofError(
        "NONCE_REUSED",
        "A batch has the nonce of another batch, and other content.",
        {
          details: { nonce: header.nonce },
          hint: "Two batches under one nonce show the difference of their records. Make the batch again with accessBatch.",
        },
      );
    });
  }
}

/** A chain that no batch of accesses reaches before its nonce is booked for exactly it. */
export function bookedChain(chain: LedgerChain, book: PadBook): LedgerChain {
  return {
    pageAddress: (page) => chain.pageAddress(page),
    page: (page) => chain.page(page),
    lateTime: () => chain.lateTime(),
    changeConsents: (page, batch, proof) => chain.changeConsents(page, batch, proof),
    async logAccesses(page, batch, proof) {
      await book.book(batch);
      return chain.logAccesses(page, batch, proof);
    },
    async logLate(page, versions, batch, proof) {
      await book.book(batch);
      return chain.logLate(page, versions, batch, proof);
    },
  };
}
