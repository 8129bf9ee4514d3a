// SPDX-License-Identifier: GPL-3.0-or-later
//
// The relayer against a real chain: first with real proofs and the auditor behind it, then with a crowd whose proofs
// come from a key's trapdoor.
import { join } from "node:path";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { audit, rpcChainData } from "@vitalproof/audit";
import { readKeys } from "@vitalproof/audit/node";
import {
  CircuitClient,
  type ClaimItem,
  ClaimsClient,
  circuitIdOf,
  circuitOf,
  countOutcomes,
  type Proof,
  type SettlementReport,
  settle,
} from "@vitalproof/sdk";
import { calldataBytesOf, estimatedGasOf } from "@vitalproof/sdk/measure";
import { expect } from "chai";
import { deployCrowd } from "../contracts/support/batch.ts";
import { connection, load } from "../contracts/support/network.ts";
import { benefit } from "../contracts/support/values.ts";
import { simulatedProof, UNIT_INPUT_POINTS, UNIT_TRAPDOOR } from "../support/simulatedProof.ts";
import { BENEFIT, CIRCUIT, claimable, type Fixture } from "./fixture.ts";

const TWIN = "skipped period-already-claimed";

/** Of each claim in the given order: its outcome, and why. */
function outcomesOf(report: SettlementReport): string[] {
  return report.claims.map((each) => {
    if (each.outcome === "settled") return each.outcome;
    return `${each.outcome} ${each.outcome === "skipped" ? each.reason : each.code}`;
  });
}

describe("e2e: a relayer settles other people's claims", () => {
  let fixture: Fixture;
  let circuits: string;
  let restore: () => Promise<void>;
  before(async function () {
    this.timeout(300_000);
    fixture = await claimable([288, 288, 288]);
    circuits = await fixture.world.contracts.circuits.getAddress();
    const snapshot = await fixture.world.connection.networkHelpers.takeSnapshot();
    restore = async () => {
      await snapshot.restore();
      await fixture.world.passUntil(0); // everybody's clock back to the chain's
    };
  });
  afterEach(() => restore());

  const settleAs = (account: HardhatEthersSigner, items: readonly ClaimItem[]) =>
    settle(items, {
      claims: fixture.world.claimsAs(account),
      circuits: new CircuitClient(circuits, account),
    });
  const proofOf = (period: number): Proof => fixture.proofs[period]!.proof;
  /** What the patient hands over for a period. */
  const itemOf = (period: number, changes: Partial<ClaimItem> = {}): ClaimItem => ({
    policy: fixture.policy,
    period,
    consentId: fixture.consent,
    circuit: circuitIdOf(CIRCUIT, circuitOf(CIRCUIT).version),
    anchorRoot: fixture.requests[period]!.path.root,
    proof: proofOf(period),
    ...changes,
  });
  const items = () => [0, 1, 2].map((period) => itemOf(period));
  /** What an account has spent and sent until now. */
  const accountOf = async ({ address }: HardhatEthersSigner) => {
    const { provider } = fixture.world.connection.ethers;
    return {
      ether: await provider.getBalance(address),
      sent: await provider.getTransactionCount(address),
      tokens: await fixture.world.token.balanceOf(address),
    };
  };
  const controller = async () => (await fixture.patient.controller(fixture.insurer.program)).address;

  it("T14: three days in one transaction, then paid to the controller, and the auditor finds nothing", async () => {
    const { world, policy, insurer } = fixture;
    const { relayer } = world.roles;
    const report = await settleAs(relayer, items());
    expect(outcomesOf(report)).to.deep.equal(["settled", "settled", "settled"]);
    const [transaction, ...more] = report.transactions;
    expect(more).to.deep.equal([]);
    const receipt = await world.connection.ethers.provider.getTransactionReceipt(transaction!.hash);
    const sent = await world.connection.ethers.provider.getTransaction(transaction!.hash);
    expect(transaction).to.deep.equal({
      hash: sent!.hash,
      blockNumber: receipt!.blockNumber,
      settled: 3,
      skipped: 0,
      gasUsed: receipt!.gasUsed,
      calldataBytes: (sent!.data.length - 2) / 2,
    });
    for (const each of report.claims) {
      expect(each).to.include({ transaction: sent!.hash, blockNumber: receipt!.blockNumber });
    }
    // The model by which batches are filled promises no less than what is needed.
    expect(receipt!.gasUsed <= estimatedGasOf(3, 1)).to.equal(true);
    for (const period of [0, 1, 2]) {
      expect((await world.claimsAs(relayer).periodOf(policy, period)).state).to.equal("credited");
    }

    expect((await world.claimsAs(relayer).pay(policy)).result).to.equal(3n * BENEFIT);
    expect(await world.token.balanceOf(await controller())).to.equal(3n * BENEFIT);

    const { provider } = world.connection;
    const { findings, summary } = await audit({
      data: rpcChainData((method, params) => provider.request({ method, params: [...params] })),
      claims: world.addresses.claims,
      program: insurer.program,
      keys: await readKeys(join(import.meta.dirname, "../../circuits/artifacts")),
    });
    expect(findings).to.deep.equal([]);
    expect([summary.claims, summary.proofsVerified]).to.deep.equal([3, 3]);
  });

  it("what cannot be settled is left out for its reason, and the rest goes through", async () => {
    const report = await settleAs(fixture.world.roles.relayer, [
      itemOf(2, { anchorRoot: 7n }),
      itemOf(0),
      itemOf(0),
      itemOf(1, { policy: 99n }),
      itemOf(1, { proof: proofOf(0) }),
      itemOf(1, { consentId: fixture.other.consent }),
      itemOf(2, { circuit: circuitIdOf(CIRCUIT, 77) }),
      itemOf(2, { period: 3 }),
      itemOf(2),
    ]);
    expect(outcomesOf(report)).to.deep.equal([
      "skipped other-root",
      "settled",
      TWIN,
      "skipped unknown-policy",
      "refused PROOF_INVALID",
      "skipped no-active-consent",
      "skipped other-circuit",
      "skipped unknown-period",
      "settled",
    ]);
    expect(report.claims[0]).to.include({ detail: fixture.requests[2]!.path.root });
    expect(report.claims[6]).to.include({ detail: BigInt(itemOf(2).circuit) });
    expect(report.transactions.map(({ settled, skipped }) => [settled, skipped])).to.deep.equal([[2, 0]]);
  });

  it("T19: an altered proof is refused before anything is sent, and costs no gas", async () => {
    const { relayer } = fixture.world.roles;
    const before = await accountOf(relayer);
    const { a, b, c } = proofOf(0);
    const report = await settleAs(relayer, [
      itemOf(0, { proof: { a: [a[0] + 1n, a[1]], b, c } }),
      itemOf(1, { proof: proofOf(2) }),
      itemOf(2, { proof: { a: c, b, c: a } }),
    ]);
    expect(outcomesOf(report)).to.deep.equal(Array(3).fill("refused PROOF_INVALID"));
    expect(report.transactions).to.deep.equal([]);
    expect(await accountOf(relayer)).to.deep.equal(before);
  });

  it("T20: a false claim in front of a true one for the same day does not keep it out", async () => {
    const report = await settleAs(fixture.world.roles.relayer, [itemOf(0, { proof: proofOf(1) }), itemOf(0)]);
    expect(outcomesOf(report)).to.deep.equal(["refused PROOF_INVALID", "settled"]);
  });

  it("T20: a stranger who relays pays the gas and gains nothing", async () => {
    const { world, policy } = fixture;
    const { stranger } = world.roles;
    const before = await accountOf(stranger);
    expect(countOutcomes(await settleAs(stranger, items())).settled).to.equal(3);
    await world.claimsAs(stranger).pay(policy);
    const after = await accountOf(stranger);
    expect(after.tokens).to.equal(before.tokens);
    expect(after.ether < before.ether).to.equal(true);
    expect(await world.token.balanceOf(await controller())).to.equal(3n * BENEFIT);
  });

  it("T20: the same claims again are skipped, and nothing is sent", async () => {
    const { relayer, stranger } = fixture.world.roles;
    await settleAs(relayer, [itemOf(1)]);
    expect(outcomesOf(await settleAs(stranger, items()))).to.deep.equal(["settled", TWIN, "settled"]);
    const before = await accountOf(relayer);
    const report = await settleAs(relayer, items());
    expect(outcomesOf(report)).to.deep.equal([TWIN, TWIN, TWIN]);
    expect(report.transactions).to.deep.equal([]);
    expect(await accountOf(relayer)).to.deep.equal(before);
  });

  it("while claims are paused nothing is settled, and all is told", async () => {
    const { world } = fixture;
    await world.pausesAs(world.roles.pauser).pause("a test");
    const report = await settleAs(world.roles.relayer, items());
    expect(outcomesOf(report)).to.deep.equal(Array(3).fill("failed CONTRACT_REVERTED"));
    expect(report.transactions).to.deep.equal([]);
  });
});

describe("e2e: a relayer and a crowd", function () {
  this.timeout(120_000);
  const crowdOfTwelve = () => deployCrowd(12);

  /** Twelve people's claims for one day, each truly proven, and who settles them. */
  async function crowd() {
    const world = await load(crowdOfTwelve);
    const { claims, claimsAddress, relayer, policies, consentId, circuit } = world;
    const client = new ClaimsClient(claimsAddress, relayer);
    const circuits = new CircuitClient(await world.circuits.getAddress(), relayer);
    const prove = (inputs: readonly bigint[], seed: bigint) =>
      simulatedProof(UNIT_TRAPDOOR, UNIT_INPUT_POINTS, inputs, seed + 1_000n);
    const items = await Promise.all(
      policies.map(async (policy): Promise<ClaimItem> => {
        const inputs = await client.claimInputs(policy, 0);
        return {
          policy,
          period: 0,
          consentId,
          circuit,
          anchorRoot: inputs[1],
          proof: prove(inputs, policy),
        };
      }),
    );
    const owed = async () => {
      const amounts = await Promise.all(policies.map((policy) => client.owedOf(policy)));
      return amounts.map((amount) => amount / benefit);
    };
    return { claims, claimsAddress, relayer, policies, client, circuits, items, prove, owed };
  }

  const each = <T>(count: number, value: T) => Array<T>(count).fill(value);

  for (const { binds, limits } of [
    { binds: "gas", limits: { gas: estimatedGasOf(5, 1) } },
    { binds: "calldata", limits: { gas: 10_000_000n, calldataBytes: calldataBytesOf(5) } },
  ]) {
    it(`limits of ${binds} that allow five a transaction: three transactions, every claim settled`, async () => {
      const { client, circuits, items, owed, policies } = await crowd();
      const report = await settle(items, { claims: client, circuits, limits });
      expect(outcomesOf(report)).to.deep.equal(each(12, "settled"));
      expect(report.claims.map(({ policy }) => policy)).to.deep.equal(policies);
      expect(report.transactions.map(({ settled }) => settled)).to.deep.equal([5, 5, 2]);
      for (const { hash, gasUsed, calldataBytes } of report.transactions) {
        const sent = await connection.ethers.provider.getTransaction(hash);
        expect(sent!.gasLimit <= limits.gas, "gas limit").to.equal(true);
        expect(gasUsed < limits.gas, "gas").to.equal(true);
        expect(calldataBytes).to.equal((sent!.data.length - 2) / 2);
        expect(calldataBytes).to.be.lessThanOrEqual(limits.calldataBytes ?? calldataBytes);
      }
      expect(await owed()).to.deep.equal(each(12, 1n));
    });
  }

  it("the model of gas lies above what the node estimates, by less than half", async () => {
    const { client, items } = await crowd();
    for (const count of [1, 2, 5, 12]) {
      const [estimate, model] = [
        await client.estimateClaims(items.slice(0, count)),
        estimatedGasOf(count, 1),
      ];
      expect(estimate <= model, `${count} claims: ${estimate}, model ${model}`).to.equal(true);
      expect(estimate * 2n > model, `${count} claims: ${estimate}, model ${model}`).to.equal(true);
    }
  });

  it("a batch that needs more gas than the limit is halved until it fits", async () => {
    const { client, claimsAddress, relayer, circuits, items, owed } = await crowd();
    const measured = await client.estimateClaims(items);
    // A chain on which everything is three times as dear as the model expects.
    class DearClient extends ClaimsClient {
      override async estimateClaims(batch: readonly ClaimItem[]): Promise<bigint> {
        return 3n * (await super.estimateClaims(batch));
      }
    }
    const report = await settle(items, {
      claims: new DearClient(claimsAddress, relayer),
      circuits,
      limits: { gas: (estimatedGasOf(12, 1) > measured ? estimatedGasOf(12, 1) : measured) + 1n },
    });
    expect(outcomesOf(report)).to.deep.equal(each(12, "settled"));
    expect(report.transactions.length).to.be.greaterThan(2);
    expect(await owed()).to.deep.equal(each(12, 1n));
  });

  it("a batch that the node says is too large is halved until it fits", async () => {
    const { client, circuits, items, owed } = await crowd();
    // The node's own limit: four claims fit, with what settle adds for a change of state.
    const limit = ((await client.estimateClaims(items.slice(0, 4))) * 3n) / 2n;
    await connection.provider.request({
      method: "evm_setBlockGasLimit",
      params: [`0x${limit.toString(16)}`],
    });
    const report = await settle(items, { claims: client, circuits });
    expect(outcomesOf(report)).to.deep.equal(each(12, "settled"));
    expect(report.transactions.map(({ settled }) => settled)).to.deep.equal(each(4, 3));
    for (const { gasUsed } of report.transactions) expect(gasUsed <= limit).to.equal(true);
    expect(await owed()).to.deep.equal(each(12, 1n));
  });

  it("T19: a proof that turns out false only on chain is dropped, and everybody else's claim is settled", async () => {
    const { client, claimsAddress, relayer, circuits, items, owed, prove } = await crowd();
    const false_ = items[4]!;
    const [holder, ...rest] = await client.claimInputs(false_.policy, 0);
    const lie: [bigint, bigint, bigint, bigint] = [holder + 1n, ...rest];
    // A node that says what the proof shows in place of what the contract wants proven.
    class LyingClient extends ClaimsClient {
      override async claimInputs(policy: bigint, period: number): Promise<[bigint, bigint, bigint, bigint]> {
        return policy === false_.policy ? lie : super.claimInputs(policy, period);
      }
    }
    const before = await connection.ethers.provider.getTransactionCount(relayer.address);
    const report = await settle(items.with(4, { ...false_, proof: prove(lie, 1n) }), {
      claims: new LyingClient(claimsAddress, relayer),
      circuits,
    });
    expect(outcomesOf(report)).to.deep.equal(each(12, "settled").with(4, "refused PROOF_INVALID"));
    expect(report.transactions.map(({ settled }) => settled)).to.deep.equal([11]);
    expect(await connection.ethers.provider.getTransactionCount(relayer.address)).to.equal(before + 1);
    expect(await owed()).to.deep.equal(each(12, 1n).with(4, 0n));
  });

  it("an answer that is lost after the transaction was mined: nothing is sent twice", async () => {
    const { claimsAddress, relayer, circuits, items, owed } = await crowd();
    let sent = 0;
    class DeafClient extends ClaimsClient {
      override async submitClaims(...given: Parameters<ClaimsClient["submitClaims"]>): Promise<never> {
        await super.submitClaims(...given);
        sent++;
        throw new Error("the connection was closed");
      }
    }
    const report = await settle(items, {
      claims: new DeafClient(claimsAddress, relayer),
      circuits,
      pause: async () => {},
    });
    expect(outcomesOf(report)).to.deep.equal(each(12, TWIN));
    expect(sent).to.equal(1);
    expect(await owed()).to.deep.equal(each(12, 1n));
  });
});
