// SPDX-License-Identifier: GPL-3.0-or-later
//
// A custodian and its provers, killed at each durable step between an access and its batch on the chain. Proofs are simulated.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VitalproofError, type Witness } from "@vitalproof/sdk";
import { expect } from "chai";
import { toBeHex } from "ethers";
import pg from "pg";
import { takesItsBlocksAlong } from "../../../test/contracts/support/network.ts";
import { keysAlone, simulatingProver } from "../../../test/support/ledgerProver.ts";
import { openPage } from "../src/custodian/open.ts";
import { PROOF_TEXTS, provenText, witnessIn } from "../src/custodian/proofs/proofTexts.ts";
import { migrateJobs, type RunningCustodian, runCustodianProver } from "../src/index.ts";
import { isShared } from "../src/jobs/index.ts";
import { sealedStore } from "../src/sealed/index.ts";
import type { Database } from "../src/store/index.ts";
import { Custodians } from "./support/custodians.ts";
import { until } from "./support/installations.ts";
import { until as holds } from "./support/jobs.ts";
import { Killed } from "./support/killed.ts";
import type { Aim, Mark } from "./support/marks.ts";
import { codeOf } from "./support/rejection.ts";
import { onBothStores } from "./support/stores.ts";

const LONG = process.env.LONG !== undefined;
const CIRCUITS = join(import.meta.dirname, "../../../build/circuits");
const PROGRAM = join(import.meta.dirname, "fixtures/custodianProcess.ts");
/** Milliseconds after which a process is killed that never comes to its mark: the long form has marks that come after the batch. */
const MOST = LONG ? 10_000 : 60_000;

const at = (mark: Mark, ...passes: readonly number[]): Aim[] => passes.map((pass) => ({ mark, pass }));
/** Steps of the store from the start of a custodian to its batch: claims, nonce, what is to be proven, proof, batch. */
const STEPS = Array.from({ length: 14 }, (_, i) => i + 1);
const LONG_STEPS = ["begun", "written", "committed"].flatMap((phase) => at(`other:${phase}`, ...STEPS));
const OF_PROOF = [...at("proof:asked", 1), ...(LONG ? at("proof:made", 1) : [])];
const OF_PROVER = ["proof:asked", "page:committed", "page:written", "page:begun", "proof:made"] as const;

/** What the processes compile: each would take a second for it. */
const compiled = mkdtempSync(join(tmpdir(), "vitalproof-compiled-"));
after(() => rmSync(compiled, { recursive: true, force: true }));

onBothStores("custodians that are killed", (stores) => {
  takesItsBlocksAlong();
  let all: Custodians;
  let service: RunningCustodian;
  const ending: (() => Promise<unknown>)[] = [];
  beforeEach(async function () {
    this.timeout(20_000);
    all = await Custodians.create();
  });
  afterEach(async function () {
    this.timeout(20_000);
    for (const end of ending.splice(0).reverse()) await end();
    await all?.remove();
  });

  /** Programs that are killed at their marks, one after the other, and then live. */
  function killedAt(part: "run" | "prove", config: string, aims: readonly Aim[]): Killed {
    const markFile = join(all.folder, `${part}.marks`);
    writeFileSync(markFile, "");
    const killed = new Killed({
      args: [PROGRAM, part, config, join(all.folder, "clock"), join(all.folder, "nonces"), markFile],
      env: { NODE_COMPILE_CACHE: compiled },
      markFile,
    });
    const left = [...aims];
    const running = killed.run(() => {
      const aim = left.shift();
      return { most: MOST, aim, begun: true, spared: () => aim === undefined };
    });
    ending.push(async () => {
      await killed.end();
      await running;
    });
    return killed;
  }

  it("H8: at each step, with its provers: an access is logged once, and no nonce is for two batches", async function () {
    this.timeout(LONG ? 600_000 : 120_000);
    const store = await stores.fresh();
    const others = isShared(store);
    service = await all.start(store);
    await all.consents(service, 1);
    const ehr = all.as(service, "recorder");
    const accesses = [1, 2, 3].map((actor) => all.access(`access ${actor}`, { actor }));
    for (const access of accesses) await ehr.record(access);
    await all.end(service);
    await all.passUntil(all.nextClosing);
    writeFileSync(join(all.folder, "clock"), String(all.now));
    writeFileSync(join(all.folder, "nonces"), "");

    await migrateJobs(store);
    const config = await all.config(store, { provers: others ? 0 : 1 });
    const steps = LONG ? LONG_STEPS : at("other:committed", ...(others ? [7] : [8, 9]));
    const killed = [killedAt("run", config, others ? steps : [...OF_PROOF, ...steps])];
    const ofProver = OF_PROVER.slice(0, LONG ? undefined : 2);
    if (others)
      killed.push(
        killedAt(
          "prove",
          config,
          ofProver.flatMap((mark) => at(mark, 1)),
        ),
      );
    await holds(async () => (await all.logged()).length > 0, LONG ? 500_000 : 100_000);
    for (const end of ending.splice(0).reverse()) await end();
    expect(killed.flatMap(({ errors }) => errors)).to.deep.equal([]);
    const marks = killed.map(({ byMark }) => Object.fromEntries(byMark));
    if (LONG) console.log(JSON.stringify(marks));
    expect(Object.keys(marks.at(-1)!)).to.include.members(["proof:asked"]);

    service = await all.start(store);
    await until("nothing waits", async () => (await service.status()).waiting === 0);
    expect((await all.logged()).flat().map(({ actor }) => actor)).to.have.members([1, 2, 3]);
    for (const access of accesses) expect(await all.as(service, "recorder").record(access)).to.equal("known");
    const database = await stores.open(store);
    const keys = (await database.reads.selectFrom("document").select("key").execute()).map(({ key }) => key);
    const booked = keys.filter((key) => key.includes("/nonce/"));
    expect(booked.length, "batches that a killed process began").to.be.greaterThan(1);
    const content = new Map<string, string>();
    for (const line of readFileSync(join(all.folder, "nonces"), "utf8").trim().split("\n")) {
      const [nonce, digest] = line.split(" ") as [string, string];
      expect(content.get(nonce) ?? digest, "one nonce, one batch").to.equal(digest);
      content.set(nonce, digest);
      const hex = toBeHex(BigInt(nonce), 12).slice(2);
      expect(
        booked.some((key) => key.endsWith(`/${hex}`)),
        "booked before it is proven",
      ).to.equal(true);
    }
    expect(keys.filter((key) => key.startsWith(PROOF_TEXTS))).to.deep.equal([]);
  });

  it("H8: what is to be proven is sealed, a failure is said, and a false proof goes nowhere", async function () {
    this.timeout(30_000);
    const store = await stores.fresh();
    const honest = simulatingProver();
    let prove = honest.prove;
    service = await all.start(store, { prover: { prove: (...args) => prove(...args) } });
    await all.consents(service, 1);
    const database = await stores.open(store);
    const texts = async () => {
      const { custodian } = await all.configOf(store);
      const { personKeys, name } = await openPage(custodian!, database, () => all.now);
      return sealedStore(database, personKeys, name);
    };
    const problem = async () => (await service.status()).problems[0]?.what ?? "";

    const asked: Witness[] = [];
    prove = async (_, witness) => {
      asked.push(witness);
      throw new VitalproofError("PROVING_FAILED", "It took too much memory.");
    };
    await all.as(service, "recorder").record(all.access("one", { actor: 1 }));
    await all.passUntil(all.nextClosing);
    await until("the failure is said", async () => (await problem()).includes("PROVING_FAILED"));
    expect((await all.logged()).length).to.equal(0);

    // Another prover with the master key writes what is no proof.
    let release: (error: Error) => void = () => undefined;
    const stuck = new Promise<never>((_, reject) => {
      release = reject;
    });
    let isAsked = false;
    prove = (_, witness) => {
      isAsked = true;
      asked.push(witness);
      return stuck;
    };
    await until("a proof is asked for", () => isAsked);
    const held = await proofTextsOf(database);
    expect(held.map(({ key }) => key.split("/").at(-1))).to.deep.equal(["input"]);
    const { audit, nonce } = asked.at(-1)!.circuitInput();
    const jobs = await jobsOf(store);
    for (const secret of [nonce, (audit as bigint[])[0]].map(String)) {
      for (const { sealed } of held) expect(Buffer.from(sealed).toString("latin1")).not.to.include(secret);
      for (const text of [jobs, all.lines.join("\n")]) expect(text).not.to.include(secret);
    }
    const own = await texts();
    const [key] = (await own.keys(PROOF_TEXTS)).filter((each) => each.endsWith("/input"));
    const artifacts = await keysAlone.load("access-batch-64");
    const { proof, publicInputs } = await honest.prove(artifacts, witnessIn((await own.read(key!))!));
    await own.write(
      key!.replace(/input$/, "result"),
      provenText({ proof: { ...proof, c: proof.a }, publicInputs }),
    );
    await until("it is refused", () => all.lines.some((line) => line.includes("PROOF_INVALID")));
    release(new VitalproofError("PROVING_FAILED", "It is given up."));
    expect((await all.logged()).length).to.equal(0);
    prove = async () => {
      throw new VitalproofError("WITNESS_REJECTED", "It does not hold.");
    };
    await until("it is given up at once", () =>
      all.lines.some((line) => line.includes("a kind of batch failed") && line.includes("WITNESS_REJECTED")),
    );
    expect((await all.logged()).length).to.equal(0);
    prove = honest.prove;
    await until("it is logged", async () => (await all.logged()).length === 1);
    await until("nothing waits", async () => (await service.status()).waiting === 0);
    expect((await all.logged()).flat().map(({ actor }) => actor)).to.deep.equal([1]);
    expect(await (await texts()).keys(PROOF_TEXTS)).to.deep.equal([]);
  });

  it("without a prover a batch waits, and the status says so", async function () {
    this.timeout(20_000);
    const store = await stores.fresh();
    service = await all.start(store);
    await all.consents(service, 1);
    await all.as(service, "recorder").record(all.access("one"));
    await all.end(service);
    await all.passUntil(all.nextClosing);
    if (stores.postgres === undefined) {
      expect(await codeOf(all.start(store, { provers: 0 }))).to.equal("DOCUMENT_INVALID");
      const config = await all.configOf(store);
      expect(await codeOf((async () => runCustodianProver(config, { log: all.log }))())).to.equal(
        "DOCUMENT_INVALID",
      );
      return;
    }
    const database = await stores.open(store);
    service = await all.start(store, { provers: 0 });
    // Not by the queue's figure: a step of the consents' proof that was offered twice waits there too.
    await until("the batch is to be proven", async () => (await proofTextsOf(database)).length === 1);
    expect((await service.status()).problems).to.deep.equal([]);
    await all.passUntil(all.now + 301);
    const [problem] = (await service.status()).problems;
    expect(problem?.what).to.equal("A batch has waited for a prover for 5 minutes.");
    expect(problem?.todo).to.include("vitalproof custodian prove");
    // One that lacks the circuits' files says so through the store.
    const prover = await runCustodianProver(await all.configOf(store), { log: all.log });
    await until("the prover fails", async () => {
      const [first] = (await service.status()).problems;
      return first?.what === "Batches of accesses cannot be made or sent (ARTIFACT_MISSING).";
    });
    await prover.close();
  });

  // Real proofs take half a minute each.
  (LONG ? it : it.skip)(
    "real proofs of a revocation and of accesses come through the queue",
    async function () {
      this.timeout(600_000);
      const store = await stores.fresh();
      service = await all.start(store);
      await all.consents(service, 2);
      await all.as(service, "recorder").record(all.access("one", { actor: 1 }));
      await all.as(service, "recorder").record(all.access("two", { slot: 1, actor: 2 }));
      await all.end(service);
      const real = { folder: CIRCUITS, provers: isShared(store) ? 0 : 1 };
      service = await all.start(store, { prover: "real", ...real });
      if (isShared(store)) {
        const prover = await runCustodianProver(await all.configOf(store, real), { log: all.log });
        ending.push(() => prover.close());
      }
      await all.isReady(service);
      await all.as(service, "operator").revoke({ address: all.address, slot: 1, secret: all.secretOf(1) });
      await holds(async () => (await all.page()).live === 1n, 300_000);
      await all.passUntil(all.nextClosing);
      const logged = async () => (await all.logged()).flat().map(({ actor }) => actor);
      await holds(async () => (await logged()).length === 2, 300_000);
      expect(await logged()).to.have.members([1, 2]);
      expect((await service.status()).problems).to.deep.equal([]);
    },
  );
});

/** What is stored of proofs that a page waits for. */
async function proofTextsOf({ reads }: Database) {
  const rows = await reads.selectFrom("document").select(["key", "sealed"]).execute();
  return rows.filter(({ key }) => key.startsWith(PROOF_TEXTS));
}

/** What the queue's tables say of jobs; nothing on SQLite. */
async function jobsOf(store: string): Promise<string> {
  if (!isShared(store)) return "";
  const client = new pg.Client(store);
  await client.connect();
  try {
    const { rows } = await client.query("select data, output, singleton_key from vitalproof_jobs.job");
    // Not exactly one: a step that takes long is offered again.
    expect(rows.length).to.be.greaterThan(0);
    for (const { data } of rows) expect(Object.keys(data)).to.deep.equal(["proof"]);
    return JSON.stringify(rows);
  } finally {
    await client.end();
  }
}
