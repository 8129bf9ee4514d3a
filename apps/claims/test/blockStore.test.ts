// SPDX-License-Identifier: GPL-3.0-or-later
import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { expect } from "chai";
import { indexedDbBlockStore } from "../src/chain/blockStore.ts";
import type { BlockStore } from "../src/chain/history.ts";
import { History } from "../src/chain/history.ts";
import { Chain, names } from "./support/chain.ts";

const CLAIMS = `0x${"aB".repeat(20)}`;

describe("the history between visits", () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, "navigator")!;
  const setLocks = (locks: unknown) =>
    Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });

  beforeEach(() => {
    globalThis.indexedDB = new IDBFactory();
    // Node's own would be held until the tests end, as a page holds it until it is closed.
    setLocks(undefined);
  });
  after(() => Object.defineProperty(globalThis, "navigator", own));

  /** As a page that is opened: a store and a history of its own. */
  const visit = (chain: Chain, options: { id?: number; contract?: string; store?: BlockStore } = {}) =>
    new History(chain, {
      fromBlock: 0,
      range: 4,
      store: options.store ?? indexedDbBlockStore(options.id ?? 1, options.contract ?? CLAIMS),
    });

  it("asks for nothing that was read before, and goes on from there", async () => {
    const chain = new Chain("aAaaAaaaaA");
    await visit(chain).refresh();
    chain.asked = [];
    chain.blocks += "aA";
    const second = visit(chain, { contract: CLAIMS.toLowerCase() });
    await second.refresh();
    expect(chain.asked).to.deep.equal([[10, 11]]);
    expect(names(second)).to.deep.equal(["A1.0", "A1.1", "A4.0", "A4.1", "A9.0", "A9.1", "A11.0", "A11.1"]);
    expect(second.logs()[0]!.timestamp).to.equal(1012);
  });

  it("drops what a reorganisation removed while nobody looked", async () => {
    const chain = new Chain("aAaAaA");
    await visit(chain).refresh();
    chain.asked = [];
    chain.blocks = "aAabBbb";
    const second = visit(chain);
    await second.refresh();
    expect(names(second)).to.deep.equal(["A1.0", "A1.1", "B4.0", "B4.1"]);
    expect(chain.asked[0]![0]).to.be.within(1, 4);
    // And the store has dropped it too.
    chain.asked = [];
    const third = visit(chain);
    await third.refresh();
    expect(chain.asked).to.deep.equal([]);
    expect(names(third)).to.deep.equal(names(second));
  });

  it("shows nothing of a chain that began anew under the same number and address", async () => {
    const chain = new Chain("aAaA");
    await visit(chain).refresh();
    const restarted = new Chain("bbB");
    const second = visit(restarted);
    await second.refresh();
    expect(names(second)).to.deep.equal(["B2.0", "B2.1"]);
    // The old one is gone for good.
    chain.asked = [];
    await visit(chain).refresh();
    expect(chain.asked).to.deep.equal([[0, 3]]);
  });

  it("keeps chains and contracts apart", async () => {
    const one = new Chain("aA");
    const other = new Chain("bBB");
    await visit(one).refresh();
    await visit(other, { id: 2 }).refresh();
    await visit(other, { contract: `0x${"cd".repeat(20)}` }).refresh();
    one.asked = [];
    const again = visit(one);
    await again.refresh();
    expect(one.asked).to.deep.equal([]);
    expect(names(again)).to.deep.equal(["A1.0", "A1.1"]);
  });

  it("reads everything again after it was told to forget", async () => {
    const chain = new Chain("aAaA");
    const history = visit(chain);
    await history.refresh();
    await history.forget();
    expect(history.logs()).to.deep.equal([]);
    chain.asked = [];
    await visit(chain).refresh();
    expect(chain.asked).to.deep.equal([[0, 3]]);
    await history.refresh();
    expect(names(history)).to.deep.equal(["A1.0", "A1.1", "A3.0", "A3.1"]);
  });

  it("goes on in memory where the browser keeps nothing", async () => {
    let tries = 0;
    const refuse = async (): Promise<never> => {
      tries += 1;
      throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
    };
    const chain = new Chain("aAaA");
    const history = visit(chain, { store: { load: refuse, write: refuse } });
    await history.refresh();
    chain.blocks += "A";
    await history.refresh();
    expect(names(history)).to.deep.equal(["A1.0", "A1.1", "A3.0", "A3.1", "A4.0", "A4.1"]);
    expect(tries).to.equal(1);
  });

  it("lets one page write: the first with the lock", async () => {
    const held = new Set<string>();
    const locks = {
      async request(name: string, _: unknown, act: (lock: object | null) => unknown) {
        if (held.has(name)) return act(null);
        held.add(name);
        return act({});
      },
    };
    setLocks(locks);
    const chain = new Chain("aAaA");
    await visit(chain).refresh();
    // A page on another node, which follows another branch.
    const branch = visit(new Chain("aAbB"));
    await branch.refresh();
    expect(names(branch)).to.deep.equal(["A1.0", "A1.1", "B3.0", "B3.1"]);
    chain.asked = [];
    await visit(chain).refresh();
    expect(chain.asked).to.deep.equal([]);
  });
});
