// SPDX-License-Identifier: GPL-3.0-or-later
//
// A ward's year of claims: what a look at them costs, and who waits behind whom.
import { expect } from "chai";
import pg from "pg";
import { claimsState } from "../../src/gateway/claims/claimsState.ts";
import { OfferDuty } from "../../src/gateway/claims/offerDuty.ts";
import { gatewayErasures } from "../../src/gateway/people/index.ts";
import { migrateJobs, openQueue, queueOf } from "../../src/jobs/index.ts";
import type { Database } from "../../src/store/index.ts";
import type { Tables } from "../../src/store/tables.ts";
import { codeOf } from "../support/rejection.ts";
import { room } from "../support/sealed.ts";
import { onBothStores } from "../support/stores.ts";

const POLICIES = process.env.LONG === undefined ? 200 : 1_000;
const PERIODS = 365;

onBothStores("attacks on scale", (stores) => {
  async function fill(
    database: Database,
    policies: number,
    periods: number,
    change: (policy: number, period: number) => Partial<Tables["gateway_claim"]>,
  ) {
    await database.step(async (queries) => {
      for (let policy = 1; policy <= policies; policy++) {
        await queries
          .insertInto("gateway_policy")
          .values({
            policy: String(policy),
            program: "1",
            person: `p${policy}`,
            controller: "0x",
            first_epoch: 0,
            periods,
            next_period: periods,
            next_end: null,
          })
          .execute();
        const rows = Array.from({ length: periods }, (_, period) => ({
          policy: String(policy),
          period,
          person: `p${policy}`,
          version: 0,
          state: "final" as const,
          reason: null,
          root: "1".repeat(77),
          circuit: `0x${"1".repeat(64)}`,
          consent: null,
          attempt: 0,
          sealed: Buffer.alloc(1_500, period),
          hash: null,
          ended_period_at: 0,
          closes_at: null,
          changed_at: 0,
          next_look: null,
          ...change(policy, period),
        }));
        for (let at = 0; at < rows.length; at += 200)
          await queries
            .insertInto("gateway_claim")
            .values(rows.slice(at, at + 200))
            .execute();
      }
    });
  }

  it(`the state of ${POLICIES} policies over ${PERIODS} periods is told before anyone notices`, async function () {
    this.timeout(300_000);
    const url = await stores.fresh();
    const database = await stores.open(url);
    await fill(database, POLICIES, PERIODS, () => ({}));
    // As PostgreSQL does on its own after a while.
    const { postgres } = stores;
    if (postgres !== undefined) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query("vacuum analyze gateway_claim");
      await client.end();
    }
    await claimsState(database);
    const began = performance.now();
    await claimsState(database);
    const took = performance.now() - began;
    // SQLite is read in this process, which does nothing else meanwhile.
    expect(took).to.be.lessThan(postgres === undefined ? 1_000 : 5_000);
  });

  it("claims whose proofs always fail do not keep others from being offered", async function () {
    this.timeout(60_000);
    const database = await stores.open(await stores.fresh());
    // 1,000 of a program whose circuit is not on this machine, and one of another, which closes an hour later.
    await fill(database, 1_001, 1, (policy) => ({
      state: "ready",
      reason: policy <= 1_000 ? "ARTIFACT_MISSING" : null,
      closes_at: policy <= 1_000 ? 10_000 : 13_600,
    }));
    const offered = new Set<string>();
    const duty = new OfferDuty(
      database,
      {
        offer: async (steps) => {
          for (const { key } of steps) offered.add(key);
        },
      },
      10,
    );
    for (let i = 0; i < 5; i++) await duty.act();
    expect(offered.has("1001/0")).to.equal(true);
  });

  it("provers take those first whose windows close first", async function () {
    this.timeout(60_000);
    const url = await stores.fresh();
    const database = await stores.open(url);
    await fill(database, 40, 1, (policy) => ({ state: "ready", closes_at: 3_600 * (1_000 - policy) }));
    await migrateJobs(url);
    const taken: string[] = [];
    let resolve: () => void = () => undefined;
    const done = new Promise<void>((end) => {
      resolve = end;
    });
    const queue = await queueOf<{ policy: string; period: number }>(url, "proofs", {
      concurrency: 1,
      handler: async ({ policy }) => {
        taken.push(policy);
        if (taken.length === 40) resolve();
      },
    });
    try {
      await new OfferDuty(database, queue, 10).act();
      await done;
    } finally {
      await queue.close(0);
    }
    expect(taken.map(Number)).to.deep.equal(Array.from({ length: 40 }, (_, i) => 40 - i));
  });

  it("an erasure leaves no counts of what was not met, and the evidence says so", async () => {
    const database = await stores.open(await stores.fresh());
    const { keys } = room(database);
    await keys.create("p1");
    await database.step(async (queries) => {
      await queries
        .insertInto("gateway_log")
        .values({
          log: "p1.test-16",
          person: "p1",
          bound_to: "",
          version: 0,
          generation: 0,
          first_epoch: 1,
          next_epoch: 9,
          next_end: null,
          waiting: 0,
          unsent: 0,
          oldest_unsent: null,
          stopped: null,
          stopped_at: null,
        })
        .execute();
      await queries
        .insertInto("gateway_alert_request")
        .values({ request: "ab".repeat(32), log: "p1.test-16", generation: 0, next_epoch: 9, unmet: 5 })
        .execute();
    });
    const erasures = gatewayErasures({ database, personKeys: keys, clock: () => 1_000 });
    const { evidence } = await erasures.erase("p1", { by: "a test", onChain: [] });
    const left = await database.reads.selectFrom("gateway_alert_request").selectAll().execute();
    expect(left).to.deep.equal([]);
    expect(evidence.destroyed).to.include({ gateway_alert_request: 1 });
  });

  it("a start needs no right to change the schema once it was migrated", async function () {
    this.timeout(60_000);
    if (stores.postgres === undefined) this.skip();
    const url = await stores.fresh();
    await stores.open(url);
    await migrateJobs(url);
    const owner = new pg.Client({ connectionString: url });
    await owner.connect();
    try {
      await owner.query("drop role if exists weak");
      await owner.query("create role weak login password 'weak'");
      await owner.query("grant usage on schema public, vitalproof_jobs to weak");
      await owner.query(
        "grant select, insert, update, delete on all tables in schema public, vitalproof_jobs to weak",
      );
      await owner.query("grant execute on all functions in schema vitalproof_jobs to weak");
      const weak = new URL(url);
      weak.username = "weak";
      weak.password = "weak";
      const queue = await openQueue(weak.href, "proofs");
      await queue.close();
      expect(await codeOf(migrateJobs(weak.href))).to.equal("nothing");
    } finally {
      await owner.query("drop owned by weak").catch(() => undefined);
      await owner.end();
    }
  });
});
