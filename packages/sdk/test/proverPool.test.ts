// SPDX-License-Identifier: GPL-3.0-or-later
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { type Artifacts, type Progress, prove, type VerificationKey } from "../src/index.ts";
import { type ProverPool, type ProverPoolOptions, proverPool } from "../src/node/index.ts";
import { buildTiny, glucoseDay, isAlive, SECRET, tinyWitness, until } from "./fixtures/tiny.ts";
import { codeRejected, codeThrown } from "./support.ts";

describe("prover pool", function () {
  this.timeout(60_000);
  let folder: string;
  let artifacts: Artifacts;
  let pool: ProverPool;

  before(async () => {
    ({ folder, artifacts } = await buildTiny());
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  afterEach("no process is left", async () => {
    const pids = pidsOf(pool);
    await pool.close();
    expect(pool.stats().workers).to.deep.equal([]);
    expect(pids.filter(isAlive)).to.deep.equal([]);
  });

  const open = (options: ProverPoolOptions = {}): ProverPool => {
    pool = proverPool({ size: 1, ...options });
    return pool;
  };
  const pidsOf = (of: ProverPool): number[] => of.stats().workers.map(({ pid }) => pid!);
  const proveTiny = (of = artifacts, options = {}) => prove(pool, of, tinyWitness(), options);
  /** The tiny circuit under another path: another circuit to the pool. */
  const copyOf = async (name: string): Promise<Artifacts> => {
    const [wasm, zkey] = [join(folder, `${name}.wasm`), join(folder, `${name}.zkey`)];
    await Promise.all([copyFile(artifacts.wasm as string, wasm), copyFile(artifacts.zkey as string, zkey)]);
    return { ...artifacts, wasm, zkey };
  };

  it("proves again and again in one process, which reads and compiles a circuit once: its files are gone by then", async () => {
    open();
    const once = await copyOf("once");
    const progress: Progress[] = [];
    await proveTiny(once, { onProgress: (step: Progress) => progress.push(step) });
    expect([...new Set(progress.map(({ phase }) => phase))]).to.deep.equal([
      "witness",
      "proof",
      "verification",
    ]);
    const [first] = pidsOf(pool);
    await Promise.all([rm(once.wasm as string), writeFile(once.zkey as string, "another file")]);
    for (let i = 0; i < 3; i++) await proveTiny(once);
    expect(pidsOf(pool)).to.deep.equal([first]);
    const { workers, started, done } = pool.stats();
    expect({ started, done }).to.deep.equal({ started: 1, done: 4 });
    expect(workers[0]).to.include({ proofs: 4, busy: false });
    expect(workers[0]!.rssMiB).to.be.greaterThan(30);
    expect(workers[0]!.circuits).to.deep.equal(["enrolment"]);
  });

  it("takes bytes too, sends them once, and takes a circuit that was built again for another", async () => {
    open({ circuitsPerWorker: 1 });
    const wasm = new Uint8Array(await readFile(artifacts.wasm as string));
    const zkey = new Uint8Array(await readFile(artifacts.zkey as string));
    const bytes = { ...artifacts, wasm, zkey };
    await proveTiny(bytes);
    // What the parent holds now is worth nothing; the process has its own.
    zkey.fill(0);
    wasm.fill(0);
    await proveTiny(bytes);
    const rebuilt = await copyOf("rebuilt");
    await proveTiny(rebuilt);
    await writeFile(rebuilt.zkey as string, "another key");
    const key = { ...artifacts.verificationKey, note: "of another build" } as VerificationKey;
    expect(await codeRejected(proveTiny({ ...rebuilt, verificationKey: key }))).to.equal("PROVING_FAILED");
  });

  it("keeps as many circuits as it may, lets go of the one used longest ago, and prefers a process that has the circuit", async () => {
    open({ size: 2, circuitsPerWorker: 2 });
    const [a, b, c, d] = await Promise.all(["a", "b", "c", "d"].map(copyOf));
    for (const each of [a, b, a]) await proveTiny(each);
    expect(pool.stats().workers.map(({ circuits }) => circuits.length)).to.deep.equal([2]);
    await proveTiny(c);
    // No room in the first process: a second one began.
    expect(pool.stats().workers.map(({ circuits }) => circuits.length)).to.deep.equal([2, 1]);
    const [first, second] = pidsOf(pool);
    for (const each of [a, c, b, c]) await proveTiny(each);
    expect(pool.stats().workers.map(({ pid, proofs }) => [pid, proofs])).to.deep.equal([
      [first, 5],
      [second, 3],
    ]);
    // a was used before b, c and d fill the second, and so a goes when one more comes.
    await proveTiny(d);
    await proveTiny(await copyOf("e"));
    await rm(b!.zkey as string);
    await proveTiny(b);
    await rm(a!.zkey as string);
    expect(await codeRejected(proveTiny(a))).to.equal("PROVING_FAILED");
  });

  it("runs as many at a time as it has processes, queues the rest in order, and refuses more than its queue holds", async () => {
    open({ size: 2, maxQueue: 2 });
    const runs = [1, 2, 3, 4].map(() => proveTiny());
    expect(pool.stats()).to.include({ running: 2, queued: 2, started: 2 });
    const busy = await proveTiny().catch((caught: unknown) => caught);
    expect(busy).to.include({ code: "PROVER_BUSY" });
    expect(busy).to.have.deep.property("details", { circuit: "enrolment", queued: 2, maxQueue: 2 });
    await Promise.all(runs);
    expect(pool.stats()).to.include({ running: 0, queued: 0, done: 4, started: 2 });
    await pool.close();
    open();
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((i) => proveTiny().then(() => order.push(i))));
    expect(order).to.deep.equal([1, 2, 3]);
    await pool.close();
    open({ maxQueue: 0 });
    const only = proveTiny();
    expect(await codeRejected(proveTiny())).to.equal("PROVER_BUSY");
    await only;
    await proveTiny();
  });

  it("stops what waits and what runs: the process of the one that runs is killed, and replaced when it is needed", async () => {
    open();
    await proveTiny();
    const [first] = pidsOf(pool);
    const [running, waiting] = [new AbortController(), new AbortController()];
    const stopped = proveTiny(artifacts, { signal: running.signal, onProgress: () => running.abort() });
    const queued = proveTiny(artifacts, { signal: waiting.signal });
    const last = proveTiny();
    waiting.abort();
    expect(await codeRejected(queued)).to.equal("ABORTED");
    expect(pool.stats()).to.include({ running: 1, queued: 1 });
    expect(await codeRejected(stopped)).to.equal("ABORTED");
    await last;
    expect(isAlive(first!)).to.equal(false);
    expect(pool.stats()).to.deep.include({ started: 2, done: 2, failed: 2 });
    expect(await codeRejected(proveTiny(artifacts, { signal: AbortSignal.abort() }))).to.equal("ABORTED");
    expect(pool.stats().started).to.equal(2);
  });

  it("a process that dies is replaced; its proof is tried once more, unless the process was new", async () => {
    open();
    await proveTiny();
    const [first] = pidsOf(pool);
    let killed = false;
    const kill = () => {
      if (!killed) process.kill(pidsOf(pool)[0]!, "SIGKILL");
      killed = true;
    };
    await proveTiny(artifacts, { onProgress: kill });
    expect(pidsOf(pool)).to.not.include(first);
    expect(pool.stats()).to.include({ started: 2, done: 2, failed: 0 });
    await pool.close();

    open();
    killed = false;
    const error = await proveTiny(artifacts, { onProgress: kill }).catch((caught: unknown) => caught);
    expect(error).to.include({ code: "PROVING_FAILED" });
    expect(String(error)).to.contain("SIGKILL");
    await proveTiny();
    expect(pool.stats()).to.include({ started: 2, done: 1, failed: 1 });
    // An idle one, killed by somebody: the next proof finds another.
    process.kill(pidsOf(pool)[0]!, "SIGKILL");
    await until("its end is noticed", () => pidsOf(pool).length === 0);
    await proveTiny();
  });

  it("a process is replaced after its share of proofs, and after a proof that failed", async () => {
    open({ proofsPerWorker: 2 });
    for (let i = 0; i < 3; i++) await proveTiny();
    expect(pool.stats()).to.include({ started: 2, done: 3 });
    const short = await copyOf("short");
    await truncate(short.zkey as string, 2_000);
    expect(await codeRejected(proveTiny(short))).to.equal("PROVING_FAILED");
    await proveTiny();
    expect(pool.stats()).to.include({ started: 3, done: 4, failed: 1 });
  });

  it("T33: inputs that do not satisfy the circuit are rejected without being shown, and the process goes on", async () => {
    open();
    const error = await pool
      .prove(artifacts, tinyWitness({ secret: SECRET + 1n }))
      .catch((caught: Error) => caught);
    expect(error).to.include({ code: "WITNESS_REJECTED" });
    expect(`${JSON.stringify(error)}${(error as Error).stack}`).to.not.contain(String(SECRET + 1n));
    await proveTiny();
    expect(pool.stats()).to.include({ started: 1, done: 1, failed: 1 });
  });

  it("T33: neither arguments nor environment of a process hold inputs", async function () {
    if (process.platform !== "linux") this.skip();
    open();
    const seen: string[] = [];
    const run = proveTiny(artifacts, {
      onProgress: ({ phase }: Progress) => {
        if (phase === "proof" && seen.length === 0) seen.push("");
      },
    });
    const [pid] = pidsOf(pool);
    for (const file of ["cmdline", "environ"]) seen.push(await readFile(`/proc/${pid}/${file}`, "latin1"));
    await run;
    expect(seen.join().length).to.be.greaterThan(20);
    for (const form of [String(SECRET), SECRET.toString(16)]) expect(seen.join()).to.not.contain(form);
  });

  it("a process over its memory is killed, and the error says so", async () => {
    open({ memoryMiB: 64 });
    const error = await proveTiny().catch((caught: unknown) => caught);
    expect(error).to.deep.include({ code: "PROVING_FAILED" });
    expect(String(error)).to.match(/took \d+ MiB, more than the 64 MiB/);
    expect(pool.stats()).to.include({ started: 1, failed: 1 });
    await until("its process is gone", () => pool.stats().workers.length === 0);
  });

  it("closes: what waits and runs is stopped, nothing more is taken, and again is no fault", async () => {
    open({ size: 2 });
    const runs = [1, 2, 3, 4].map(() => codeRejected(proveTiny()));
    const pids = pidsOf(pool);
    expect(pids.length).to.equal(2);
    await Promise.all([pool.close(), pool.close()]);
    expect(pids.filter(isAlive)).to.deep.equal([]);
    expect(await Promise.all(runs)).to.deep.equal(["ABORTED", "ABORTED", "ABORTED", "ABORTED"]);
    expect(await codeRejected(proveTiny())).to.equal("ABORTED");
    {
      await using disposed = proverPool({ size: 1 });
      await prove(disposed, artifacts, tinyWitness());
      pids.push(...pidsOf(disposed));
    }
    expect(pids.filter(isAlive)).to.deep.equal([]);
  });

  it("leaves no process behind, whether its own process ends by itself, is ended, or is killed", async () => {
    open();
    const program = (end: string): string => `
      import { prove } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
      import { diskArtifacts, proverPool } from ${JSON.stringify(new URL("../src/node/index.ts", import.meta.url).href)};
      import { tinyWitness } from ${JSON.stringify(new URL("./fixtures/tiny.ts", import.meta.url).href)};
      const artifacts = await diskArtifacts(${JSON.stringify(folder)}).load("enrolment");
      const pool = proverPool({ size: 2 });
      await Promise.all([1, 2].map(() => prove(pool, artifacts, tinyWitness())));
      console.log(JSON.stringify(pool.stats().workers.map(({ pid }) => pid)));
      ${end}`;
    const file = join(folder, "pool.ts");
    // Nothing closed, nothing exited: it ends since nothing is left to do.
    await writeFile(file, program(""));
    const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 30_000 });
    const quiet = JSON.parse(stdout) as number[];
    expect(quiet.length).to.equal(2);
    await until("they ended with it", () => !quiet.some(isAlive));

    await writeFile(
      file,
      program("void prove(pool, artifacts, tinyWitness()); setTimeout(() => process.exit(), 50);"),
    );
    const ended = JSON.parse((await promisify(execFile)(process.execPath, [file])).stdout) as number[];
    await until("they ended with it", () => !ended.some(isAlive));

    await writeFile(
      file,
      program("void prove(pool, artifacts, tinyWitness()); setInterval(() => {}, 1000);"),
    );
    const parent = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "ignore"] });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const orphans = JSON.parse(line.toString()) as number[];
    parent.kill("SIGKILL");
    await until("they ended with it", () => !orphans.some(isAlive));
  });

  it("proves a real day, several at once", async function () {
    const day = await glucoseDay();
    if (day === undefined) {
      console.log("      skipped: glucose-day is not built; npx hardhat circuits build");
      this.skip();
    }
    open({ size: 2 });
    const proofs = await Promise.all([1, 2].map(() => prove(pool, day.artifacts, day.witness)));
    expect(new Set(proofs.map(({ proof }) => String(proof.a))).size).to.equal(2);
    expect(pool.stats()).to.include({ done: 2, started: 2 });
  });

  it("refuses options that are no numbers above their least, naming them", () => {
    open();
    for (const options of [
      { size: 0 },
      { maxQueue: -1 },
      { memoryMiB: 1.5 },
      { proofsPerWorker: Number.NaN },
    ]) {
      expect(
        codeThrown(() => proverPool(options)),
        JSON.stringify(options),
      ).to.equal("INVALID_ARGUMENT");
    }
  });
});
