// SPDX-License-Identifier: GPL-3.0-or-later
import { httpRelayer, VitalproofError } from "@vitalproof/sdk";
import { type ChainAccount, Sender } from "../../chain/index.ts";
import type { ServicesConfig } from "../../config.ts";
import type { QueueState } from "../../jobs/index.ts";
import { openSigner } from "../../keys/index.ts";
import { accountProblems } from "../../operate/accountProblems.ts";
import type { Installation } from "../../operate/installation.ts";
import type { Logger } from "../../operate/logger.ts";
import type { Duty } from "../../operate/loop.ts";
import { sending } from "../../operate/sending.ts";
import type { Problem } from "../../operate/status.ts";
import { openProofs } from "../../proving/proofQueue.ts";
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
  const queue = await openProofs<ProofStep>(on, {
    service: "gateway",
    queue: PROOFS,
    store: config.store,
    provers: own.provers,
    handlerOf: (prover) => {
      const claimProver = claimProverOf({ ...options, prover });
      return (step, signal) => claimProver.prove(step, signal);
    },
    log: options.log,
  });
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
