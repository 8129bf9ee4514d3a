// SPDX-License-Identifier: GPL-3.0-or-later
//
// A gateway's claims: a real log, a real chain, real proofs. Every step is done by new objects, so each is a restart.
import { anchorDayOf, type ClaimItem, VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { OFFSET, PROFILE } from "../../../simulation/index.ts";
import { forgetPolicies } from "../src/gateway/claims/claimRows.ts";
import { claimProblems, claimsState } from "../src/gateway/claims/claimsState.ts";
import { sealedItem, unsealItem } from "../src/gateway/claims/sealedItem.ts";
import { Erasures, sealedHoldings } from "../src/sealed/index.ts";
import { BENEFIT, type Claiming, type ClaimStage, FINALITY, onClaimStage } from "./support/claimStage.ts";
import { room } from "./support/sealed.ts";

const DAY = 86_400;

onClaimStage("gateway's claims", ({ stage: staged, begin, mine, owed }) => {
  let stage: ClaimStage;
  before(() => {
    stage = staged();
  });
  const sent = (claiming: Claiming) =>
    stage.world.connection.ethers.provider.getTransactionCount(claiming.account.address);

  /** As far as a claim that waits in the chain's pool, or is mined there at once. */
  async function submitted(): Promise<Claiming> {
    await stage.patient.consent(stage.program);
    const claiming = await begin();
    await claiming.look();
    await claiming.prove();
    await claiming.look();
    return claiming;
  }

  it("a period that meets the terms is proven, submitted once, and final with its block; another is unmet", async function () {
    this.timeout(60_000);
    const claiming = await begin();
    await claiming.look();
    expect(await claiming.states()).to.deep.equal(["open no-active-consent", "open no-active-consent"]);
    await stage.patient.consent(stage.program);
    await claiming.look();
    expect(await claiming.states()).to.deep.equal(["ready", "unmet"]);
    await claiming.prove();
    expect(await claiming.states()).to.deep.equal(["proven", "unmet"]);
    const before = await sent(claiming);
    await claiming.look();
    expect(await claiming.states()).to.deep.equal(["sent", "unmet"]);
    await claiming.send();
    await claiming.look();
    expect(await claiming.states()).to.deep.equal(["settled", "unmet"]);
    expect(await owed()).to.equal(BENEFIT);
    await claiming.look();
    expect((await claiming.states())[0], "its block is not final yet").to.equal("settled");
    await mine(FINALITY + 1);
    await claiming.look();
    expect(await claiming.states()).to.deep.equal(["final", "unmet"]);
    expect(await sent(claiming)).to.equal(before + 1);
    const [row] = await claiming.rows();
    expect([row!.hash !== null, row!.next_look]).to.deep.equal([true, null]);
  });

  it("what is final at the first look has its transaction, and a relayer that is away by then keeps nothing open", async function () {
    this.timeout(60_000);
    const claiming = await submitted();
    const other = await begin("relayed");
    await other.look();
    await other.prove();
    await other.look();
    expect((await other.states())[0]).to.equal("sent");
    await claiming.send();
    await mine(FINALITY + 1);
    await claiming.look();
    const [row] = await claiming.rows();
    expect([row!.state, row!.hash !== null]).to.deep.equal(["final", true]);
    other.relayer = {
      claim: async () => {
        throw new VitalproofError("SERVICE_UNREACHABLE", "away", {});
      },
    };
    await other.look();
    expect((await other.states())[0]).to.equal("final");
  });

  it("two gateways on one store submit it once", async function () {
    this.timeout(60_000);
    await stage.patient.consent(stage.program);
    const claiming = await begin();
    const { signal } = new AbortController();
    const before = await sent(claiming);
    for (let i = 0; i < 4; i++) {
      await Promise.all([claiming.claimDuty().act(signal), claiming.claimDuty().act(signal)]);
      await Promise.all([claiming.prove(), claiming.prove()]);
      await claiming.send();
      await claiming.database.step((queries) =>
        queries.updateTable("gateway_claim").set({ next_look: 0 }).where("state", "!=", "unmet").execute(),
      );
    }
    expect((await claiming.states())[0]).to.equal("settled");
    expect([await sent(claiming), await owed()]).to.deep.equal([before + 1, BENEFIT]);
  });

  it("a settlement that a reorganisation undid is sent again, and counts once", async function () {
    this.timeout(60_000);
    const claiming = await submitted();
    const undone = await stage.world.connection.networkHelpers.takeSnapshot();
    await claiming.send();
    await claiming.look();
    expect(await claiming.states()).to.deep.equal(["settled", "unmet"]);
    await undone.restore();
    await mine(3);
    await stage.world.follow();
    expect(await owed()).to.equal(0n);
    await claiming.look();
    expect((await claiming.states())[0], "the chain does not show it").to.be.oneOf(["sent", "settled"]);
    for (let i = 0; i < 4; i++) await claiming.send();
    await mine(FINALITY + 1);
    await claiming.look();
    await claiming.look();
    expect([(await claiming.states())[0], await owed()]).to.deep.equal(["final", BENEFIT]);
  });

  it("what somebody else claimed is final, and nothing is sent", async function () {
    this.timeout(60_000);
    const other = await submitted();
    await other.send();
    const claiming = await begin();
    await claiming.look();
    expect((await claiming.states())[0]).to.equal("settled");
    await mine(FINALITY + 1);
    await claiming.look();
    expect((await claiming.states())[0]).to.equal("final");
  });

  it("a revoked consent keeps it from being sent, and another lets it go on", async function () {
    this.timeout(60_000);
    const { result: consentId } = await stage.patient.consent(stage.program);
    const claiming = await begin();
    await claiming.look();
    await claiming.prove();
    await stage.patient.revoke(stage.program, consentId);
    await claiming.look();
    expect((await claiming.states())[0]).to.equal("proven no-active-consent");
    await stage.patient.consent(stage.program);
    await claiming.look();
    expect((await claiming.states())[0]).to.equal("sent");
    await claiming.send();
    expect(await owed()).to.equal(BENEFIT);
  });

  it("after a revocation on the way the claim waits for another consent and goes again", async function () {
    this.timeout(60_000);
    const claiming = await submitted();
    const { consent } = (await claiming.rows())[0]!;
    await stage.patient.revoke(stage.program, consent!);
    // The node says that the batch would settle nothing, or it is mined and leaves the claim out.
    for (let i = 0; i < 3; i++) await claiming.send();
    await mine(FINALITY + 1);
    await claiming.send();
    await claiming.look();
    expect((await claiming.states())[0]).to.match(/^proven/);
    await stage.patient.consent(stage.program);
    await claiming.look();
    await claiming.send();
    await claiming.look();
    expect([(await claiming.states())[0], await owed()]).to.deep.equal(["settled", BENEFIT]);
    expect((await claiming.rows())[0]!.attempt).to.equal(1);
  });

  it("a claim without consent lapses when its reserve is free, and says why", async function () {
    this.timeout(60_000);
    const claiming = await begin();
    await stage.world.passUntil(stage.world.now + 120 * DAY);
    await mine(1);
    await claiming.look();
    expect(await claiming.states()).to.deep.equal(["lapsed window-closed", "lapsed window-closed"]);
    expect(claiming.notices.filter(({ event }) => event === "claim-lapsed")).to.have.length(2);
  });

  it("while the contract is paused it waits", async () => {
    await stage.patient.consent(stage.program);
    const claiming = await begin();
    const pauses = stage.world.pausesAs(stage.world.roles.pauser);
    await pauses.pause("maintenance");
    await claiming.look();
    expect((await claiming.states())[0]).to.equal("open paused");
  });

  it("a proof that fails is noted and tried again", async function () {
    this.timeout(60_000);
    await stage.patient.consent(stage.program);
    const claiming = await begin();
    await claiming.look();
    claiming.failing = () => new VitalproofError("PROVER_BUSY", "busy", {});
    await claiming.prove();
    expect((await claiming.states())[0]).to.equal("ready PROVER_BUSY");
    claiming.failing = undefined;
    await claiming.prove();
    expect((await claiming.states())[0]).to.equal("proven");
  });

  it("a relayer that failed is asked again, and what it refuses ends", async function () {
    this.timeout(60_000);
    await stage.patient.consent(stage.program);
    const claiming = await begin("relayed");
    await claiming.look();
    await claiming.prove();
    await claiming.look();
    let asked = 0;
    claiming.relayer = {
      claim: async () => {
        asked++;
        return { outcome: "failed", code: "CHAIN_UNREACHABLE", message: "" };
      },
    };
    await claiming.look();
    expect([(await claiming.states())[0], asked]).to.deep.equal(["sent CHAIN_UNREACHABLE", 1]);
    claiming.relayer = {
      claim: async () => {
        throw new VitalproofError("SERVICE_UNREACHABLE", "late", { details: { timeout: 8_000 } });
      },
    };
    await claiming.look();
    expect((await claiming.states())[0], "it waits for a block").to.equal("sent");
    claiming.relayer = {
      claim: async () => ({ outcome: "skipped", reason: "no-active-consent", detail: 0n }),
    };
    await claiming.look();
    expect((await claiming.states())[0]).to.equal("proven no-active-consent");
    claiming.relayer = {
      claim: async () => ({ outcome: "refused", code: "PROOF_INVALID", message: "" }),
    };
    await claiming.look();
    await claiming.look();
    expect((await claiming.states())[0], "the contract accepts the proof").to.equal("sent PROOF_INVALID");
    const [row] = await claiming.rows();
    const { keys } = room(claiming.database);
    const item = await unsealItem(keys, claiming.database.reads, row!);
    const { a, b, c } = item.proof;
    const other = { ...item, proof: { a: c, b, c: a } } as ClaimItem;
    await claiming.database.step(async (queries) => {
      const sealed = await sealedItem(keys, queries, row!, other);
      await queries.updateTable("gateway_claim").set({ sealed }).where("period", "=", 0).execute();
    });
    await claiming.look();
    expect((await claiming.states())[0]).to.equal("refused PROOF_INVALID");
  });

  it("what was corrected on the chain is not proven against the attester's old path", async function () {
    this.timeout(60_000);
    await stage.patient.consent(stage.program);
    const claiming = await begin();
    await claiming.look();
    await claiming.prove();
    const { world, attester } = stage;
    const anchors = world.anchorsAs(world.roles.attester);
    await anchors.correct(attester.group, anchorDayOf(PROFILE, OFFSET, stage.firstEpoch), 5n, "a test");
    await claiming.look();
    expect((await claiming.states())[0], "the proof is of no use any more").to.equal("ready");
    await claiming.prove();
    expect((await claiming.states())[0]).to.equal("ready ANCHOR_PATH_INVALID");
    const problems = claimProblems(await claimsState(claiming.database), world.now);
    expect(problems.map(({ what }) => what)).to.deep.equal([
      `Period 0 of policy ${stage.policy} (p1) waits: ANCHOR_PATH_INVALID.`,
    ]);
  });

  it("says how each policy is doing, without a reading", async function () {
    this.timeout(60_000);
    const claiming = await submitted();
    await claiming.send();
    await claiming.look();
    const [policy] = await claimsState(claiming.database);
    expect(policy!.claims).to.deep.equal({ settled: 1, unmet: 1 });
    expect(policy!.running).to.equal(undefined);
    expect(policy!.latest.map(({ period, state }) => [period, state])).to.deep.equal([
      [1, "unmet"],
      [0, "settled"],
    ]);
    expect(claimProblems([policy!], stage.world.now)).to.deep.equal([]);
  });

  it("an erasure leaves nothing that says which policies were the person's", async function () {
    this.timeout(60_000);
    const claiming = await submitted();
    const { keys } = room(claiming.database);
    const { database } = claiming;
    const holdings = sealedHoldings({ database, personKeys: keys, also: forgetPolicies });
    const erasures = new Erasures({ database, holdings, clock: () => stage.world.now });
    const { evidence } = await erasures.erase("p1", { by: "a test", onChain: [] });
    expect(evidence.destroyed).to.include({ gateway_claim: 2, gateway_policy: 1 });
    expect(await claimsState(claiming.database)).to.deep.equal([]);
    await claiming.look();
    expect(await claiming.rows()).to.deep.equal([]);
  });
});
