// SPDX-License-Identifier: GPL-3.0-or-later
//
// The queue of steps on a real PostgreSQL, with workers that are processes of their own.
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import pg from "pg";
import { migrateJobs, openQueue, queueOf, type StepQueue, type Work, workOn } from "../src/jobs/index.ts";
import { kill, Processes, type Row, type Rows, rowsOf, SHORT, until } from "./support/jobs.ts";
import { HAS_POSTGRES, type Postgres, startPostgres } from "./support/postgres.ts";
import { codeOf } from "./support/rejection.ts";

const LONG = process.env.LONG !== undefined;
const KILLS = LONG ? 200 : 5;
const STEPS = 30 * KILLS;
const JOB = "vitalproof_jobs.job";

interface Place {
  readonly url: string;
  readonly rows: Rows;
  readonly queue: StepQueue<Row>;
  readonly processes: Processes;
  work(work: Partial<Work<Row>>): ReturnType<typeof workOn<Row>>;
}

describe("jobs, PostgreSQL", function () {
  this.timeout(LONG ? 900_000 : 60_000);
  let postgres: Postgres;
  const scenarios: (() => void)[] = [];

  before(async function () {
    if (!HAS_POSTGRES) {
      console.log("      PostgreSQL is not installed (Debian's package postgresql): skipped.");
      this.skip();
    }
    postgres = await startPostgres();
    for (const start of scenarios) start();
  });
  after(() => postgres?.stop());

  /** Rows and a queue in a database of their own. Everything that was opened is closed afterwards. */
  async function inPlace(
    count: number,
    act: (place: Place) => Promise<void>,
    { tries = 5, lease = 60, server = postgres } = {},
  ): Promise<void> {
    const url = await server.fresh();
    const settings = { ...SHORT, tries, lease };
    await migrateJobs(url);
    const rows = rowsOf(url);
    const processes = new Processes();
    const closing: { close(grace?: number): Promise<void> }[] = [rows];
    try {
      await rows.make(count);
      const queue = await openQueue<Row>(url, "proofs", settings);
      closing.unshift(queue);
      await act({
        url,
        rows,
        queue,
        processes,
        async work(work) {
          const worker = await workOn<Row>(url, "proofs", {
            handler: (step, signal) => rows.act(step, signal),
            ...settings,
            ...work,
          });
          closing.unshift(worker);
          return worker;
        },
      });
    } finally {
      await processes.killAll();
      for (const one of closing) await one.close(0).catch(() => undefined);
    }
  }

  /** A test that runs while others do, in a database of its own: most of what it does is to wait for leases and pauses. */
  function meanwhile(title: string, act: () => Promise<void>): void {
    let result: Promise<void>;
    scenarios.push(() => {
      result = act();
      // It is the test below that says so.
      result.catch(() => undefined);
    });
    it(title, () => result);
  }

  const done = async ({ rows, queue }: Place): Promise<boolean> => {
    const { waiting, running } = await queue.state();
    return waiting === 0 && running === 0 && (await rows.due(0)).length === 0;
  };

  it("a key is one job, however many processes offer it at once, in whatever order", () =>
    inPlace(200, async ({ url, queue, processes }) => {
      const offering = await Promise.all([1, 2, 3].map(() => processes.load("offer", url, "200")));
      const ended = offering.map((child) => once(child, "exit"));
      for (const child of offering) child.stdin!.write("go\n");
      expect((await Promise.all(ended)).map(([code]) => code)).to.deep.equal([0, 0, 0]);
      expect(processes.errors).to.deep.equal([]);
      expect(await queue.state()).to.include({ waiting: 200, running: 0, failed: 0 });
    }));

  it("every step is done, and once in effect, with offers that never stop", () =>
    inPlace(60, async (place) => {
      const { url, rows, queue, processes } = place;
      const workers = await Promise.all([1, 2].map(() => processes.load("work", url, "2")));
      for (const child of workers) child.stdin!.write("go\n");
      await until(async () => {
        await queue.offer(await rows.due(50));
        return done(place);
      });
      expect(await rows.moved()).to.deep.equal(Array(60).fill(1));
      expect(new Set((await rows.runs()).map(({ pid }) => pid)).size).to.equal(2);
      expect(processes.errors).to.deep.equal([]);
    }));

  it("the more urgent step comes first", () =>
    inPlace(3, async (place) => {
      const { rows, queue, work } = place;
      const due = await rows.due(0);
      await queue.offer(due.map((offer, i) => ({ ...offer, priority: [0, 5, -5][i]! })));
      await work({});
      await until(() => done(place));
      expect((await rows.runs()).map(({ row }) => row)).to.deep.equal([1, 0, 2]);
    }));

  it("a worker that comes back after its lease neither ends nor fails what another one runs", () =>
    inPlace(1, async (place) => {
      const { rows, queue, work } = place;
      await queue.offer(await rows.due(0));
      let open = () => {};
      const opened = new Promise<void>((resolve) => {
        open = resolve;
      });
      const first = await work({ handler: () => opened });
      await until(() => first.state().running === 1);
      // As after a pause of the whole machine: pg-boss gave the job to another one.
      await rows.query(`update ${JOB} set retry_count = retry_count + 1`);
      open();
      await until(() => first.state().running === 0);
      expect((await queue.state()).running).to.equal(1);
    }));

  it("a handler learns that its step is another worker's", () =>
    inPlace(
      1,
      async ({ rows, queue, work }) => {
        await queue.offer(await rows.due(0));
        let reason: unknown;
        await work({
          handler: async (_, signal) => {
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
            reason = signal.reason;
          },
        });
        await until(async () => (await queue.state()).running === 1);
        await rows.query(`update ${JOB} set retry_count = retry_count + 1`);
        await until(() => reason !== undefined);
        expect(reason).to.include({ code: "ABORTED" });
      },
      { lease: 2 },
    ));

  it("a worker that stops ends what it can, and gives the rest back at once and without a try", () =>
    inPlace(2, async (place) => {
      const { rows, queue, work } = place;
      const [short, long] = await rows.due(0);
      await queue.offer([
        { ...short!, step: { ...short!.step, ms: 300 } },
        { ...long!, step: { ...long!.step, ms: 60_000 } },
      ]);
      const first = await work({ concurrency: 2 });
      await until(() => first.state().running === 2);
      await first.close(800);
      expect(await rows.moved()).to.deep.equal([1, 0]);
      expect(await queue.state()).to.include({ waiting: 1, running: 0 });
      const { rows: jobs } = await rows.query(`select retry_count from ${JOB} where start_after < now()`);
      expect(jobs).to.deep.equal([{ retry_count: 0 }]);
      await work({ handler: (step, signal) => rows.act({ ...step, ms: 0 }, signal) });
      await until(() => done(place));
      expect(await rows.moved()).to.deep.equal([1, 1]);
    }));

  it("a handler that does not end when told is left behind, and its step given back", () =>
    inPlace(1, async ({ rows, queue, work }) => {
      await queue.offer(await rows.due(0));
      const worker = await work({ handler: () => new Promise(() => undefined) });
      await until(() => worker.state().running === 1);
      await worker.close(0);
      expect(await queue.state()).to.include({ waiting: 1, running: 0 });
    }));

  it("needs no superuser, and to work no right to change the schema", async () => {
    const url = await postgres.fresh();
    const database = new URL(url).pathname.slice(1);
    const client = new pg.Client(url);
    await client.connect();
    await client.query(
      `create role keeper login; alter database ${database} owner to keeper; create role worker login`,
    );
    const as = (role: string): string => url.replace("test@", `${role}@`);
    expect(await codeOf(openQueue(as("keeper"), "proofs")), "before").to.equal("STORE_FAILED");
    await migrateJobs(as("keeper"));
    await migrateJobs(as("keeper"));
    await client.query(
      "grant usage on schema vitalproof_jobs to worker; grant select, insert, update, delete on all tables in schema vitalproof_jobs to worker",
    );
    await client.end();
    expect(await codeOf(openQueue(as("worker"), "other")), "another queue").to.equal("STORE_FAILED");
    const faults: string[] = [];
    const did: string[] = [];
    const queue = await queueOf<{ n: number }>(as("worker"), "proofs", {
      ...SHORT,
      handler: async ({ n }) => void did.push(`${n}`),
      onFault: (duty) => faults.push(duty),
    });
    await queue.offer([{ key: "one", step: { n: 1 } }]);
    await until(() => did.length === 1);
    // Maintenance, which is every second here, runs as well.
    await setTimeout(1_500);
    await queue.close();
    expect([did, faults]).to.deep.equal([["1"], []]);
  });

  // What follows began at the start.

  meanwhile(
    "a dead worker's step is taken over after its lease; a living one's is kept for many leases",
    () =>
      inPlace(
        2,
        async (place) => {
          const { url, rows, queue, processes, work } = place;
          const [kept, taken] = await rows.due(5_000);
          const handler: Work<Row>["handler"] = (step, signal) =>
            rows.act({ ...step, ms: step.row === 0 ? step.ms : 0 }, signal);
          await queue.offer([{ ...taken!, step: { ...taken!.step, ms: 60_000 } }]);
          const dead = await processes.begin("work", url, "1");
          await until(async () => (await queue.state()).running === 1);
          await queue.offer([kept!]);
          const worker = await work({ handler });
          await until(() => worker.state().running === 1);
          await kill(dead);
          const killed = Date.now();
          await work({ handler });
          await until(() => done(place));
          const runs = await rows.runs();
          expect(runs.map(({ row }) => row)).to.deep.equal([1, 0, 1]);
          // A lease, two looks for leases, twice the pause, a look for steps; and the machine may be busy.
          expect(runs[2]!.began - killed).to.be.within(1_000, 12_000);
        },
        { lease: 2 },
      ),
  );

  meanwhile("a step that fails is tried again after pauses, rests, and can be offered again", () =>
    inPlace(
      1,
      async (place) => {
        const { rows, queue, work } = place;
        const faults: (string | undefined)[] = [];
        let broken = true;
        const worker = await work({
          handler: async (step, signal) => {
            await rows.act({ ...step, version: broken ? -1 : 0 }, signal);
            if (broken) throw new Error("reading 6.2 mmol/L of Ada");
          },
          onFault: (duty, _, key) => faults.push(`${duty} ${key}`),
        });
        const due = await rows.due(0);
        await queue.offer(due);
        await until(async () => (await queue.state()).failed === 1);
        const [first, second] = await rows.runs();
        expect(second!.began - first!.began).to.be.within(1_000, 5_000);
        expect(faults).to.deep.equal(["step row/0", "step row/0"]);
        expect(worker.state()).to.include({ done: 0, failed: 2 });

        await queue.offer(due);
        expect(await queue.state(), "it rests").to.include({ waiting: 0, failed: 1 });
        const { rows: jobs } = await rows.query(`select output from ${JOB}`);
        expect(JSON.stringify(jobs), "what the table says of the error").to.equal(
          '[{"output":{"code":"UNEXPECTED"}}]',
        );

        broken = false;
        await rows.query(`update ${JOB} set completed_on = completed_on - interval '1 hour'`);
        await until(async () => {
          await queue.offer(due);
          return (await rows.due(0)).length === 0;
        });
        expect(await rows.moved()).to.deep.equal([1]);
      },
      { tries: 2, lease: 5 },
    ),
  );

  meanwhile(`${KILLS} workers that are killed lose no step and do none twice`, () =>
    inPlace(
      STEPS,
      async (place) => {
        const { url, rows, queue, processes } = place;
        const begun = await Promise.all(["2", "2"].map((count) => processes.begin("work", url, count)));
        let next = processes.load("work", url, "2");
        for (let kills = 0; kills < KILLS; kills++) {
          await queue.offer(await rows.due(100));
          await until(async () => (await queue.state()).running > 2);
          await setTimeout(Math.random() * 300);
          await kill(begun.shift()!);
          const child = await next;
          child.stdin!.write("go\n");
          begun.push(child);
          next = processes.load("work", url, "2");
        }
        await next;
        await until(
          async () => {
            await queue.offer(await rows.due(5));
            return done(place);
          },
          LONG ? 300_000 : 30_000,
        );
        expect(await rows.moved()).to.deep.equal(Array(STEPS).fill(1));
        expect((await rows.runs()).length, "some were begun again").to.be.above(STEPS);
        expect(processes.errors).to.deep.equal([]);
      },
      { tries: 100, lease: 1 },
    ),
  );

  meanwhile("goes on after PostgreSQL was killed and started again", async () => {
    const server = await startPostgres();
    const act = async (place: Place): Promise<void> => {
      const { rows, queue, work } = place;
      const faults = new Set<string>();
      const worker = await work({ concurrency: 2, onFault: (duty) => faults.add(duty) });
      await queue.offer(await rows.due(100));
      await until(() => worker.state().running === 2);
      await server.kill();
      expect(await codeOf(queue.offer([{ key: "row/0", step: { row: 0, version: 0, ms: 0 } }]))).to.equal(
        "STORE_FAILED",
      );
      await until(() => faults.has("take"));
      await server.start();
      await until(async () => {
        await queue.offer(await rows.due(0));
        return done(place);
      });
      expect(await rows.moved()).to.deep.equal(Array(10).fill(1));
    };
    await inPlace(10, act, { lease: 1, server }).finally(() => server.stop());
  });
});
