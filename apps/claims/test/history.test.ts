// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { type BlockHead, type ChainSource, History, type RawLog } from "../src/chain/history.ts";

/** A made-up chain: one letter per block names its fork, capital letters hold a log. */
class Chain implements ChainSource {
  blocks: string;
  asked: [number, number][] = [];
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

const names = (history: History) =>
  history.logs().map(({ transactionHash, index }) => `${transactionHash.slice(2)}.${index}`);

describe("event history", () => {
  it("reads ranges, puts logs in the chain's order and adds the time of their block", async () => {
    const chain = new Chain("aaAaaAaaaA");
    const history = new History(chain, { fromBlock: 1, range: 4 });
    expect(await history.refresh()).to.equal(true);
    expect(chain.asked).to.deep.equal([
      [1, 4],
      [5, 8],
      [9, 9],
    ]);
    expect(names(history)).to.deep.equal(["A2.0", "A2.1", "A5.0", "A5.1", "A9.0", "A9.1"]);
    expect(history.logs()[0]!.timestamp).to.equal(1024);
  });

  it("asks for nothing twice, and for nothing while the head stays", async () => {
    const chain = new Chain("aA");
    const history = new History(chain, { fromBlock: 0 });
    await history.refresh();
    expect(await history.refresh()).to.equal(false);
    chain.blocks += "aA";
    expect(await history.refresh()).to.equal(true);
    expect(chain.asked).to.deep.equal([
      [0, 1],
      [2, 3],
    ]);
    expect(names(history)).to.deep.equal(["A1.0", "A1.1", "A3.0", "A3.1"]);
  });

  it("drops the blocks that a reorganisation removed and reads those that replaced them", async () => {
    const chain = new Chain("aAaAaA");
    const history = new History(chain, { fromBlock: 0 });
    await history.refresh();
    chain.blocks = "aAabBbb";
    await history.refresh();
    expect(names(history)).to.deep.equal(["A1.0", "A1.1", "B4.0", "B4.1"]);
    expect(history.tip()!.number).to.equal(6);
  });

  it("follows a chain that became shorter, and one that began anew", async () => {
    const chain = new Chain("aAaA");
    const history = new History(chain, { fromBlock: 0 });
    await history.refresh();
    chain.blocks = "aA";
    await history.refresh();
    expect(names(history)).to.deep.equal(["A1.0", "A1.1"]);
    chain.blocks = "C";
    await history.refresh();
    expect(names(history)).to.deep.equal(["C0.0", "C0.1"]);
  });

  it("keeps nothing of a range during which the chain changed", async () => {
    const chain = new Chain("aaA");
    const history = new History(chain, { fromBlock: 0 });
    chain.meanwhile = () => {
      chain.blocks = "abB";
    };
    await history.refresh();
    expect(names(history)).to.deep.equal([]);
    await history.refresh();
    expect(names(history)).to.deep.equal(["B2.0", "B2.1"]);
  });

  it("takes smaller ranges where a node refuses large ones, and passes on what the smallest meets", async () => {
    const chain = new Chain("aA".repeat(40));
    chain.most = 20;
    const history = new History(chain, { fromBlock: 0, range: 64, smallestRange: 4 });
    await history.refresh();
    expect(names(history)).to.have.length(80);
    chain.most = 0;
    chain.blocks += "a";
    await history.refresh().then(
      () => expect.fail(),
      (error) => expect(error.message).to.equal("range too large"),
    );
    expect(names(history)).to.have.length(80);
  });

  it("shares one reading between calls at the same time", async () => {
    const chain = new Chain("aA");
    const history = new History(chain, { fromBlock: 0 });
    await Promise.all([history.refresh(), history.refresh(), history.refresh()]);
    expect(chain.asked).to.have.length(1);
  });

  it("finds the fork after hundreds of empty blocks", async () => {
    const chain = new Chain("A");
    const history = new History(chain, { fromBlock: 0 });
    for (let i = 0; i < 400; i++) {
      await history.refresh();
      chain.blocks += "a";
    }
    chain.blocks = `A${"a".repeat(300)}bB`;
    await history.refresh();
    expect(names(history)).to.deep.equal(["A0.0", "A0.1", "B302.0", "B302.1"]);
  });
});
