// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { proverPool } from "@vitalproof/sdk/node";
import type { ServicesConfig } from "../config.ts";
import { isShared, type WorkerState, workOn } from "../jobs/index.ts";
import { Installation, type RunOptions } from "../operate/installation.ts";
import { AttesterLink, groupsOf } from "./attesterLink.ts";
import { gatewayCircuits } from "./circuits.ts";
import type { ProofStep } from "./claims/claimProver.ts";
import { claimChainOf, claimProverOf, PROOFS } from "./claims/proving.ts";
import { reportTo } from "./notice.ts";
import { gatewayPartOf, openGateway } from "./open.ts";

/** A process that proves for gateways, and does nothing else. */
export interface RunningProver {
  state(): WorkerState;
  /** Lets the proofs that are made end, for ten seconds, and gives the others back. */
  close(): Promise<void>;
}

/**
 * Proves what gateways of one PostgreSQL store have to be proven, here or on any machine that has the store, the master key and
 * the circuits. It listens nowhere. It may be killed at any moment: another prover gets its proofs.
 *
 * @throws DOCUMENT_INVALID without a part for a gateway, or with a store of one process; what opening keys and store throws
 */
export function runProver(config: ServicesConfig, options: RunOptions): Promise<RunningProver> {
  const own = gatewayPartOf(config);
  if (!isShared(config.store)) {
    throw new VitalproofError("DOCUMENT_INVALID", "A prover of its own needs a store on PostgreSQL.", {
      hint: "On SQLite the gateway proves in its own process: gateway.provers says how many proofs at a time.",
    });
  }
  return Installation.run("gateway", config, options, async (on) => {
    const { database, provider, seconds } = on;
    const { log } = options;
    const { personKeys, people } = await openGateway(own, database, seconds);
    const groups = groupsOf(config.chain, provider);
    const links = await Promise.all(own.attesters.map((each) => AttesterLink.open(each, groups)));
    const concurrency = Math.max(1, own.provers);
    const prover = proverPool({ size: concurrency });
    on.ending(() => prover.close());
    const claimProver = claimProverOf({
      database,
      personKeys,
      people,
      links,
      chain: await claimChainOf(config.chain, provider),
      circuits: gatewayCircuits(config.artifacts, own.circuits),
      prover,
      report: reportTo(log),
      clock: seconds,
    });
    const worker = await workOn<ProofStep>(config.store, PROOFS, {
      handler: (step, signal) => claimProver.prove(step, signal),
      concurrency,
      onFault: (duty, fault) => log.warn({ duty, err: fault }, "a proof waits"),
    });
    on.ending(() => worker.close());
    return { state: () => worker.state() };
  });
}
