// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { ServicesConfig } from "../config.ts";
import type { RunOptions } from "../operate/installation.ts";
import { loaderOf, provingCircuits } from "../proving/circuits.ts";
import { type RunningProver, runProofs } from "../proving/proofQueue.ts";
import { custodianPartOf, openPage } from "./open.ts";
import { PageProver } from "./proofs/pageProver.ts";
import { PAGE_PROOFS, type PageProofStep } from "./proofs/proofTexts.ts";

/**
 * Proves the batches of the custodian whose PostgreSQL store the configuration names: `runProofs`.
 * @throws DOCUMENT_INVALID without a part for a custodian, or with a store of one process; what opening keys and store throws
 */
export function runCustodianProver(config: ServicesConfig, options: RunOptions): Promise<RunningProver> {
  const own = custodianPartOf(config);
  return runProofs<PageProofStep>(config, options, {
    service: "custodian",
    queue: PAGE_PROOFS,
    // A page has one proof at a time.
    concurrency: 1,
    handlerOf: async ({ database, seconds }, prover) => {
      const { personKeys, name } = await openPage(own, database, seconds);
      // A wrong master key ends it here, and not each of its proofs. Before the custodian's first start there is no key yet.
      await personKeys.of(database.reads, name).catch((error: unknown) => {
        if (VitalproofError.find(error, "PERSON_KEY_MISSING") === undefined) throw error;
      });
      const artifacts = loaderOf(provingCircuits(config.artifacts, own.folder));
      const { log } = options;
      const pageProver = new PageProver({ database, personKeys, page: name, prover, artifacts, log });
      return (step, signal) => pageProver.prove(step, signal);
    },
  });
}
