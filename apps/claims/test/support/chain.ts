// SPDX-License-Identifier: GPL-3.0-or-later
import type { BlockHead, ChainSource, History, RawLog } from "../../src/chain/history.ts";

/** A made-up chain: one letter per block names its fork, capital letters hold a log. */
export class Chain implements ChainSource {
  blocks: string;
  asked: [number, number][] = [];
  /** How many blocks were asked for by their number. */
  heads = 0;
  /** Ranges above this are refused. */
  most = Number.POSITIVE_INFINITY;
  /** Runs while logs are read, to change the chain under the reader. */
  meanwhile: (() => void) | undefined;

  constructor(blocks: string) {
    this.blocks = blocks;
  }

  // A hash stands for all that went before, as it does on a chain.
  #head(number: number): BlockHead | undefined {
    if (number < 0 || number >= this.blocks.length) return undefined;
    return { number, hash: `0x${this.blocks.slice(0, number + 1)}`, timestamp: 1000 + 12 * number };
  }

  async head(): Promise<BlockHead> {
    return this.#head(this.blocks.length - 1)!;
  }

  async block(number: number): Promise<BlockHead | undefined> {
    this.heads += 1;
    return this.#head(number);
  }

  async logs(from: number, to: number): Promise<RawLog[]> {
    this.asked.push([from, to]);
    if (to - from + 1 > this.most) throw new Error("range too large");
    const logs: RawLog[] = [];
    for (let n = from; n <= to; n++) {
      const letter = this.blocks[n];
      if (letter === undefined || letter !== letter.toUpperCase()) continue;
      for (const index of [1, 0]) {
        logs.push({
          blockNumber: n,
          blockHash: this.#head(n)!.hash,
          transactionHash: `0x${letter}${n}`,
          index,
          topics: [],
          data: "0x",
        });
      }
    }
    this.meanwhile?.();
    this.meanwhile = undefined;
    return logs;
  }
}

/** Logs of a history: the letter and number of the block, and the place in it. */
export const names = (history: History) =>
  history.logs().map(({ transactionHash, index }) => `${transactionHash.slice(2)}.${index}`);
