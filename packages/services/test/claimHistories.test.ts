// SPDX-License-Identifier: GPL-3.0-or-later
//
// Random histories of claims: a node that drops, repeats and lies, a chain that reorganises, and two gateways on one store that
// begin anew at every step. In the end each period that is met is settled once, and nothing else was paid for.
import { CLAIMS_PAYOUT_ABI, ClaimsClient, ConsentClient, Custody } from "@vitalproof/sdk";
import { expect } from "chai";
import { Interface, type JsonRpcProvider, toQuantity } from "ethers";
import fc from "fast-check";
import type { SenderLimits } from "../src/chain/index.ts";
import { openProvider } from "../src/chain/provider.ts";
import { ClaimChain } from "../src/gateway/claims/claimChain.ts";
import { type Database, openDatabase } from "../src/store/index.ts";
import { accountOf, CHAIN_ID } from "./support/accounts.ts";
import { BENEFIT, Claiming, ClaimStage, FINALITY } from "./support/claimStage.ts";
import { faults } from "./support/faults.ts";
import { onBothStores } from "./support/stores.ts";
import { TestChain, TestNode } from "./support/testChain.ts";

const LONG = process.env.LONG !== undefined;
const LIMITS: Partial<SenderLimits> = { stuck: 20, again: 5, patience: 0, timeout: 300, refusals: 3 };
const ABI = new Interface(CLAIMS_PAYOUT_ABI);
const TABLES = [
  "gateway_claim",
  "gateway_policy",
  "gateway_program",
  "chain_signed",
  "chain_transaction",
  "chain_account",
] as const;

/** `by`: the first gateway, the second, or both at once. */
type Act =
  | { readonly kind: "find" | "look" | "prove" | "send"; readonly by: number }
  | { readonly kind: "mine" | "reorganise"; readonly blocks: number }
  | { readonly kind: "forget" }
  | { readonly kind: "node"; readonly seed: number | undefined };

const by = fc.nat({ max: 2 });
const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("find" as const), by }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("look" as const), by }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("prove" as const), by }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("send" as const), by }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("mine" as const),
      blocks: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 20, max: 64 })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("reorganise" as const),
      blocks: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 64 })),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "forget" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("node" as const),
      seed: fc.option(fc.nat({ max: 1_000_000 }), { nil: undefined }),
    }),
  },
);

/** What all histories of a run came to. */
const counts = { histories: 0, reorganisations: 0, faults: 0, transactions: 0, gaps: 0, attempts: 0 };

type Clients = Pick<ConstructorParameters<typeof ClaimChain>[0], "claims" | "consents" | "custody">;

let stage: ClaimStage;
let node: TestNode;
let provider: JsonRpcProvider;
/** They keep nothing. Reading their interfaces costs more than a history. */
let clients: Clients;

before(async function () {
  this.timeout(120_000);
  stage = await ClaimStage.make();
  await stage.patient.consent(stage.program);
  node = new TestNode(stage.node.chain);
  provider = openProvider(await node.serve(), CHAIN_ID);
  const { claims, consents, custody } = stage.world.addresses;
  clients = {
    claims: new ClaimsClient(claims, provider),
    consents: new ConsentClient(consents, provider),
    custody: new Custody(custody, provider),
  };
});
after(async () => {
  provider?.destroy();
  await node?.stop();
  await stage?.close();
  if (LONG) console.log(JSON.stringify(counts));
});

onBothStores("claims' histories", (stores) => {
  const gateways: Claiming[] = [];
  let other: Database | undefined;

  after(async () => {
    await other?.close();
    for (const { database } of gateways.slice(0, 1)) await database.close();
  });

  it("each period that is met is settled once, whatever node and chain do", async function () {
    this.timeout(7_200_000);
    // Asked here: before the tests begin there is no PostgreSQL yet.
    const runs = LONG ? 500 : stores.postgres === undefined ? 8 : 2;
    const url = await stores.fresh();
    const first = await stage.copy(url);
    other = await openDatabase(url);
    gateways.push(first, new Claiming(stage, other, "paid"));
    // A proof is made once, on an honest chain.
    await first.find();
    await first.look();
    await first.prove();
    expect(await first.states()).to.deep.equal(["proven", "unmet"]);
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { minLength: 10, maxLength: 40 }), (history) =>
        live(gateways, history),
      ),
      { numRuns: runs, endOnFailure: true, seed: LONG ? Date.now() % 2 ** 31 : 20_261 },
    );
  });
});

async function live(gateways: readonly Claiming[], history: readonly Act[]): Promise<void> {
  const { world } = stage;
  const { networkHelpers } = world.connection;
  const base = await networkHelpers.takeSnapshot();
  const chain = await TestChain.over(node.chain.request, async () => undefined);
  const { database } = gateways[0]!;
  await database.step(async (queries) => {
    for (const table of TABLES) await queries.deleteFrom(table).execute();
  });
  for (const gateway of gateways)
    gateway.through = {
      chain: () => new ClaimChain({ ...clients, node, runner: provider, fromBlock: 0 }),
      node,
      limits: LIMITS,
    };
  try {
    const floor = await chain.height();
    await chain.mine();
    for (const act of history) await step(gateways, act, chain, floor);
    // From now on the node is honest, and everything has to come to its end.
    node.behave();
    for (let i = 0; i < 60 && !(await isOver(gateways[0]!)); i++) {
      await move(gateways, "find", i % 3);
      await move(gateways, "look", i % 3);
      await move(gateways, "prove", i % 2);
      await move(gateways, "send", (i + 1) % 3);
      await chain.mine(20);
    }
    await assertSettledOnce(gateways[0]!, chain, floor);
    counts.histories += 1;
  } finally {
    for (const gateway of gateways) gateway.through = undefined;
    node.behave();
    await base.restore();
    await node.chain.request("evm_setAutomine", true);
    await world.follow();
  }
}

async function step(gateways: readonly Claiming[], act: Act, chain: TestChain, floor: number): Promise<void> {
  switch (act.kind) {
    case "mine":
      return chain.mine(act.blocks);
    case "forget":
      return chain.forget();
    case "reorganise": {
      const depth = Math.min(act.blocks, (await chain.height()) - floor);
      await chain.reorganise(depth);
      counts.reorganisations += 1;
      return;
    }
    case "node":
      if (act.seed === undefined) node.behave();
      else {
        const lies = faults(randomOf(act.seed), 20);
        node.behave((...asked) => {
          counts.faults += 1;
          return lies(...asked);
        });
      }
      return;
    default:
      return move(gateways, act.kind, act.by);
  }
}

/** What a node does may end a step, which the next one does again. */
async function move(
  gateways: readonly Claiming[],
  what: "find" | "look" | "prove" | "send",
  by: number,
): Promise<void> {
  const moving = by === 2 ? gateways : [gateways[by]!];
  await Promise.all(moving.map((gateway) => gateway[what]().catch(() => undefined)));
}

async function isOver(gateway: Claiming): Promise<boolean> {
  return (await gateway.states()).join() === "final,unmet";
}

async function assertSettledOnce(gateway: Claiming, chain: TestChain, floor: number): Promise<void> {
  const { claims } = stage.world.addresses;
  expect(await gateway.states()).to.deep.equal(["final", "unmet"]);
  const logs = await chain.request<{ topics: string[]; transactionHash: string }[]>("eth_getLogs", {
    address: claims,
    fromBlock: toQuantity(floor + 1),
    toBlock: toQuantity((await chain.height()) - FINALITY),
  });
  const named = logs.map(({ topics }) => ABI.getEvent(topics[0]!)?.name);
  expect(named.filter((name) => name === "ClaimSettled")).to.have.length(1);
  expect(await stage.world.claimsAs(stage.world.roles.relayer).owedOf(stage.policy)).to.equal(BENEFIT);
  // The account paid for the settlement, and for what frees a nonce below it; for no claim that was left out.
  const { address } = accountOf(15);
  const sent = Number(await chain.request("eth_getTransactionCount", address, "latest"));
  const gaps = await gateway.database.reads
    .selectFrom("chain_transaction")
    .select("purpose")
    .where("purpose", "like", "gap/%")
    .execute();
  const [row] = await gateway.rows();
  counts.transactions += sent;
  counts.gaps += gaps.length;
  counts.attempts += row!.attempt;
  expect(named.filter((name) => name === "ClaimSkipped")).to.deep.equal([]);
  expect(sent, `attempt ${row!.attempt}`).to.equal(1 + gaps.length);
}

/** A small generator, so that a failure comes again. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
