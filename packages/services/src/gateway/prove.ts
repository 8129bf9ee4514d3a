// SPDX-License-Identifier: GPL-3.0-or-later
import type { ServicesConfig } from "../config.ts";
import type { RunOptions } from "../operate/installation.ts";
import { provingCircuits } from "../proving/circuits.ts";
import { type RunningProver, runProofs } from "../proving/proofQueue.ts";
import { AttesterLink, groupsOf } from "./attesterLink.ts";
import type { ProofStep } from "./claims/claimProver.ts";
import { claimChainOf, claimProverOf, PROOFS } from "./claims/proving.ts";
import { reportTo } from "./notice.ts";
import { gatewayPartOf, openGateway } from "./open.ts";

/**
 * Proves what gateways of one PostgreSQL store have to be proven: `runProofs`.
 * @throws DOCUMENT_INVALID without a part for a gateway, or with a store of one process; what opening keys and store throws
 */
export function runProver(config: ServicesConfig, options: RunOptions): Promise<RunningProver> {
  const own = gatewayPartOf(config);
  return runProofs<ProofStep>(config, options, {
    service: "gateway",
    queue: PROOFS,
    concurrency: Math.max(1, own.provers),
    handlerOf: async ({ database, provider, seconds }, prover) => {
      const { personKeys, people } = await openGateway(own, database, seconds);
      const groups = groupsOf(config.chain, provider);
      const claimProver = claimProverOf({
        database,
        personKeys,
        people,
        links: await Promise.all(own.attesters.map((each) => AttesterLink.open(each, groups))),
        chain: await claimChainOf(config.chain, provider),
        circuits: provingCircuits(config.artifacts, own.circuits),
        prover,
        report: reportTo(options.log),
        clock: seconds,
      });
      return (step, signal) => claimProver.prove(step, signal);
    },
  });
}
