// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import {
  anchorDayOf,
  type ClaimRequest,
  createIdentity,
  type Log,
  memoryStore,
  type Prover,
  SimulatedDevice,
  scopeOf,
  snarkjsProver,
  termsForPeriod,
  termsOf,
  VitalproofError,
  verifyProof,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { cachedArtifacts, type ResponseCache } from "../../src/patient/artifactCache.ts";
import { needsOf, needsText } from "../../src/patient/needs.ts";
import { missingFeatures, proverClient } from "../../src/patient/proverClient.ts";
import {
  type FromWorker,
  failureOf,
  type ProofJob,
  type ProofProgress,
  type WorkerLike,
} from "../../src/patient/proverProtocol.ts";
import { type ProverParts, serveProof } from "../../src/patient/proverService.ts";
import { codeOf, FIRST_EPOCH, PROFILE, TestAttester } from "./helpers.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const CIRCUIT = "glucose-day";
const MANIFEST = at(`circuits/artifacts/${CIRCUIT}/manifest.json`);
const ZKEY = at(`build/circuits/${CIRCUIT}/${CIRCUIT}.zkey`);

type FakeWorker = WorkerLike & {
  terminated: boolean;
  jobs: ProofJob[];
  emit(type: string, event: unknown): void;
};

/** A worker without a thread: messages are cloned as between threads, and nothing arrives after its end. */
function fakeWorker(parts: ProverParts): FakeWorker {
  const listeners: { type: string; listener: (event: never) => void }[] = [];
  const worker: FakeWorker = {
    terminated: false,
    jobs: [],
    emit(type, event) {
      if (worker.terminated) return;
      for (const each of listeners) if (each.type === type) each.listener(event as never);
    },
    addEventListener: (type: string, listener: (event: never) => void) =>
      void listeners.push({ type, listener }),
    terminate() {
      worker.terminated = true;
    },
    postMessage(message) {
      const job = structuredClone(message);
      worker.jobs.push(job);
      void serveProof(job, parts, (answer: FromWorker) =>
        worker.emit("message", { data: structuredClone(answer) }),
      );
    },
  };
  return worker;
}

function memoryCache(): ResponseCache & { urls: Map<string, Response> } {
  const urls = new Map<string, Response>();
  return {
    urls,
    match: async (url) => urls.get(String(url))?.clone(),
    put: async (url, response) => {
      const bytes = await response.arrayBuffer();
      urls.set(String(url), new Response(bytes, { headers: { "content-length": String(bytes.byteLength) } }));
    },
    delete: async (url) => urls.delete(String(url)),
  };
}

describe("patient: proving in a worker", () => {
  const identity = createIdentity();
  const scope = scopeOf({
    chainId: 31337n,
    scopes: "0x000000000000000000000000000000000000005C",
    scopeNumber: 1n,
  });
  let request: ClaimRequest;
  let badDay: ClaimRequest;
  let job: Parameters<typeof failureOf>[0];
  const noLoader: ProverParts["loader"] = () => {
    throw new Error("nothing is to be loaded");
  };
  const endless: Prover = { prove: () => new Promise(() => undefined) };

  before(async () => {
    const attester = new TestAttester();
    const log: Log = await attester.logOfWeek(
      memoryStore(),
      identity.subject,
      new SimulatedDevice("p256"),
      3,
    );
    const terms = termsOf("time-in-range", { window: "1 day", unit: "mg/dL", offset: 0 });
    const requestOf = async (epoch: number): Promise<ClaimRequest> => ({
      circuit: CIRCUIT,
      terms: termsForPeriod(terms, epoch),
      scope,
      ...log.period(epoch, 1),
      path: await attester.anchoring.path(anchorDayOf(PROFILE, 0, epoch), log.leaf(epoch)),
    });
    request = await requestOf(FIRST_EPOCH);
    badDay = await requestOf(FIRST_EPOCH + 2);
    const task = { kind: "claim", secret: identity.secret(), request } as const;
    job = { id: 1, task, manifests: { [CIRCUIT]: readFileSync(MANIFEST, "utf8") } };
  });

  const clientWith = (worker: WorkerLike) =>
    proverClient({ artifacts: "http://x/artifacts", manifests: {}, worker: () => worker });

  it("names what the SDK refuses, before anything is downloaded", async () => {
    const worker = fakeWorker({ prover: endless, loader: noLoader });
    const task = { kind: "claim", secret: identity.secret(), request: badDay } as const;
    expect(await codeOf(clientWith(worker).prove(task))).to.equal("STATEMENT_NOT_MET");
    expect(worker.terminated).to.equal(true);
  });

  it("ends the worker when it is stopped, and hears nothing of it afterwards", async () => {
    const seen: ProofProgress[] = [];
    const worker = fakeWorker({
      prover: endless,
      loader: (_, onDownload) => {
        onDownload(5, 10);
        return { load: () => new Promise(() => undefined) };
      },
    });
    const stop = new AbortController();
    const task = { kind: "claim", secret: identity.secret(), request } as const;
    let begun!: () => void;
    const downloading = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const run = clientWith(worker).prove(task, {
      signal: stop.signal,
      onProgress: (progress) => {
        seen.push(progress);
        begun();
      },
    });
    await Promise.race([run, downloading]);
    expect(seen).to.deep.equal([{ phase: "download", bytes: 5, of: 10 }]);
    stop.abort();
    expect(await codeOf(run)).to.equal("ABORTED");
    expect(worker.terminated).to.equal(true);
    expect(await codeOf(clientWith(worker).prove(task, { signal: stop.signal }))).to.equal("ABORTED");
  });

  it("says when memory is short, in every engine's words, how much it takes", () => {
    const internal = Object.assign(new Error("allocation size overflow"), { name: "InternalError" });
    for (const error of [
      // Chrome and Edge
      new RangeError("Array buffer allocation failed"),
      new RangeError("Invalid typed array length: 4294967296"),
      new RangeError("WebAssembly.Memory(): could not allocate memory"),
      new RangeError("WebAssembly.Memory.grow(): Maximum memory size exceeded"),
      new RangeError(
        "WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory for new instance",
      ),
      // Firefox
      internal,
      "out of memory",
      new RangeError("invalid array length"),
      new RangeError("too large typed array"),
      // Safari
      new RangeError("Out of memory"),
      new RangeError("length too large for an Array"),
      // as the SDK hands it on
      new VitalproofError("PROVING_FAILED", "The prover failed.", {
        cause: new Error("task failed", { cause: new RangeError("Array buffer allocation failed") }),
      }),
    ]) {
      const { code, message, hint } = failureOf(job, error);
      expect([code, message], String(error)).to.deep.equal([
        "PROVING_FAILED",
        "There is not enough memory for the proof.",
      ]);
      expect(hint).to.contain("glucose-day takes about 400 MiB").and.to.contain("Nothing was sent");
    }
    for (const error of [
      new Error("the readings do not meet the terms"),
      new VitalproofError("ARTIFACT_MISMATCH", "glucose-day.zkey of glucose-day is not the file."),
      new RangeError("Maximum call stack size exceeded"),
      new TypeError("undefined is not a function"),
    ])
      expect(failureOf(job, error).message, String(error)).not.to.contain("memory");
  });

  it("says what a proof takes before it begins", () => {
    const manifest = (domain: number, bytes: number): string => JSON.stringify({ domain, key: { bytes } });
    expect(needsOf(manifest(10, 300_000))).to.deep.equal({ download: 2_200_000, memory: 400 });
    expect(needsOf(manifest(14, 7_698_524))?.memory).to.equal(400);
    expect(needsOf(manifest(15, 1))?.memory).to.equal(500);
    expect(needsOf(manifest(16, 1))?.memory).to.equal(600);
    for (const none of [undefined, "", "{}", "null"]) expect(needsOf(none)).to.equal(undefined);
    expect(needsText(needsOf(manifest(14, 7_698_524))!))
      .to.contain("10 MB")
      .and.to.contain("400 MiB");
  });

  it("says when the worker dies or something is missing", async () => {
    const strange = failureOf(job, new Error("value 123456 of salt"));
    expect(JSON.stringify(strange)).not.to.contain("123456");
    const worker = fakeWorker({
      prover: endless,
      loader: () => ({ load: () => new Promise(() => undefined) }),
    });
    const run = clientWith(worker).prove({ kind: "claim", secret: identity.secret(), request });
    worker.emit("error", {});
    const dead = await run.then(
      () => undefined,
      (error: VitalproofError) => error,
    );
    expect(dead?.code).to.equal("PROVING_FAILED");
    expect(dead?.hint).to.contain("memory");
    expect(worker.terminated).to.equal(true);
    const refusing = proverClient({
      artifacts: "",
      manifests: {},
      worker: () => {
        throw new Error("SecurityError");
      },
    });
    expect(await codeOf(refusing.prove({ kind: "claim", secret: 1n, request }))).to.equal("PROVING_FAILED");
    expect(missingFeatures()).to.deep.equal([]);
    expect(missingFeatures({ crypto: 1, BigInt: 1, ReadableStream: 1, TransformStream: 1 })).to.deep.equal([
      "WebAssembly",
    ]);
  });

  describe("with the circuit", () => {
    let server: Server;
    let base: string;
    let downloads = 0;
    const manifests = { [CIRCUIT]: "" };

    before(async function () {
      if (!existsSync(ZKEY)) {
        console.log(`      skipped: ${CIRCUIT} is not built (npx hardhat circuits build)`);
        this.skip();
      }
      manifests[CIRCUIT] = readFileSync(MANIFEST, "utf8");
      server = createServer((asked, answer) => {
        downloads += 1;
        const file = String(asked.url).split("/").at(-1)!;
        const folder = file.endsWith(".json") ? "circuits/artifacts" : "build/circuits";
        const bytes = readFileSync(at(`${folder}/${CIRCUIT}/${file}`));
        answer.writeHead(200, { "content-length": bytes.length }).end(bytes);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/artifacts`;
    });

    after(() => {
      server?.closeAllConnections();
      server?.close();
    });

    it("loads over HTTP with bytes, from the cache without, and again when the cache was changed", async () => {
      const cache = memoryCache();
      const seen: (number | undefined)[][] = [];
      const load = () => {
        const loader = cachedArtifacts(base, manifests, { cache, onDownload: (...each) => seen.push(each) });
        return loader.load(CIRCUIT);
      };
      const first = await load();
      expect(downloads).to.equal(3);
      const [bytes, of] = seen.at(-1)!;
      expect(bytes).to.equal(of).and.to.be.greaterThan(1_000_000);
      const second = await load();
      expect(downloads).to.equal(3);
      expect((second.zkey as Uint8Array).length).to.equal((first.zkey as Uint8Array).length);
      const key = [...cache.urls.keys()].find((url) => url.endsWith(".zkey"))!;
      cache.urls.set(key, new Response(new Uint8Array(100)));
      await load();
      expect(downloads).to.equal(6);
      const wrong = { [CIRCUIT]: manifests[CIRCUIT]!.replace(/("zkey": ")[0-9a-f]{8}/, "$100000000") };
      expect(await codeOf(cachedArtifacts(base, wrong, { cache }).load(CIRCUIT))).to.equal(
        "ARTIFACT_MISMATCH",
      );
    });

    it("proves a glucose day end to end, and the proof verifies", async function () {
      this.timeout(120_000);
      const cache = memoryCache();
      const worker = fakeWorker({
        prover: snarkjsProver(),
        loader: (job, onDownload) => cachedArtifacts(job.artifacts, job.manifests, { cache, onDownload }),
      });
      const phases: string[] = [];
      const client = proverClient({ artifacts: base, manifests, worker: () => worker });
      const result = await client.prove(
        { kind: "claim", secret: identity.secret(), request },
        { onProgress: ({ phase }) => phases.push(phase) },
      );
      expect([...new Set(phases)]).to.deep.equal(["download", "witness", "proof", "verification"]);
      expect(result.publicInputs.slice(0, 2)).to.deep.equal([identity.holder(scope), request.path.root]);
      const { verificationKey } = await cachedArtifacts(base, manifests, { cache }).load(CIRCUIT);
      verifyProof(verificationKey, result.publicInputs, result.proof);
      expect(worker.terminated).to.equal(true);
    });
  });
});
