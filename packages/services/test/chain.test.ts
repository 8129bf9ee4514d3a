// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sending so that nothing is lost and nothing done twice, on a real chain behind a node that lies.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { id, Transaction, toBeHex, toQuantity, Wallet } from "ethers";
import { problemOf, Sender, type SenderLimits, stateOf, type Wanted, want } from "../src/chain/index.ts";
import type { Database } from "../src/store/index.ts";
import { accountOf, CHAIN_ID } from "./support/accounts.ts";
import { faults } from "./support/faults.ts";
import { codeOf } from "./support/rejection.ts";
import { onBothStores } from "./support/stores.ts";
import { type Fault, FINALITY, rpcError, TestChain, TestNode, type TestToken } from "./support/testChain.ts";

const LIMITS: Partial<SenderLimits> = { stuck: 60, again: 20, patience: 0, timeout: 300, refusals: 3 };
const person = (n: number): string => toBeHex(0x1000_0000 + n, 20);
const LONG = process.env.LONG === "1";

/** A small generator, so that a failure comes again. @returns a number below its argument */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  console.log(`      seed ${seed}`);
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

onBothStores("chain", (stores) => {
  let chain: TestChain;
  let token: TestToken;
  let node: TestNode;
  let url: string;
  /** Height below which the token is deployed. */
  let base: number;
  let database: Database;
  let now = 1_000;
  let account = 0;
  let wallet: ReturnType<typeof accountOf>;

  before(async function () {
    this.timeout(60_000);
    chain = await TestChain.start();
    token = await chain.deployToken();
    await chain.mine();
    base = await chain.height();
    url = await stores.fresh();
    database = await stores.open(url);
  });
  after(() => chain?.close());
  beforeEach(() => {
    // Each test has an account and purposes of its own, and people who have nothing yet.
    wallet = accountOf(++account);
    node = new TestNode(chain);
  });

  const from = () => ({ chainId: CHAIN_ID, address: wallet.address });
  const sender = (limits: Partial<SenderLimits> = {}, at: Database = database) =>
    new Sender({
      database: at,
      signer: wallet,
      chainId: CHAIN_ID,
      provider: node,
      limits: { ...LIMITS, ...limits },
      clock: () => now,
    });
  const someone = (n: number) => person(account * 1_000 + n);
  const purposeOf = (n: number) => `mint/${account}/${n}`;
  const minting = (n: number, changes: Partial<Wanted> = {}): Wanted => ({
    purpose: purposeOf(n),
    from: from(),
    to: token.address,
    data: token.mint(someone(n), 1n),
    ...changes,
  });
  const wants = (...wanted: Wanted[]) =>
    database.step(async (queries) => {
      for (const each of wanted) await want(queries, each, now);
    });
  const state = (n: number) => stateOf(database.reads, purposeOf(n), token.abi);
  const nameOf = async (n: number) => (await state(n))?.state;
  const rawsOf = (n: number) =>
    database.reads
      .selectFrom("chain_signed")
      .selectAll()
      .where("purpose", "=", purposeOf(n))
      .orderBy("signed_at")
      .execute();
  const count = async () => Number(await chain.request("eth_getTransactionCount", wallet.address, "latest"));

  it("does what is wanted, says each step, and final only for finalised blocks", async () => {
    await wants(minting(1));
    expect(await state(1)).to.deep.equal({ state: "wanted" });
    const own = sender();
    expect(await own.advance()).to.include({ signed: 1, sent: 1, problem: undefined });
    expect(await nameOf(1)).to.equal("sent");
    await chain.mine();
    await own.advance();
    const mined = await state(1);
    expect(mined).to.include({ state: "mined", isFinal: false, blockNumber: await chain.height() });
    expect(mined?.state === "mined" && mined.logs).to.have.length(1);
    await chain.mine(FINALITY - 1);
    await own.advance();
    expect(await nameOf(1)).to.equal("mined");
    await chain.mine();
    expect(await own.advance()).to.include({ final: 1 });
    expect(await state(1)).to.deep.equal({ ...mined, state: "final", isFinal: true });
    expect(await token.balanceOf(someone(1))).to.equal(1n);
    expect(await stateOf(database.reads, "mint/none")).to.equal(undefined);
  });

  it("a node without finalised blocks: final after so many confirmations; one that forgets them for a moment: not", async () => {
    const hiding: Fault = (method, params, pass) =>
      method === "eth_getBlockByNumber" && params[0] === "finalized" ? Promise.resolve(null) : pass();
    const own = sender({ confirmations: 3 });
    node.behave(hiding);
    await wants(minting(1), minting(2));
    for (const wanted of ["sent", "mined", "mined", "mined", "final"]) {
      await own.advance();
      expect(await nameOf(1)).to.equal(wanted);
      await chain.mine();
    }
    for (const how of [hiding, tagless]) {
      // From now on there are finalised blocks.
      node.behave();
      await wants(minting(how === hiding ? 3 : 4));
      await own.advance();
      node.behave(how);
      await chain.mine(5);
      await own.advance();
      await own.advance();
      expect(await nameOf(how === hiding ? 3 : 4)).to.equal("mined");
    }
    node.behave((method, params, pass) =>
      method === "eth_getBlockByNumber" && params[0] === "finalized"
        ? Promise.reject(new Error("ECONNRESET"))
        : pass(),
    );
    expect((await own.advance()).problem?.kind).to.equal("unreachable");
  });
  const tagless: Fault = (method, params, pass) =>
    method === "eth_getBlockByNumber" && params[0] === "finalized"
      ? Promise.reject(rpcError("invalid argument 0: hex string without 0x prefix", -32_602))
      : pass();

  it("takes the same purpose twice as once, and refuses it for something else", async () => {
    const answers = await database.step(async (queries) => [
      await want(queries, minting(1), now),
      await want(queries, minting(1), now),
    ]);
    expect(answers).to.deep.equal([true, false]);
    expect(await codeOf(wants(minting(1, { data: token.mint(someone(2), 1n) })))).to.equal(
      "INVALID_ARGUMENT",
    );
    for (const wrong of [
      { purpose: "" },
      { purpose: "a b" },
      { to: "0x12" },
      { data: "0x1" },
      { value: -1n },
    ])
      expect(await codeOf(wants(minting(3, wrong)))).to.equal("INVALID_ARGUMENT");
    const own = sender();
    for (let i = 0; i < 3; i++) {
      await own.advance();
      await chain.mine();
    }
    expect(await token.balanceOf(someone(1))).to.equal(1n);
    expect(await count()).to.equal(1);
  });

  it("has what it signed in the store before anything is sent, and sends the same after a crash", async () => {
    await wants(minting(1), minting(2));
    node.behave(async (method, _, pass) => {
      if (method !== "eth_sendRawTransaction") return pass();
      throw new Error("the process dies here");
    });
    await sender().advance();
    const [first] = await rawsOf(1);
    expect(first?.sent_at).to.equal(null);
    node.behave();
    await sender().advance();
    await chain.mine();
    await sender().advance();
    expect(await state(1)).to.include({ state: "mined", hash: first!.hash });
    expect(await rawsOf(1)).to.have.length(1);
    expect(await count()).to.equal(2);
  });

  const LIES: readonly (readonly [what: string, answer: () => Promise<unknown>])[] = [
    ["answers with a hash and forgets", async () => `0x${"00".repeat(32)}`],
    ["says already known", () => Promise.reject(rpcError("already known"))],
    ["says nonce too low", () => Promise.reject(rpcError("nonce too low: next nonce 99, tx nonce 0"))],
    ["says underpriced", () => Promise.reject(rpcError("replacement transaction underpriced"))],
    ["says something unknown", () => Promise.reject(rpcError("the moon is in the wrong house"))],
    ["says too many requests", () => Promise.reject(rpcError("slow down", -32_005))],
    ["cuts the connection", () => Promise.reject(new Error("ECONNRESET"))],
    ["does not answer", () => new Promise(() => undefined)],
  ];
  for (const [what, answer] of LIES) {
    it(`a node that ${what} makes nothing lost and nothing double`, async () => {
      await wants(minting(1), minting(2));
      let lies = 2;
      node.behave((method, _, pass) =>
        method === "eth_sendRawTransaction" && lies-- > 0 ? answer() : pass(),
      );
      const own = sender();
      for (let i = 0; i < 4; i++) {
        await own.advance();
        await chain.mine();
        now += 21;
      }
      await own.advance();
      expect([await nameOf(1), await nameOf(2)]).to.deep.equal(["mined", "mined"]);
      expect(await token.balanceOf(someone(1))).to.equal(1n);
      expect(await count()).to.equal(2);
    });
  }

  it("a node that takes it and cuts the connection, or passes it on twice, makes nothing double", async () => {
    await wants(minting(1), minting(2));
    let number = 0;
    node.behave(async (method, _, pass) => {
      if (method !== "eth_sendRawTransaction") return pass();
      const answer = await pass();
      if (++number % 2 === 1) throw new Error("ECONNRESET");
      return pass().catch(() => answer);
    });
    const own = sender();
    for (let i = 0; i < 3; i++) {
      await own.advance();
      now += 21;
    }
    await chain.mine();
    await own.advance();
    expect([await nameOf(1), await nameOf(2)]).to.deep.equal(["mined", "mined"]);
    expect(await token.balanceOf(someone(2))).to.equal(1n);
  });

  it("a node that hides receipts for good does not make anything be sent under another nonce", async () => {
    await wants(minting(1));
    node.behave((method, _, pass) =>
      method === "eth_getTransactionReceipt" ? Promise.resolve(null) : pass(),
    );
    const own = sender();
    await own.advance();
    await chain.mine(FINALITY + 2);
    for (let i = 0; i < 3; i++) {
      now += 100;
      await own.advance();
      await chain.mine();
    }
    expect(await nameOf(1)).to.equal("sent");
    expect(await rawsOf(1)).to.have.length(1);
    node.behave();
    await own.advance();
    expect(await nameOf(1)).to.equal("mined");
    expect(await token.balanceOf(someone(1))).to.equal(1n);
  });

  it("a receipt of a block that is not one of the chain's does not count", async () => {
    await wants(minting(1));
    const own = sender();
    await own.advance();
    await chain.mine();
    node.behave(async (method, _, pass) => {
      const answer = await pass();
      return method === "eth_getTransactionReceipt"
        ? { ...(answer as object), blockHash: id("orphan") }
        : answer;
    });
    await own.advance();
    expect(await nameOf(1)).to.equal("sent");
    node.behave();
    await own.advance();
    expect(await nameOf(1)).to.equal("mined");
  });

  it("two processes replace what is stuck once", async () => {
    await wants(minting(1));
    const senders = [sender(), sender({}, await stores.open(url))];
    node.behave((method, _, pass) => (method === "eth_sendRawTransaction" ? Promise.resolve("0x") : pass()));
    await senders[0]!.advance();
    for (let i = 1; i <= 3; i++) {
      now += 61;
      const rounds = await Promise.all(senders.map((each) => each.advance()));
      expect(rounds.reduce((sum, { replaced }) => sum + replaced, 0)).to.equal(1);
      expect(await rawsOf(1)).to.have.length(i + 1);
    }
  });

  it("replaces what is stuck at a higher price, up to the cap, and knows an earlier one when it is mined", async () => {
    await wants(minting(1), minting(2));
    const own = sender({ maxFee: 4_000_000_000n });
    node.behave((method, _, pass) => (method === "eth_sendRawTransaction" ? Promise.resolve("0x") : pass()));
    await own.advance();
    for (let i = 0; i < 12; i++) {
      now += 61;
      await own.advance();
    }
    const raws = await rawsOf(1);
    expect(raws.length).to.be.greaterThan(2);
    expect(new Set(raws.map(({ nonce }) => nonce)).size).to.equal(1);
    for (const [i, { max_fee }] of raws.entries()) {
      expect(BigInt(max_fee) <= 4_000_000_000n).to.equal(true);
      if (i > 0) expect(BigInt(max_fee) * 10n >= BigInt(raws[i - 1]!.max_fee) * 11n).to.equal(true);
    }
    // Only the next one is stuck; the one behind it waits.
    expect(await rawsOf(2)).to.have.length(1);
    expect((await problemOf(database.reads, from()))?.kind).to.equal("price-cap");
    node.behave();
    await chain.request("eth_sendRawTransaction", raws[1]!.raw);
    await chain.mine();
    await own.advance();
    expect(await state(1)).to.include({ state: "mined", hash: raws[1]!.hash });
    expect(await token.balanceOf(someone(1))).to.equal(1n);
    expect(await problemOf(database.reads, from())).to.equal(undefined);
  });

  for (const depth of [1, 7, FINALITY]) {
    it(`sends again, under the same nonces, what a reorganisation of ${depth} blocks removed`, async function () {
      this.timeout(20_000);
      const own = sender();
      await chain.mine();
      await wants(minting(1), minting(2));
      await own.advance();
      await chain.mine();
      await own.advance();
      const nonces = [...(await rawsOf(1)), ...(await rawsOf(2))].map(({ nonce }) => nonce);
      await chain.mine(depth - 1);
      await own.advance();
      expect([await nameOf(1), await nameOf(2)]).to.deep.equal(["mined", "mined"]);
      await chain.reorganise(depth);
      expect(await token.balanceOf(someone(1))).to.equal(0n);
      const round = await own.advance();
      expect(round).to.include({ undone: 2, sent: 2 });
      expect(await nameOf(1)).to.equal("sent");
      await chain.mine(FINALITY + 1);
      await own.advance();
      await own.advance();
      expect([await nameOf(1), await nameOf(2)]).to.deep.equal(["final", "final"]);
      expect([...(await rawsOf(1)), ...(await rawsOf(2))].map(({ nonce }) => nonce)).to.deep.equal(nonces);
      expect([await token.balanceOf(someone(1)), await token.balanceOf(someone(2))]).to.deep.equal([1n, 1n]);
    });
  }

  it("a contract's refusal: before sending where it can be seen, else as reverted, with the contract's error", async () => {
    const transfer = token.abi.encodeFunctionData("transfer", [someone(1), 5n]);
    await wants(
      minting(1, { data: transfer }),
      minting(2, { data: transfer, gasLimit: 100_000n }),
      minting(3, { gasLimit: 100_000n }),
      minting(4, { gasLimit: 30_000_000n }),
    );
    const own = sender();
    await own.advance();
    const refused = await state(1);
    expect(refused).to.deep.include({ state: "refused", isFinal: true, reason: "contract" });
    expect(refused?.state === "refused" && refused.error).to.include({ name: "ERC20InsufficientBalance" });
    expect(await state(4)).to.deep.equal({ state: "refused", isFinal: true, reason: "gas" });
    await chain.mine();
    await own.advance();
    const reverted = await state(2);
    expect(reverted).to.include({ state: "reverted", isFinal: false });
    expect(reverted?.state === "reverted" && reverted.error).to.deep.include({
      name: "ERC20InsufficientBalance",
      values: { sender: wallet.address, balance: 0n, needed: 5n },
    });
    await chain.mine(FINALITY);
    await own.advance();
    expect(await state(2)).to.include({ state: "reverted", isFinal: true });
    expect(await nameOf(3)).to.equal("final");
    expect(await count()).to.equal(2);
  });

  it("waits for what a contract would refuse now, for a while", async () => {
    const transfer = token.abi.encodeFunctionData("transfer", [someone(1), 5n]);
    await wants(minting(1, { data: transfer }), minting(2, { data: token.mint(wallet.address, 5n) }));
    const own = sender({ patience: 60 });
    await own.advance();
    expect([await nameOf(1), await nameOf(2)]).to.deep.equal(["wanted", "sent"]);
    await chain.mine();
    now += 30;
    await own.advance();
    await chain.mine();
    await own.advance();
    expect(await nameOf(1)).to.equal("mined");
    expect(await token.balanceOf(someone(1))).to.equal(5n);
  });

  it("gives another nonce to what lost its own to somebody else, once that is final", async () => {
    await wants(minting(1), minting(2));
    const own = sender();
    node.behave((method, _, pass) => (method === "eth_sendRawTransaction" ? Promise.resolve("0x") : pass()));
    await own.advance();
    node.behave();
    // The same key, somewhere else.
    const foreign = await wallet.signTransaction({
      chainId: CHAIN_ID,
      nonce: 0,
      to: wallet.address,
      gasLimit: 21_000n,
      type: 2,
      maxFeePerGas: 50_000_000_000n,
      maxPriorityFeePerGas: 2_000_000_000n,
    });
    await chain.request("eth_sendRawTransaction", foreign);
    await chain.mine();
    now += 25;
    // Not final yet: it may still go to ours.
    expect((await own.advance()).problem).to.equal(undefined);
    expect(await nameOf(1)).to.equal("sent");
    await chain.mine(FINALITY);
    for (let i = 0; i < 3; i++) {
      await own.advance();
      await chain.mine();
    }
    await own.advance();
    expect([await nameOf(1), await nameOf(2)]).to.deep.equal(["mined", "final"]);
    expect([await token.balanceOf(someone(1)), await token.balanceOf(someone(2))]).to.deep.equal([1n, 1n]);
    expect(await count()).to.equal(3);
  });

  it("says so when the node does not show who used a nonce", async () => {
    await wants(minting(1));
    const own = sender();
    node.behave((method, _, pass) => (method === "eth_sendRawTransaction" ? Promise.resolve("0x") : pass()));
    await own.advance();
    const other = Transaction.from((await rawsOf(1))[0]!.raw);
    const foreign = await wallet.signTransaction({
      ...other.toJSON(),
      data: "0x",
      to: wallet.address,
      type: 2,
    });
    await chain.request("eth_sendRawTransaction", foreign);
    await chain.mine(FINALITY + 2);
    // A node that pruned old states.
    node.behave((method, params, pass) =>
      method === "eth_getTransactionCount" && params[1] !== "latest" && Number(params[1]) < (finalAt ?? 0)
        ? Promise.reject(rpcError("missing trie node"))
        : pass(),
    );
    const finalAt = (await chain.height()) - FINALITY;
    const { problem } = await own.advance();
    expect(problem).to.include({ kind: "nonce-taken", needed: "0" });
    expect(await nameOf(1)).to.equal("sent");
    node.behave();
    await own.advance();
    await own.advance();
    await chain.mine();
    await own.advance();
    expect(await nameOf(1)).to.equal("mined");
    expect(await token.balanceOf(someone(1))).to.equal(1n);
  });

  it("fills a gap below its nonces: with what is wanted, or with an empty transaction", async () => {
    const own = sender();
    await wants(minting(1));
    // A node that counts two too many.
    node.behave(async (method, _, pass) =>
      method === "eth_getTransactionCount" ? toQuantity(Number(await pass()) + 2) : pass(),
    );
    await own.advance();
    node.behave();
    expect((await rawsOf(1))[0]!.nonce).to.equal(2);
    await own.advance();
    await wants(minting(2));
    await own.advance();
    expect((await rawsOf(2))[0]!.nonce).to.equal(0);
    for (let i = 0; i < 3; i++) {
      now += 61;
      await own.advance();
      await own.advance();
      await chain.mine();
    }
    await own.advance();
    expect([await nameOf(1), await nameOf(2)]).to.deep.equal(["mined", "mined"]);
    expect(await token.balanceOf(someone(1))).to.equal(1n);
    expect(await count()).to.equal(3);
  });

  it("an account without ether is told of, and goes on when there is some", async () => {
    const poor = Wallet.createRandom();
    const own = new Sender({
      database,
      signer: poor,
      chainId: CHAIN_ID,
      provider: node,
      limits: LIMITS,
      clock: () => now,
    });
    const at = { chainId: CHAIN_ID, address: poor.address };
    await wants(minting(1, { from: at }));
    expect((await own.advance()).problem).to.include({ kind: "dry", found: "0" });
    expect(await nameOf(1)).to.equal("wanted");
    expect((await problemOf(database.reads, at))?.kind).to.equal("dry");
    await chain.request("hardhat_setBalance", poor.address, toQuantity(10n ** 18n));
    expect((await own.advance()).problem).to.equal(undefined);
    await chain.mine();
    await own.advance();
    expect(await nameOf(1)).to.equal("mined");
    expect(await problemOf(database.reads, at)).to.equal(undefined);
  });

  it("sends nothing above the price cap, and refuses a node of another chain", async () => {
    await wants(minting(1));
    expect((await sender({ maxFee: 1_000n }).advance()).problem?.kind).to.equal("price-cap");
    node.behave(async (method, _, pass) => (method === "eth_chainId" ? "0x1" : pass()));
    expect((await sender().advance()).problem).to.include({ kind: "wrong-chain", found: "1" });
    node.behave(() => Promise.reject(new Error("ECONNREFUSED")));
    expect((await sender().advance()).problem?.kind).to.equal("unreachable");
    expect(await nameOf(1)).to.equal("wanted");
    expect(await rawsOf(1)).to.deep.equal([]);
  });

  it("gives up what is too late, also when it was sent, unless it was mined after all", async () => {
    const own = sender();
    await wants(
      minting(1, { notAfter: now - 1 }),
      minting(2, { notAfter: now + 10 }),
      minting(3, { notAfter: now + 10 }),
      minting(4),
    );
    await own.advance();
    expect(await state(1)).to.deep.equal({ state: "refused", isFinal: true, reason: "too-late" });
    const [second] = await rawsOf(2);
    await chain.forget();
    now += 11;
    // The empty transactions do not arrive before one that was forgotten comes back.
    await own.advance();
    await chain.forget();
    await chain.request("eth_sendRawTransaction", second!.raw);
    await chain.mine();
    now += 25;
    await own.advance();
    await chain.mine(FINALITY + 1);
    await own.advance();
    await own.advance();
    expect(await nameOf(2)).to.equal("final");
    expect(await state(3)).to.deep.equal({ state: "refused", isFinal: true, reason: "too-late" });
    expect(await nameOf(4)).to.equal("final");
    expect([await token.balanceOf(someone(2)), await token.balanceOf(someone(3))]).to.deep.equal([1n, 0n]);
  });

  it("gives up what nodes refuse for good, frees its nonce, and keeps their words", async () => {
    const own = sender();
    await wants(minting(1), minting(2));
    node.behave((method, params, pass) =>
      method === "eth_sendRawTransaction" &&
      Transaction.from(params[0] as string).data === token.mint(someone(1), 1n)
        ? Promise.reject(rpcError("Transaction line count for module X is above the limit 40"))
        : pass(),
    );
    for (let i = 0; i < 5; i++) {
      await own.advance();
      now += 25;
    }
    await chain.mine(FINALITY + 1);
    await own.advance();
    await own.advance();
    expect(await state(1)).to.deep.equal({
      state: "refused",
      isFinal: true,
      reason: "node",
      words: "Transaction line count for module X is above the limit 40",
    });
    expect(await nameOf(2)).to.equal("final");
    expect(await token.balanceOf(someone(1))).to.equal(0n);
  });

  it("refuses a signer of another account", async () => {
    await wants(minting(1));
    const other = accountOf(0);
    const signer = {
      getAddress: () => wallet.getAddress(),
      signTransaction: other.signTransaction.bind(other),
    };
    const own = new Sender({
      database,
      signer,
      chainId: CHAIN_ID,
      provider: node,
      limits: LIMITS,
      clock: () => now,
    });
    expect(await codeOf(own.advance())).to.equal("INVALID_ARGUMENT");
    expect(await nameOf(1)).to.equal("wanted");
  });

  /** Children of the fixture, which only advance until they are killed. */
  const start = (rpc: string) =>
    spawn(process.execPath, [join(import.meta.dirname, "fixtures/advance.ts"), url, rpc, String(account)], {
      stdio: ["ignore", "inherit", "inherit"],
    });

  it("through random faults, reorganisations and kills everything happens once, and the store says what the chain says", async function () {
    this.timeout(LONG ? 3_600_000 : 120_000);
    const random = randomOf(LONG ? Date.now() % 1_000_000 : 20_261);
    node.behave(faults(random));
    const rpc = await node.serve();
    const children = [start(rpc), start(rpc)];
    const total = LONG ? 400 : 20;
    let wanted = 0;
    try {
      for (let reorganisations = 0; reorganisations < (LONG ? 500 : 6); ) {
        for (let i = random(3); i > 0 && wanted < total; i--) await wants(minting(wanted++));
        await setTimeout(random(LONG ? 60 : 250));
        const chance = random(10);
        if (chance < 6) await chain.mine(1 + random(4));
        else if (chance < 9) {
          const depth = Math.min(1 + random(random(2) === 0 ? 5 : 64), (await chain.height()) - base);
          if (depth > 0) await chain.reorganise(depth);
          if (depth > 0) reorganisations++;
        } else {
          const at = random(2);
          children[at]!.kill("SIGKILL");
          await once(children[at]!, "exit");
          children[at] = start(rpc);
        }
      }
      while (wanted < total) await wants(minting(wanted++));
      // From now on the node is honest, and everything has to come to its end.
      node.behave();
      const ended = async () => {
        const rows = await Promise.all(Array.from({ length: total }, (_, n) => nameOf(n)));
        return rows.every((each) => each === "final");
      };
      for (const end = Date.now() + 60_000; !(await ended()); await setTimeout(100)) {
        if (Date.now() > end)
          throw new Error(`${await Promise.all(Array.from({ length: total }, (_, n) => nameOf(n)))}`);
        await chain.mine(8);
      }
    } finally {
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? once(child, "exit")));
      await node.stop();
    }
    const hashes = new Set<string>();
    for (let n = 0; n < total; n++) {
      expect(await token.balanceOf(someone(n)), `mint ${n}`).to.equal(1n);
      const ended = await state(n);
      if (ended?.state !== "final") throw new Error(`mint ${n} is ${ended?.state}`);
      const receipt = await chain.request<{ blockNumber: string; status: string }>(
        "eth_getTransactionReceipt",
        ended.hash,
      );
      expect(Number(receipt.blockNumber)).to.equal(ended.blockNumber);
      expect(receipt.status).to.equal("0x1");
      hashes.add(ended.hash);
    }
    expect(hashes.size).to.equal(total);
    const gaps = await database.reads
      .selectFrom("chain_transaction")
      .select("purpose")
      .where("account", "=", wallet.address.toLowerCase())
      .where("purpose", "like", "gap/%")
      .execute();
    expect(await count()).to.equal(total + gaps.length);
  });

  it("two processes on one account never use a nonce for two things", async function () {
    this.timeout(30_000);
    const [one, other] = [database, await stores.open(url)];
    await wants(...Array.from({ length: 24 }, (_, i) => minting(i)));
    const senders = [sender({}, one), sender({}, other)];
    for (let i = 0; i < 5; i++) {
      await Promise.all(senders.map((each) => each.advance()));
      await chain.mine();
      now += 61;
    }
    for (let n = 0; n < 24; n++) expect(await token.balanceOf(someone(n)), `mint ${n}`).to.equal(1n);
    expect(await count()).to.equal(24);
  });
});
