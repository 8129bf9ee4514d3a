// SPDX-License-Identifier: GPL-3.0-or-later
//
// Provers that are killed, or run out of memory, while they prove a claim: real proofs, which the chain takes.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { proofMaker, VitalproofError } from "@vitalproof/sdk";
import { type ProverPool, proverPool } from "@vitalproof/sdk/node";
import { expect } from "chai";
import { OfferDuty } from "../src/gateway/claims/offerDuty.ts";
import { PROOFS } from "../src/gateway/claims/proving.ts";
import { type AttesterBackend, attesterRoutes, startServer } from "../src/index.ts";
import { migrateJobs, openQueue } from "../src/jobs/index.ts";
import { BENEFIT, type Claiming, ClaimStage, FINALITY, mineEach } from "./support/claimStage.ts";
import { PROVER_QUEUE, until } from "./support/jobs.ts";
import { type Ending, Killed } from "./support/killed.ts";
import type { Mark } from "./support/marks.ts";
import { ProvenAgain } from "./support/proving.ts";
import { onBothStores } from "./support/stores.ts";

const LONG = process.env.LONG !== undefined;
const CHILDREN = LONG ? 100 : 1;
const MEMORY = LONG ? 50 : 1;
const PROCESSES = LONG ? 50 : 1;
/** Processes that die until one claim is proven. */
const MOST = LONG ? 4 : 1;
const PROGRAM = join(import.meta.dirname, "fixtures/proverProcess.ts");
/** Milliseconds in which a process that has the circuit makes a proof, and one that has nothing, both roughly. */
const PROOF = 3_000;
const AIMS: readonly Mark[] = [
  "proof:asked",
  "proof:made",
  "claim:begun",
  "claim:written",
  "claim:committed",
];

let stage: ClaimStage;
let consentId: string;

before(async function () {
  this.timeout(120_000);
  stage = await ClaimStage.make();
  consentId = (await stage.patient.consent(stage.program)).result;
});
after(() => stage?.close());

const below = (most: number): number => Math.floor(Math.random() * most);

onBothStores("provers that are killed", (stores) => {
  const open: Claiming[] = [];
  /** With as much memory as a proof takes. */
  let pool: ProverPool;
  const ending: (() => Promise<unknown> | unknown)[] = [];

  before(() => {
    pool = proverPool({ size: 2 });
  });
  after(() => pool?.close());
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
    for (const each of open.splice(0)) await each.database.close();
  });

  /** A claim that is ready to be proven. */
  async function ready(url: string): Promise<{ claiming: Claiming; claim: ProvenAgain }> {
    const claiming = await stage.copy(url);
    open.push(claiming);
    await claiming.find();
    await claiming.look();
    expect(await claiming.states()).to.deep.equal(["ready", "unmet"]);
    return { claiming, claim: new ProvenAgain(stage, claiming, consentId) };
  }

  /** Settles what was proven last: it is sent once, however often it was proven. */
  async function settle(claiming: Claiming): Promise<void> {
    const { connection } = stage.world;
    const snapshot = await connection.networkHelpers.takeSnapshot();
    const sent = () => connection.ethers.provider.getTransactionCount(claiming.account.address);
    const before = await sent();
    for (let i = 0; i < 3; i++) {
      await claiming.look();
      await claiming.send();
    }
    await mineEach(stage.world, FINALITY + 1);
    await claiming.look();
    expect(await claiming.states()).to.deep.equal(["final", "unmet"]);
    expect(await sent()).to.equal(before + 1);
    expect(await stage.world.claimsAs(stage.world.roles.relayer).owedOf(stage.policy)).to.equal(BENEFIT);
    await snapshot.restore();
    await stage.world.follow();
  }

  it("children of a pool, at random moments: every claim is proven, once, by two gateways at a time", async function () {
    // The store makes no difference to a pool.
    if (stores.postgres !== undefined) this.skip();
    this.timeout(LONG ? 3_600_000 : 120_000);
    const { claiming, claim } = await ready(await stores.fresh());
    const prover = claiming.prover(proofMaker(pool, stage.world.artifacts));
    let kills = 0;
    while (kills < CHILDREN) {
      await claim.begin();
      const round = new AbortController();
      const killing = (async () => {
        for (let left = 1 + below(4); left > 0 && !round.signal.aborted && kills < CHILDREN; ) {
          await pause(LONG ? below(PROOF) : 300);
          const busy = pool.stats().workers.filter((worker) => worker.busy && worker.pid !== undefined);
          const chosen = busy[below(busy.length)];
          if (chosen === undefined || round.signal.aborted) continue;
          process.kill(chosen.pid!, "SIGKILL");
          kills += 1;
          left -= 1;
        }
      })();
      while (!(await claim.isProven())) {
        const tries = await Promise.allSettled([prover.prove(claim.step), prover.prove(claim.step)]);
        for (const each of tries)
          if (each.status === "rejected") expect(codeOf(each.reason)).to.equal("PROVING_FAILED");
      }
      round.abort();
      await killing;
      await claim.assertProven();
    }
    const proven = claiming.notices.filter(({ event }) => event === "claim-proven");
    expect(proven.length, "one proof is written each time").to.equal(claim.proofs);
    if (LONG) console.log(JSON.stringify({ kills, proofs: claim.proofs, ...countsOf(pool) }));
    await settle(claiming);
  });

  it("children that hold too much memory: the failure is noted, and a larger pool proves it", async function () {
    // The store makes no difference to a pool.
    if (stores.postgres !== undefined) this.skip();
    this.timeout(LONG ? 3_600_000 : 120_000);
    const { claiming, claim } = await ready(await stores.fresh());
    const large = claiming.prover(proofMaker(pool, stage.world.artifacts));
    let ended = 0;
    while (ended < MEMORY) {
      await claim.begin();
      const least = 64 + (LONG ? below(300) : 0);
      const small = proverPool({ size: 1, memoryMiB: least });
      try {
        await claiming.prover(proofMaker(small, stage.world.artifacts)).prove(claim.step);
        await claim.assertProven();
      } catch (error) {
        expect(codeOf(error)).to.equal("PROVING_FAILED");
        ended += 1;
        const { state, reason, sealed } = await claim.row();
        expect([state, reason, sealed]).to.deep.equal(["ready", "PROVING_FAILED", null]);
        // Each fifth is proven: the pool with enough memory is always the same.
        if (ended % 5 === 0 || ended === MEMORY) {
          await large.prove(claim.step);
          expect(await claim.writes()).to.equal(1);
          await claim.assertProven();
        }
      } finally {
        await small.close();
      }
    }
    if (LONG) console.log(JSON.stringify({ outOfMemory: ended, proofs: claim.proofs }));
  });

  it("whole processes on one queue, at each step: every claim is proven, and its proof is written once", async function () {
    if (stores.postgres === undefined) this.skip();
    this.timeout(LONG ? 3_600_000 : 120_000);
    const url = await stores.fresh();
    const { claiming, claim } = await ready(url);
    await migrateJobs(url);
    const queue = await openQueue<{ policy: string; period: number }>(url, PROOFS, PROVER_QUEUE);
    ending.push(() => queue.close());
    const killed = await processes(url);
    // One at a time dies; the other one, and its successor, have the same queue.
    let before = 0;
    let isDue = true;
    // The queue's pauses double with each worker that dies under a claim.
    const spared = () => isDue && kills() - before >= MOST;
    const running = killed.map((each) => each.run(() => nextEnd(each.kills, spared)));
    ending.push(async () => {
      await Promise.all(killed.map((each) => each.end()));
      await Promise.all(running);
    });
    const kills = () => killed.reduce((sum, each) => sum + each.kills, 0);
    do {
      await claim.begin();
      before = kills();
      isDue = true;
      await until(async () => {
        await new OfferDuty(claiming.database, queue, 10).act();
        return claim.isProven();
      }, 300_000);
      isDue = false;
      expect(await claim.writes(), "one proof is written").to.equal(1);
      await claim.assertProven();
    } while (kills() < PROCESSES);
    expect(killed.flatMap(({ errors }) => errors)).to.deep.equal([]);
    if (LONG) {
      const marks = killed.map(({ byMark }) => Object.fromEntries(byMark));
      console.log(JSON.stringify({ kills: kills(), proofs: claim.proofs, marks }));
    }
    await settle(claiming);
  });

  function nextEnd(kills: number, spared: () => boolean): Ending {
    // The first one is killed in its first proof, so that the short form has a kill in one.
    const mark = AIMS[kills % AIMS.length]!;
    return kills % 2 === 0
      ? { most: 3 * PROOF, aim: spared() ? undefined : { mark, pass: 1 }, begun: true, spared }
      : { most: below(2 * PROOF), aim: undefined, begun: true, spared };
  }

  async function processes(url: string): Promise<Killed[]> {
    const folder = mkdtempSync(join(tmpdir(), "vitalproof-provers-"));
    ending.push(() => rmSync(folder, { recursive: true, force: true }));
    const rpc = await stage.node.serve();
    ending.push(() => stage.node.stop());
    const server = await startServer(
      (app) => {
        app.register(attesterRoutes(pathsOf(stage)), { prefix: "/attester" });
      },
      { port: 0, access: "open" },
    );
    ending.push(() => server.close());
    return (LONG ? [1, 2] : [1]).map((n) => {
      const markFile = join(folder, `marks${n}`);
      writeFileSync(markFile, "");
      return new Killed({
        args: [PROGRAM, url, rpc, `${server.url}/attester`, JSON.stringify(stage.world.addresses), markFile],
        env: {
          SECRET: String(stage.patient.identity.secret()),
          NODE_COMPILE_CACHE: join(folder, "compiled"),
        },
        markFile,
      });
    });
  }
});

/** An attester that is asked for paths alone. */
function pathsOf({ attester }: ClaimStage): AttesterBackend {
  const none = () => Promise.reject(new Error("not asked"));
  return {
    info: none,
    enrol: none,
    continueLog: none,
    submitHead: none,
    attest: none,
    path: (day, leaf) => attester.path(day, leaf),
    owns: none,
  };
}

function countsOf(pool: ProverPool) {
  const { done, failed, started } = pool.stats();
  return { done, failed, started };
}

function codeOf(error: unknown): string {
  return error instanceof VitalproofError ? error.code : String(error);
}
