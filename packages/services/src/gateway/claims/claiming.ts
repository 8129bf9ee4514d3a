// SPDX-License-Identifier: GPL-3.0-or-later
import { httpRelayer, VitalproofError } from "@vitalproof/sdk";
import { proverPool } from "@vitalproof/sdk/node";
import { type ChainAccount, Sender } from "../../chain/index.ts";
import type { ServicesConfig } from "../../config.ts";
import {
  isShared,
  migrateJobs,
  openQueue,
  type QueueState,
  queueOf,
  type StepQueue,
} from "../../jobs/index.ts";
import { openSigner } from "../../keys/index.ts";
import { accountProblems } from "../../operate/accountProblems.ts";
import type { Installation } from "../../operate/installation.ts";
import type { Logger } from "../../operate/logger.ts";
import type { Duty } from "../../operate/loop.ts";
import { sending } from "../../operate/sending.ts";
import type { Problem } from "../../operate/status.ts";
import type { GatewayConfig } from "../config.ts";
import { serviceOptions } from "../serviceOptions.ts";
import { CLAIM_WAITS, ClaimDuty, type ClaimWaits } from "./claimDuty.ts";
import type { ProofStep } from "./claimProver.ts";
import { claimsState, type PolicyState } from "./claimsState.ts";
import { OfferDuty } from "./offerDuty.ts";
import { PeriodDuty } from "./periodDuty.ts";
import { PolicyDuty } from "./policyDuty.ts";
import { claimProverOf, PROOFS, type ProvingOptions } from "./proving.ts";
import { paidBy, relayed, type Submitter } from "./submitter.ts";

/** Milliseconds between two looks for policies, and for claims and proofs that are due. */
const FIND = 60_000;
const LOOK = 5_000;
/** Milliseconds for a relayer's answer. It may wait longer for a block, and is asked again then. */
const PATIENCE = 8_000;

export type ClaimingOptions = Omit<ProvingOptions, "prover"> & {
  readonly log: Logger;
  /** Unix seconds; undefined while no clock is believed. */
  readonly time: () => Promise<number | undefined>;
};

/** The claims of a gateway that runs. */
export type Claiming = {
  readonly duties: readonly Duty[];
  state(): Promise<readonly PolicyState[]>;
  /** What keeps the account that sends claims from sending. */
  problems(): Promise<readonly Problem[]>;
  /** Proofs that are to be made. */
  queue(): Promise<QueueState>;
};

/**
 * Assembles what claims need of a gateway. What it opens ends with the installation.
 * @throws DOCUMENT_INVALID where nobody would prove; what opening keys, queue and relayer throw
 */
export async function startClaiming(
  on: Installation,
  own: GatewayConfig,
  config: ServicesConfig,
  options: ClaimingOptions,
): Promise<Claiming> {
  const { database, personKeys, people, chain, report, time } = options;
  const queue = await openProofs(on, own, config.store, options);
  const { submitter, duties, from } = await submitterOf(on, own, config.chain, options);
  const every = on.every(LOOK);
  const common = { database, chain, time, every };
  return {
    duties: [
      new PolicyDuty({
        database,
        chain,
        programs: own.programs ?? [],
        people: () => admitted(own, people),
        report,
        every: on.every(FIND),
      }),
      new PeriodDuty(common),
      new ClaimDuty({ ...common, personKeys, submitter, report, waits: waitsOf(on) }),
      new OfferDuty(database, queue, every),
      ...duties,
    ],
    state: () => claimsState(database),
    problems: () => accountProblems(database, from),
    queue: () => queue.state(),
  };
}

/** Whole seconds: the store has no others. */
function waitsOf(on: Installation): ClaimWaits {
  const seconds = (wait: number): number => Math.ceil(on.every(wait * 1_000) / 1_000);
  return { soon: seconds(CLAIM_WAITS.soon), later: seconds(CLAIM_WAITS.later) };
}

/** The queue of proofs, with provers of this process unless it has none. */
async function openProofs(
  on: Installation,
  { provers }: GatewayConfig,
  store: string,
  options: ClaimingOptions,
): Promise<StepQueue<ProofStep>> {
  await migrateJobs(store);
  const onFault = (duty: string, fault: unknown): void =>
    options.log.warn({ duty, err: fault }, "a proof waits");
  if (provers === 0) {
    if (!isShared(store)) throw noProver();
    const offers = await openQueue<ProofStep>(store, PROOFS, { onFault });
    on.ending(() => offers.close());
    return offers;
  }
  const prover = proverPool({ size: provers });
  on.ending(() => prover.close());
  const claimProver = claimProverOf({ ...options, prover });
  const queue = await queueOf<ProofStep>(store, PROOFS, {
    handler: (step, signal) => claimProver.prove(step, signal),
    concurrency: provers,
    onFault,
  });
  on.ending(() => queue.close());
  return queue;
}

/** People whose secrets the gateway has now. */
async function admitted(
  { people }: Pick<GatewayConfig, "people">,
  secrets: ProvingOptions["people"],
): Promise<{ person: string; secret: bigint }[]> {
  const found = await Promise.all(
    people.map(async ({ person }) => {
      try {
        return [{ person, secret: await secrets.secretOf(person) }];
      } catch (error) {
        // Admission says so in the status.
        if (VitalproofError.find(error, "STORE_FAILED") !== undefined) throw error;
        return [];
      }
    }),
  );
  return found.flat();
}

async function submitterOf(
  on: Installation,
  { relayer, account }: GatewayConfig,
  { id: chainId, contracts }: ServicesConfig["chain"],
  { database, clock, log }: ClaimingOptions,
): Promise<{
  readonly submitter: Submitter;
  readonly duties: readonly Duty[];
  readonly from: readonly ChainAccount[];
}> {
  if (relayer !== undefined) {
    const client = httpRelayer(relayer.url, { ...(await serviceOptions(relayer)), timeout: PATIENCE });
    return { submitter: relayed(client), duties: [], from: [] };
  }
  const signer = await openSigner(account!, { chainId });
  const from = { chainId, address: signer.address };
  const sender = new Sender({ database, signer, chainId, provider: on.provider, clock });
  return {
    submitter: paidBy(database, from, contracts.claims),
    duties: [sending("send", sender, on, log)],
    from: [from],
  };
}

function noProver(): VitalproofError {
  return new VitalproofError("DOCUMENT_INVALID", "gateway.provers is 0, and no other process can prove.", {
    hint: "Give the gateway a prover, or use PostgreSQL and run `vitalproof gateway prove` on another machine.",
  });
}
