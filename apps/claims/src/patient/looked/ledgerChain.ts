// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { LedgerClient, type PageHistory, type PageRecord, readHistory } from "@vitalproof/sdk/ledger";
import type { Provider } from "ethers";
import type { Config } from "../../config/config.ts";

/** Reads of the health ledger for a patient. It signs and sends nothing. */
export class LedgerChain {
  readonly chainId: bigint;
  readonly ledger: string;
  readonly #client: LedgerClient;
  readonly #provider: Provider;
  readonly #fromBlock: number;
  /** What was read in this visit: only later blocks are asked for. */
  readonly #known = new Map<bigint, PageHistory>();

  constructor(
    config: Pick<Config, "fromBlock"> & { chain: { id: number }; ledger: string },
    provider: Provider,
  ) {
    this.chainId = BigInt(config.chain.id);
    this.ledger = config.ledger;
    this.#fromBlock = config.fromBlock;
    this.#provider = provider;
    this.#client = new LedgerClient(config.ledger, provider);
  }

  /** Unix seconds of the last block. @throws CHAIN_UNREACHABLE */
  async now(): Promise<number> {
    try {
      return (await this.#provider.getBlock("latest"))?.timestamp ?? 0;
    } catch (cause) {
      throw new VitalproofError("CHAIN_UNREACHABLE", "The chain does not answer.", {
        hint: "Check the connection and try again.",
        cause,
      });
    }
  }

  /** @throws CONTRACT_REVERTED for an unknown page */
  page(page: bigint): Promise<PageRecord> {
    return this.#client.page(page);
  }

  /** Number by which consents name an account; 0 for one without. */
  granteeOf(account: string): Promise<number> {
    return this.#client.granteeOf(account);
  }

  /** Everything about a page until now. @throws what `readHistory` throws */
  async history(page: bigint): Promise<PageHistory> {
    const known = this.#known.get(page);
    const read = await readHistory(
      this.ledger,
      this.#provider,
      page,
      known === undefined ? { fromBlock: this.#fromBlock } : { known },
    );
    this.#known.set(page, read);
    return read;
  }

  /** Has a page read from its first block again: blocks that were known may be gone. */
  forget(page: bigint): void {
    this.#known.delete(page);
  }
}
