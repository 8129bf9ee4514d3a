// SPDX-License-Identifier: GPL-3.0-or-later
import type { Config } from "../config/config.ts";
import { MANIFESTS } from "./manifests.ts";
import { type ProverClient, proverClient } from "./proverClient.ts";
import type { WorkerLike } from "./proverProtocol.ts";

/** Proves in a worker of the page, with the artifacts that the configuration names. */
export function pageProver(config: Pick<Config, "artifacts">): ProverClient {
  return proverClient({
    artifacts: new URL(config.artifacts, document.baseURI).href,
    manifests: MANIFESTS,
    worker: () =>
      new Worker(new URL("./provingWorker.ts", import.meta.url), {
        type: "module",
      }) as unknown as WorkerLike,
  });
}
