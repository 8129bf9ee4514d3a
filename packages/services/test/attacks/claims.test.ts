// SPDX-License-Identifier: GPL-3.0-or-later
//
// Attacks on a gateway's claims: relayers that are away or lie, policies that end early, erasures in the middle of a look.

import { VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { want } from "../../src/chain/index.ts";
import { ClaimProver } from "../../src/gateway/claims/claimProver.ts";
import { claimProblems, claimsState } from "../../src/gateway/claims/claimsState.ts";
import { PolicyDuty } from "../../src/gateway/claims/policyDuty.ts";
import { gatewayErasures } from "../../src/gateway/people/index.ts";
import { CHAIN_ID } from "../support/accounts.ts";
import { type Claiming, type ClaimStage, FINALITY, onClaimStage } from "../support/claimStage.ts";
import { room } from "../support/sealed.ts";

const DAY = 86_400;
const { signal } = new AbortController();

onClaimStage("attacks on a gateway's claims", ({ stage: staged, copy, begin, mine, owed }) => {
  let stage: ClaimStage;
  before(() => {
    stage = staged();
  });

  const problemsOf = async ({ database }: Claiming) =>
    claimProblems(await claimsState(database), stage.world.now);

  /** As far as a proof that was given away. */
  async function given(submitted: "relayed" | "paid"): Promise<Claiming> {
    await stage.patient.consent(stage.program);
    const claiming = await begin(submitted);
    await claiming.look();
    await claiming.prove();
    await claiming.look();
    expect((await claiming.states())[0]).to.equal("sent");
    return claiming;
  }

  const away = async () => {
    throw new VitalproofError("SERVICE_UNREACHABLE", "away", {});
  };

  it("a relayer that does not answer is a problem that an operator is told of", async function () {
    this.timeout(60_000);
    const claiming = await given("relayed");
    claiming.relayer = { claim: away };
    await claiming.look();
    expect((await problemsOf(claiming)).map(({ what }) => what)).to.deep.equal([
      `Period 0 of policy ${stage.policy} (p1) waits: SERVICE_UNREACHABLE.`,
    ]);
  });

  it("a claim that a relayer had, and that is not on the chain when its window is over, has lapsed", async function () {
    this.timeout(60_000);
    for (const claim of [
      away,
      async () => ({ outcome: "failed", code: "CONTRACT_CALL_FAILED", message: "" }) as const,
      async () => ({ outcome: "settled", transaction: `0x${"11".repeat(32)}`, blockNumber: 1 }) as const,
    ]) {
      const here = await stage.world.connection.networkHelpers.takeSnapshot();
      const claiming = await given("relayed");
      claiming.relayer = { claim };
      await claiming.look();
      await stage.world.passUntil(stage.world.now + 120 * DAY);
      await mine(FINALITY + 1);
      await claiming.look();
      const [row] = await claiming.rows();
      expect([row!.state, row!.next_look]).to.deep.equal(["lapsed", null]);
      await here.restore();
      await stage.world.follow();
    }
  });

  it("a relayer's word that a claim was settled is not taken for the chain's", async function () {
    this.timeout(60_000);
    const claiming = await given("relayed");
    claiming.relayer = {
      claim: async () => ({ outcome: "settled", transaction: `0x${"11".repeat(32)}`, blockNumber: 1 }),
    };
    await claiming.look();
    expect(await owed()).to.equal(0n);
    expect((await claiming.states())[0], "the chain has nothing").to.match(/^sent/);
  });

  it("a relayer's word alone does not end a claim that the contract accepts", async function () {
    this.timeout(60_000);
    const claiming = await given("relayed");
    claiming.relayer = { claim: async () => ({ outcome: "refused", code: "PROOF_INVALID", message: "" }) };
    await claiming.look();
    expect((await claiming.rows())[0]!.next_look, "it is looked at again").to.not.equal(null);
  });

  it("periods that a policy lost when it was ended early end here as well", async function () {
    this.timeout(60_000);
    const claiming = await begin("paid");
    // As after `endPolicy`: the gateway had found three periods, and the chain has two.
    await claiming.database.step((queries) =>
      queries.updateTable("gateway_policy").set({ periods: 3, next_period: 2, next_end: 0 }).execute(),
    );
    await claiming.find();
    await claiming.look();
    const rows = await claiming.rows();
    const lost = rows.find(({ period }) => period === 2);
    expect(lost === undefined || lost.next_look === null, `it is ${lost?.state} ${lost?.reason}`).to.equal(
      true,
    );
  });

  it("an account without ether is a problem while claims wait for it", async function () {
    this.timeout(60_000);
    const claiming = await given("paid");
    await stage.world.connection.networkHelpers.setBalance(claiming.account.address as `0x${string}`, 0n);
    await claiming.send();
    await claiming.look();
    expect((await claiming.states())[0]).to.match(/^sent/);
    await stage.world.passUntil(stage.world.now + 2 * 3_600);
    await claiming.look();
    expect((await problemsOf(claiming)).map(({ what }) => what)).to.deep.equal([
      `Period 0 of policy ${stage.policy} (p1) is on its way for 2 h.`,
    ]);
  });

  it("a claim that is to be sent is not sent after the person was erased", async function () {
    this.timeout(60_000);
    const claiming = await given("paid");
    const { keys } = room(claiming.database);
    const erasures = gatewayErasures({
      database: claiming.database,
      personKeys: keys,
      clock: () => stage.world.now,
    });
    await erasures.erase("p1", { by: "a test", onChain: [] });
    await claiming.send();
    expect(await owed()).to.equal(0n);
  });

  it("a look for policies that began before an erasure writes nothing of the person after it", async function () {
    this.timeout(60_000);
    const claiming = await copy();
    const { keys } = room(claiming.database);
    const erasures = gatewayErasures({
      database: claiming.database,
      personKeys: keys,
      clock: () => stage.world.now,
    });
    await new PolicyDuty({
      database: claiming.database,
      chain: claiming.chain,
      programs: [stage.program],
      people: async () => {
        // What the look knows by then it knows until it has read the chain.
        const known = [{ person: "p1", secret: stage.patient.identity.secret() }];
        await erasures.erase("p1", { by: "a test", onChain: [] });
        return known;
      },
      report: () => undefined,
      every: 10,
    }).act(signal);
    const rows = await claiming.database.reads.selectFrom("gateway_policy").selectAll().execute();
    expect(rows).to.deep.equal([]);
  });

  it("a program that is not there does not keep policies of others from being found", async function () {
    this.timeout(60_000);
    const claiming = await copy();
    await new PolicyDuty({
      database: claiming.database,
      chain: claiming.chain,
      programs: [99n, stage.program],
      people: async () => [{ person: "p1", secret: stage.patient.identity.secret() }],
      report: () => undefined,
      every: 10,
    })
      .act(signal)
      .catch(() => undefined);
    const rows = await claiming.database.reads.selectFrom("gateway_policy").selectAll().execute();
    expect(rows.map(({ policy }) => policy)).to.deep.equal([String(stage.policy)]);
  });

  it("a person who came back under another name is claimed for", async function () {
    this.timeout(60_000);
    const claiming = await begin("paid");
    // An earlier life of the person left a transaction that did nothing.
    await claiming.database.step(async (queries) => {
      await queries.deleteFrom("gateway_claim").execute();
      await queries.updateTable("gateway_policy").set({ next_period: 0, next_end: 0, periods: 2 }).execute();
      await want(
        queries,
        {
          purpose: `claim/${stage.policy}/0/0`,
          from: { chainId: CHAIN_ID, address: claiming.account.address },
          to: stage.world.addresses.claims,
          data: "0x1234",
          notAfter: 1,
        },
        1,
      );
    });
    await claiming.find();
    await stage.patient.consent(stage.program);
    await claiming.look();
    await claiming.prove();
    await claiming.look();
    await claiming.send();
    await claiming.look();
    expect((await claiming.states())[0]).to.equal("settled");
  });

  it("a prover that fails does not cost another one its proof", async function () {
    this.timeout(60_000);
    await stage.patient.consent(stage.program);
    const claiming = await begin("paid");
    await claiming.look();
    let resolve: () => void = () => undefined;
    const failed = new Promise<void>((done) => {
      resolve = done;
    });
    const proof = {
      a: ["1", "2"],
      b: [
        ["1", "2"],
        ["1", "2"],
      ],
      c: ["1", "2"],
    };
    const prover = (make: () => Promise<never>) =>
      new ClaimProver({
        database: claiming.database,
        personKeys: room(claiming.database).keys,
        secretOf: async () => stage.patient.identity.secret(),
        chain: claiming.chain,
        pathsOf: () => stage.attester,
        make,
        report: () => undefined,
        clock: () => stage.world.now,
      });
    const step = { policy: String(stage.policy), period: 0 };
    const big = JSON.parse(JSON.stringify(proof), (_, value) =>
      typeof value === "string" ? BigInt(value) : value,
    );
    const slow = prover(async () => {
      await failed;
      return { proof: big } as never;
    }).prove(step);
    await prover(async () => {
      throw new VitalproofError("ARTIFACT_MISSING", "not on this machine", {});
    })
      .prove(step)
      .catch(() => undefined);
    resolve();
    await slow;
    expect((await claiming.states())[0]).to.equal("proven");
  });
});
