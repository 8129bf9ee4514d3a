// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stored relayer against a real chain with a crowd of policies, whose proofs come from a key's trapdoor.
import { setTimeout } from "node:timers/promises";
import {
  CircuitClient,
  type ClaimItem,
  type ClaimOutcome,
  ClaimsClient,
  ConsentClient,
  httpRelayer,
  signConsent,
  signRevocation,
  VitalproofError,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { Transaction } from "ethers";
import { deployCrowd } from "../../../test/contracts/support/batch.ts";
import { connection, networkHelpers } from "../../../test/contracts/support/network.ts";
import { benefit } from "../../../test/contracts/support/values.ts";
import { simulatedProof, UNIT_INPUT_POINTS, UNIT_TRAPDOOR } from "../../../test/support/simulatedProof.ts";
import { problemOf, Sender } from "../src/chain/index.ts";
import { relayerRoutes, startServer } from "../src/index.ts";
import { type RelayerOptions, StoredRelayer } from "../src/relayer/index.ts";
import type { Database } from "../src/store/index.ts";
import { accountOf, CHAIN_ID } from "./support/accounts.ts";
import { until } from "./support/jobs.ts";
import { codeOf } from "./support/rejection.ts";
import { onBothStores } from "./support/stores.ts";
import { FINALITY, rpcError, TestNode } from "./support/testChain.ts";

const PEOPLE = 12;
const wordOf = (each: ClaimOutcome): string => {
  if (each.outcome === "settled") return each.outcome;
  return `${each.outcome} ${each.outcome === "skipped" ? each.reason : each.code}`;
};
const request = async <T>(method: string, ...params: unknown[]): Promise<T> =>
  (await connection.provider.request({ method, params })) as T;
const chain = { request, height: async () => Number(await request("eth_blockNumber")) };
const { provider } = connection.ethers;
const wallet = accountOf(15);

onBothStores("relayer", (stores) => {
  let world: Awaited<ReturnType<typeof deployCrowd>>;
  let items: ClaimItem[];
  let snapshot: Awaited<ReturnType<typeof networkHelpers.takeSnapshot>>;
  let url: string;
  let database: Database;
  let node: TestNode;

  before(async function () {
    this.timeout(120_000);
    world = await deployCrowd(PEOPLE);
    const client = reading();
    items = await Promise.all(
      world.policies.map(async (policy): Promise<ClaimItem> => {
        const inputs = await client.claimInputs(policy, 0);
        const { consentId, circuit } = world;
        return { policy, period: 0, consentId, circuit, anchorRoot: inputs[1], proof: prove(inputs, policy) };
      }),
    );
    snapshot = await networkHelpers.takeSnapshot();
  });
  after(() => snapshot?.restore());
  beforeEach(async function () {
    this.timeout(20_000);
    node = new TestNode(chain);
    url = await stores.fresh();
    database = await stores.open(url);
  });
  afterEach(() => snapshot.restore());

  const prove = (inputs: readonly bigint[], seed: bigint) =>
    simulatedProof(UNIT_TRAPDOOR, UNIT_INPUT_POINTS, inputs, seed + 1_000n);
  const reading = () => new ClaimsClient(world.claimsAddress, provider);
  const relayer = async (changes: Partial<RelayerOptions> = {}, at: Database = database) =>
    new StoredRelayer({
      database: at,
      senders: [
        new Sender({
          database: at,
          signer: wallet,
          chainId: CHAIN_ID,
          provider: node,
          limits: { patience: 0, refusals: 2, stuck: 0, again: 0 },
          clock: now,
        }),
      ],
      provider: node,
      claims: reading(),
      consents: new ConsentClient(await world.consents.getAddress(), provider),
      circuits: new CircuitClient(await world.circuits.getAddress(), provider),
      clock: now,
      ...changes,
      times: { gather: 0, poll: 10, wait: 20_000, ...changes.times },
    });
  const now = () => Math.floor(Date.now() / 1000);
  const sent = () => provider.getTransactionCount(wallet.address);
  const owed = async () =>
    (await Promise.all(world.policies.map((policy) => reading().owedOf(policy)))).map(
      (each) => each / benefit,
    );
  const each = <T>(count: number, value: T) => Array<T>(count).fill(value);
  /** Lets rounds and blocks pass until everything has come to its end. */
  async function finish(own: StoredRelayer): Promise<void> {
    for (let left = 80; left > 0; left--) {
      await own.advance();
      if ((await rows()).every(({ state }) => state === "ended")) return;
      await networkHelpers.mine(FINALITY + 1);
    }
    throw new Error("Something does not come to its end.");
  }
  const rows = () => database.reads.selectFrom("relayer_request").selectAll().execute();

  it("gathers claims into one transaction over HTTP, and tells each what became of it", async function () {
    this.timeout(30_000);
    const began = now();
    let arrived = false;
    const own = await relayer({ clock: () => (arrived ? now() : began), times: { gather: 1 } });
    const server = await startServer((app) => void app.register(relayerRoutes(own), { prefix: "/relayer" }), {
      port: 0,
      access: "open",
    });
    try {
      const client = httpRelayer(`${server.url}/relayer`);
      const before = await sent();
      const given = [
        ...items.slice(0, 5),
        { ...items[5]!, proof: items[6]!.proof },
        { ...items[5]!, policy: 99n },
        { ...items[5]!, anchorRoot: 7n },
      ];
      const answering = Promise.all(given.map((item) => client.claim(item)));
      // However long eight proofs take to check here, all of them arrive in one gathering time.
      await until(async () => (await rows()).length === given.length);
      arrived = true;
      const answers = await answering;
      expect(answers.map(wordOf)).to.deep.equal([
        ...each(5, "settled"),
        "refused PROOF_INVALID",
        "skipped unknown-policy",
        "skipped other-root",
      ]);
      expect(await sent()).to.equal(before + 1);
      const again = await Promise.all(given.map((item) => client.claim(item)));
      expect(again).to.deep.equal(answers);
      expect(await sent()).to.equal(before + 1);
      await finish(own);
      expect(await client.claim(given[0]!)).to.deep.equal(answers[0]);
      expect((await rows()).filter(({ state }) => state === "ended")).to.have.length(8);
      expect(await owed()).to.deep.equal([...each(5, 1n), ...each(7, 0n)]);
    } finally {
      await server.close();
    }
  });

  it("what was accepted is done after a crash at any point, once", async function () {
    this.timeout(30_000);
    const before = await sent();
    // Accepted, and not even planned.
    const first = await relayer({ times: { wait: 0, gather: 3_600 } });
    expect(wordOf(await first.claim(items[0]!))).to.equal("failed CONTRACT_CALL_FAILED");
    expect((await rows()).map(({ state }) => state)).to.deep.equal(["waiting"]);
    // Signed, and the connection cut.
    node.behave((method, _, pass) =>
      method === "eth_sendRawTransaction" ? Promise.reject(new Error("ECONNRESET")) : pass(),
    );
    const second = await relayer({}, await stores.open(url));
    await second.advance();
    expect((await rows()).map(({ state }) => state)).to.deep.equal(["sent"]);
    // Taken, and the answer lost.
    node.behave(async (method, _, pass) => {
      const answer = await pass();
      if (method === "eth_sendRawTransaction") throw new Error("ECONNRESET");
      return answer;
    });
    await (await relayer({}, await stores.open(url))).advance();
    node.behave();
    const last = await relayer({}, await stores.open(url));
    expect(wordOf(await last.claim(items[0]!))).to.equal("settled");
    expect(await sent()).to.equal(before + 1);
    expect((await owed())[0]).to.equal(1n);
  });

  it("a node that fails while claims are planned loses none of them", async function () {
    this.timeout(30_000);
    let isDown = true;
    class Flaky extends ClaimsClient {
      override previewClaims(...given: Parameters<ClaimsClient["previewClaims"]>) {
        if (isDown) throw new VitalproofError("CONTRACT_CALL_FAILED", "The node does not answer.");
        return super.previewClaims(...given);
      }
    }
    const own = await relayer({ claims: new Flaky(world.claimsAddress, provider), times: { wait: 50 } });
    expect(wordOf(await own.claim(items[0]!))).to.equal("failed CONTRACT_CALL_FAILED");
    isDown = false;
    await own.advance();
    await own.advance();
    expect(wordOf(await own.claim(items[0]!))).to.equal("settled");
  });

  it("a batch that nodes refuse is halved until it goes through, and one claim that never does fails", async function () {
    this.timeout(60_000);
    const words =
      "Transaction line count for module PRECOMPILE_ECMUL_EFFECTIVE_CALLS=42 is above the limit 40";
    const never = items[4]!.policy;
    node.behave((method, params, pass) => {
      if (method !== "eth_sendRawTransaction") return pass();
      const call = world.claims.interface.parseTransaction(Transaction.from(params[0] as string));
      const policies = ((call?.args[0] ?? []) as { policyId: bigint }[]).map(({ policyId }) => policyId);
      return policies.length > 3 || policies.includes(never) ? Promise.reject(rpcError(words)) : pass();
    });
    const own = await relayer({ times: { wait: 0, gather: 1 } });
    await Promise.all(items.slice(0, 5).map((item) => own.claim(item)));
    await setTimeout(1_100);
    await finish(own);
    const answers = await Promise.all(items.slice(0, 4).map((item) => own.claim(item)));
    expect(answers.map(wordOf)).to.deep.equal(each(4, "settled"));
    const stored = (await rows()).find(({ subject }) => subject === `${items[4]!.policy}/0`);
    expect(stored).to.include({ state: "ended" });
    expect(JSON.parse(stored!.outcome!).claim).to.include({ outcome: "failed" });
    expect((await owed()).slice(0, 5)).to.deep.equal([1n, 1n, 1n, 1n, 0n]);
  });

  it("T19: a proof that turns out false only on chain is refused, and everybody else's claim is settled", async function () {
    this.timeout(60_000);
    const false_ = items[2]!;
    const [holder, ...rest] = await reading().claimInputs(false_.policy, 0);
    const lie: [bigint, bigint, bigint, bigint] = [holder + 1n, ...rest];
    // A node that says what the proof shows, and that the contract would accept it.
    class Lying extends ClaimsClient {
      override async claimInputs(policy: bigint, period: number): Promise<[bigint, bigint, bigint, bigint]> {
        return policy === false_.policy ? lie : super.claimInputs(policy, period);
      }
      override estimateClaims = async () => 2_000_000n;
    }
    const own = await relayer({
      claims: new Lying(world.claimsAddress, provider),
      times: { wait: 0, gather: 1 },
    });
    const given = items.slice(0, 4).with(2, { ...false_, proof: prove(lie, 1n) });
    await Promise.all(given.map((item) => own.claim(item)));
    await setTimeout(1_100);
    await finish(own);
    const answers = await Promise.all(given.map((item) => own.claim(item)));
    expect(answers.map(wordOf)).to.deep.equal(each(4, "settled").with(2, "refused PROOF_INVALID"));
    expect((await owed()).slice(0, 4)).to.deep.equal([1n, 1n, 0n, 1n]);
  });

  it("consents, revocations and payments: the same twice is one transaction; what the contract refuses is not accepted", async function () {
    this.timeout(30_000);
    const own = await relayer();
    const before = await sent();
    const { controller } = world;
    const consents = await world.consents.getAddress();
    const consent = await world.consent();
    const deadline = 2n ** 40n;
    const grant = {
      consent,
      deadline,
      signature: await signConsent(controller, { chainId: CHAIN_ID, consents }, asSdk(consent), deadline),
    };
    const sdkGrant = { ...grant, consent: asSdk(consent) };
    const first = await own.consent(sdkGrant);
    expect(await own.consent(sdkGrant)).to.deep.equal(first);
    expect(first.consentId).to.equal(await world.consents.consentIdOf(consent));
    expect(await codeOf(own.consent({ ...sdkGrant, deadline: deadline + 1n }))).to.equal("CONTRACT_REVERTED");
    const { consentId } = first;
    const revocation = {
      patient: controller.address,
      consentId,
      deadline,
      signature: await signRevocation(controller, { chainId: CHAIN_ID, consents }, consentId, deadline),
    };
    const revoked = await Promise.all([own.revoke(revocation), own.revoke(revocation)]);
    expect(revoked[0]).to.deep.equal(revoked[1]);
    const [policy] = world.policies;
    expect(await codeOf(own.pay(policy!))).to.equal("CONTRACT_REVERTED");
    expect(await sent()).to.equal(before + 2);
    expect(await rows()).to.have.length(2);

    await own.claim(items[0]!);
    const paid = await Promise.all([own.pay(policy!), own.pay(policy!)]);
    expect(paid[0]).to.deep.equal(paid[1]);
    expect(await own.pay(policy!)).to.deep.equal(paid[0]);
    expect(await sent()).to.equal(before + 4);
    expect(await reading().owedOf(policy!)).to.equal(0n);
  });

  it("pays for the programs that it is told to, and for a day's share of each policy", async function () {
    this.timeout(30_000);
    const none = await relayer({ policy: { free: "none" } });
    expect(await codeOf(none.claim(items[0]!))).to.equal("NOT_ALLOWED");
    const others = await relayer({ policy: { free: [7n] } });
    expect(await codeOf(others.claim(items[0]!))).to.equal("NOT_ALLOWED");
    expect(await codeOf(others.pay(items[0]!.policy))).to.equal("NOT_ALLOWED");
    const own = await relayer({ policy: { free: [1n], requestsPerDay: 1 } });
    expect(wordOf(await own.claim(items[0]!))).to.equal("settled");
    expect(await codeOf(own.pay(items[0]!.policy))).to.equal("NOT_ALLOWED");
    expect(wordOf(await own.claim(items[1]!))).to.equal("settled");
    // What was accepted before is answered all the same.
    expect(wordOf(await own.claim(items[0]!))).to.equal("settled");
    const full = await relayer({ policy: { waiting: 0 } });
    expect(await codeOf(full.claim(items[2]!))).to.equal("NOT_ALLOWED");
    await finish(own);
    const tight = await relayer({ policy: { gasPerDay: 1_000 } });
    expect(await codeOf(tight.pay(items[0]!.policy))).to.equal("NOT_ALLOWED");
  });

  it("two processes on one store send each claim once", async function () {
    this.timeout(30_000);
    const before = await sent();
    const processes = [await relayer(), await relayer({}, await stores.open(url))];
    const answers = await Promise.all(
      items.slice(0, 8).flatMap((item) => processes.map((each_) => each_.claim(item))),
    );
    expect(answers.map(wordOf)).to.deep.equal(each(16, "settled"));
    for (const own of processes) await finish(own);
    expect((await owed()).slice(0, 8)).to.deep.equal(each(8, 1n));
    const logs = await world.claims.queryFilter(world.claims.filters.ClaimSkipped?.());
    expect(logs).to.deep.equal([]);
    expect((await sent()) - before).to.be.lessThanOrEqual(8);
    expect(await problemOf(database.reads, { chainId: CHAIN_ID, address: wallet.address })).to.equal(
      undefined,
    );
  });
});

function asSdk(consent: {
  patient: string;
  grantee: string;
  purpose: string;
  program: bigint;
  from: bigint;
  until: bigint;
  receiptHash: string;
  nonce: bigint;
}) {
  return { ...consent, from: Number(consent.from), until: Number(consent.until) };
}
