// SPDX-License-Identifier: GPL-3.0-or-later
import { type ArtifactLoader, type Prover, prove, witnessOf } from "@vitalproof/sdk";
import { ownSlotWitness } from "@vitalproof/sdk/ledger";
import type { Downloaded } from "./artifactCache.ts";
import { type FromWorker, failureOf, type ProofJob } from "./proverProtocol.ts";

export type ProverParts = {
  prover: Prover;
  loader(job: ProofJob, onDownload: Downloaded): ArtifactLoader | Promise<ArtifactLoader>;
};

/**
 * The worker's side: runs one job to its end and reports progress. It never throws. A failure is posted as plain data.
 * Checks the witness before it downloads anything, so that a refusal comes at once.
 */
export async function serveProof(
  job: ProofJob,
  { prover, loader }: ProverParts,
  post: (message: FromWorker) => void,
): Promise<void> {
  const { id } = job;
  try {
    const { task } = job;
    const witness = task.kind === "own-slot" ? ownSlotWitness(task.request) : witnessOf(task);
    const onDownload: Downloaded = (bytes, of) =>
      post({ type: "progress", id, progress: { phase: "download", bytes, of } });
    const artifacts = await (await loader(job, onDownload)).load(witness.circuit);
    const result = await prove(prover, artifacts, witness, {
      onProgress: ({ phase, elapsedMs }) => post({ type: "progress", id, progress: { phase, elapsedMs } }),
    });
    post({ type: "done", id, result });
  } catch (error) {
    post(failureOf(job, error));
  }
}
