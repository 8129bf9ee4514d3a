// SPDX-License-Identifier: GPL-3.0-or-later
//
// The worker in which proofs are made. It ends with its job: `proverClient` terminates it, and with it its memory, which
// held readings and the secret.
import { snarkjsProver } from "@vitalproof/sdk";
import { cachedArtifacts, type ResponseCache } from "./artifactCache.ts";
import type { FromWorker, ProofJob } from "./proverProtocol.ts";
import { serveProof } from "./proverService.ts";

const CACHE = "vitalproof-artifacts-1";

/** What of a dedicated worker's scope is used; TypeScript's own types of it exclude the page's. */
type Scope = {
  addEventListener(type: "message", listener: (event: { data: ProofJob }) => void): void;
  postMessage(message: FromWorker): void;
};

const scope = globalThis as unknown as Scope;

/** undefined where the browser has no cache or refuses it: then every proof downloads its key. */
async function openCache(): Promise<ResponseCache | undefined> {
  if (globalThis.caches === undefined) return undefined;
  return caches.open(CACHE).catch(() => undefined);
}

scope.addEventListener("message", ({ data }) => {
  const parts = {
    prover: snarkjsProver(),
    loader: async ({ artifacts, manifests }: ProofJob, onDownload: (bytes: number, of?: number) => void) =>
      cachedArtifacts(artifacts, manifests, { cache: await openCache(), onDownload }),
  };
  void serveProof(data, parts, (message) => scope.postMessage(message));
});
