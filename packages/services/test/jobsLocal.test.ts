// SPDX-License-Identifier: GPL-3.0-or-later
//
// The queue of an SQLite store, and what both queues refuse.
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { localQueue, migrateJobs, queueOf, workOn } from "../src/jobs/index.ts";
import { until } from "./support/jobs.ts";
import { codeOf, rejection } from "./support/rejection.ts";

type N = { readonly n: number };
const offers = (count: number) => Array.from({ length: count }, (_, n) => ({ key: `${n}`, step: { n } }));

describe("jobs, in this process", () => {
  it("does every step once, some at a time, the urgent ones first", async () => {
    const did: number[] = [];
    let [running, most] = [0, 0];
    const queue = await queueOf<N>("sqlite:/nowhere", "proofs", {
      concurrency: 3,
      handler: async ({ n }) => {
        most = Math.max(most, ++running);
        await setTimeout(5);
        running--;
        did.push(n);
      },
    });
    await migrateJobs("sqlite:/nowhere");
    await queue.offer(offers(20).map((offer) => ({ ...offer, priority: offer.step.n })));
    await queue.offer(offers(20));
    expect(await queue.state()).to.include({ waiting: 17, running: 3, failed: 0 });
    await until(() => did.length === 20);
    await setTimeout(20);
    expect(did.toSorted((a, b) => a - b)).to.deep.equal(offers(20).map(({ step }) => step.n));
    expect([most, did[0]]).to.deep.equal([3, 19]);
    expect(await queue.state()).to.deep.equal({ waiting: 0, running: 0, failed: 0, oldest: 0 });
    await queue.close();
  });

  it("tries again after a pause, and lets a step rest that fails too often", async () => {
    const at: number[] = [];
    const faults: (string | undefined)[] = [];
    const queue = localQueue<N>({
      pause: 1,
      tries: 2,
      handler: async () => {
        at.push(performance.now());
        throw new Error("no");
      },
      onFault: (duty, _, key) => faults.push(`${duty} ${key}`),
    });
    await queue.offer(offers(1));
    await until(async () => (await queue.state()).failed === 1);
    await queue.offer(offers(1));
    expect(await queue.state()).to.include({ waiting: 0, running: 0, failed: 1 });
    expect(at[1]! - at[0]!).to.be.within(990, 3_000);
    expect(faults).to.deep.equal(["step 0", "step 0"]);
    await queue.close();
  });

  it("waits for what runs when it closes, then tells it to end, and begins nothing more", async () => {
    const ends: string[] = [];
    const queue = localQueue<N>({
      concurrency: 2,
      handler: async ({ n }, signal) => {
        await setTimeout(n === 0 ? 50 : 60_000, undefined, { signal }).catch(() => undefined);
        ends.push(signal.aborted ? `${n} told` : `${n} done`);
      },
    });
    await queue.offer(offers(5));
    await queue.close(200);
    expect(ends).to.deep.equal(["0 done", "1 told"]);
  });

  it("refuses what is more than a name, and settings out of range", async () => {
    const queue = localQueue<{ text: string }>({ handler: async () => undefined });
    const secret = "x".repeat(201);
    const refused = await rejection(queue.offer([{ key: "a", step: { text: secret } }]));
    expect(refused.code).to.equal("INVALID_ARGUMENT");
    expect(`${refused.message} ${refused.hint}`).not.to.include(secret);
    const codes = await Promise.all([
      codeOf(queue.offer([{ key: "", step: { text: "" } }])),
      codeOf(queue.offer([{ key: secret, step: { text: "" } }])),
      codeOf(queue.offer([{ key: "a", step: { text: "" }, priority: 0.5 }])),
      codeOf(workOn("postgres://127.0.0.1:1/none", "proofs", { handler: async () => undefined, lease: 0 })),
      codeOf(
        workOn("postgres://127.0.0.1:1/none", "proofs", { handler: async () => undefined, concurrency: 0 }),
      ),
      codeOf(workOn("postgres://127.0.0.1:1/none", "proofs", { handler: async () => undefined })),
    ]);
    expect(codes).to.deep.equal([...Array(5).fill("INVALID_ARGUMENT"), "STORE_FAILED"]);
    await queue.close();
  });
});
