// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { History, type TimedLog } from "../src/chain/history.ts";
import { Chain, names } from "./support/chain.ts";

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

  it("keeps nothing of a range whose last block changed while it was read", async () => {
    const chain = new Chain("aaAaaa");
    const history = new History(chain, { fromBlock: 0, range: 4 });
    // The logs come from the old branch, which has none here; the head of the range from the new one.
    chain.blocks = "aaaaaa";
    chain.meanwhile = () => {
      chain.blocks = "abBbbb";
    };
    await history.refresh();
    await history.refresh();
    expect(names(history)).to.deep.equal(["B2.0", "B2.1"]);
  });

  it("asks for few heads to find a deep fork", async () => {
    const chain = new Chain("A".repeat(600));
    const history = new History(chain, { fromBlock: 0 });
    await history.refresh();
    chain.heads = 0;
    chain.blocks = `${"A".repeat(100)}b`;
    await history.refresh();
    expect(history.logs()).to.have.length(200);
    expect(chain.heads).to.be.below(20);
  });

  it("tells a follower what is new, and begins anew only when a log was removed", async () => {
    const chain = new Chain("aAa");
    const told: string[] = [];
    const follower = {
      reset: () => void told.push("reset"),
      add: (logs: readonly TimedLog[]) => void told.push(logs.map((log) => log.transactionHash).join()),
    };
    const history = new History(chain, { fromBlock: 0, follower });
    await history.refresh();
    chain.blocks = "aAaA";
    await history.refresh();
    // An empty block is replaced by another one.
    chain.blocks = "aAaAa";
    await history.refresh();
    chain.blocks = "aAaAb";
    await history.refresh();
    expect(told).to.deep.equal(["reset", "0xA1,0xA1", "0xA3,0xA3"]);
    chain.blocks = "aAabB";
    await history.refresh();
    expect(told.slice(3)).to.deep.equal(["reset", "0xA1,0xA1", "0xB4,0xB4"]);
  });
});
