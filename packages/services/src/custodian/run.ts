// SPDX-License-Identifier: GPL-3.0-or-later
import { setTimeout } from "node:timers/promises";
import type { ArtifactLoader, Prover } from "@vitalproof/sdk";
import { CustodianPage, LedgerClient, ledgerEvents, type PageAddress } from "@vitalproof/sdk/ledger";
import type { ServicesConfig } from "../config.ts";
import { startServer } from "../http/server.ts";
import type { QueueSettings } from "../jobs/index.ts";
import { openSigner } from "../keys/index.ts";
import { Installation, type RunOptions } from "../operate/installation.ts";
import { Loop } from "../operate/loop.ts";
import { statusRoutes } from "../operate/statusRoutes.ts";
import { loaderOf, provingCircuits } from "../proving/circuits.ts";
import { openProofs } from "../proving/proofQueue.ts";
import { keysAlone } from "../proving/verificationKey.ts";
import type { CustodianConfig } from "./config.ts";
import { PageKeeper } from "./keeper.ts";
import { custodianMetrics } from "./metrics.ts";
import { custodianPartOf, type OpenPage, openPage } from "./open.ts";
import { claimPage, type PageStore } from "./pageStore.ts";
import { forgetProofs, PageProofs } from "./proofs/pageProofs.ts";
import { PageProver } from "./proofs/pageProver.ts";
import { PAGE_PROOFS, type PageProofStep } from "./proofs/proofTexts.ts";
import { custodianRoutes } from "./routes.ts";
import { type CustodianStatus, custodianStatus } from "./status.ts";

/** Milliseconds between two looks at page and chain. */
const LOOK = 12_000;
/** How long a round may go on when the service ends, in milliseconds. */
const END = 10_000;
/** Milliseconds between two looks for a proof, and between two offers of one. */
const PROOF_LOOK = 500;
const PROOF_OFFER = 5_000;
/** Milliseconds for which a proof is waited for. One of 1,024 accesses takes up to five minutes of a busy machine. */
const PROOF_PATIENCE = 20 * 60_000;

export interface CustodianRunOptions extends RunOptions {
  /**
   * What proves, and what it proves with. When left out, processes on this machine prove with the configuration's files.
   */
  readonly proving?: {
    readonly prover: Prover;
    readonly artifacts: ArtifactLoader;
    readonly queue?: Partial<QueueSettings>;
  };
}

/** A custodian that runs. */
export interface RunningCustodian {
  /** URL of its HTTP server. */
  readonly url: string;
  status(): Promise<CustodianStatus>;
  /** Waits some seconds for the running round, ends waiting requests, and closes the store. */
  close(): Promise<void>;
}

/**
 * Runs the custodian of one page: takes accesses, offers, consents and revocations over HTTP, and brings them to the chain in
 * batches that close by size or by time. It can be killed at any moment and started again. A page has one process: a second one
 * takes it over.
 *
 * @throws DOCUMENT_INVALID without a part for a custodian; NOT_ALLOWED for a store of another page; what opening keys, store
 *         and server throw
 */
export function runCustodian(
  config: ServicesConfig,
  options: CustodianRunOptions,
): Promise<RunningCustodian> {
  const own = custodianPartOf(config);
  return Installation.run("custodian", config, options, (on) => start(on, own, config, options));
}

async function start(
  on: Installation,
  own: CustodianConfig,
  { chain, artifacts, store: url }: ServicesConfig,
  { log, proving }: CustodianRunOptions,
): Promise<Pick<RunningCustodian, "url" | "status">> {
  const { database, provider, seconds: clock } = on;
  const address: PageAddress = { chainId: chain.id, ledger: own.ledger, page: own.page };
  const signer = (await openSigner(own.key, { chainId: chain.id })).connect(provider);
  const opened = await openPage(own, database, clock);
  const claim = async (before?: PageStore) => {
    const claimed = await claimPage(database, opened.personKeys, opened.name, before);
    await forgetProofs(claimed);
    return claimed;
  };
  // Claimed at the start, so that a wrong master key stops it here.
  const store = await claim();
  const { lag, decisionTime, offerTime } = own;
  const work = {
    chain: new LedgerClient(own.ledger, signer),
    events: ledgerEvents(own.ledger, provider),
    // The page only verifies.
    artifacts: proving?.artifacts ?? keysAlone(artifacts),
    circuits: own.circuits,
    ...(lag === undefined ? {} : { lag }),
    ...(decisionTime === undefined ? {} : { decisionTime }),
    ...(offerTime === undefined ? {} : { offerTime }),
    clock,
  };
  const { queue, proofs } = await proofsOf(on, own, { url, artifacts, opened, log, proving });
  const fresh = { fromBlock: own.fromBlock ?? chain.fromBlock ?? 0 };
  const count = custodianMetrics(on.metrics, () => status());
  const keeper = new PageKeeper({
    store,
    claim,
    open: (texts) =>
      CustodianPage.open({ ...work, store: texts, prover: proofs.over(texts) }, address, fresh),
    provider,
    closeEvery: own.closeEvery,
    clock,
    onHappened: ({ what, kind, hash, count: members, late }) => {
      log.info({ what, kind, transaction: hash, count: members, late }, "a batch");
      count.add(1, { what, kind });
    },
    onFault: (kind, fault) => log.error({ kind, err: fault }, "a kind of batch failed and is tried again"),
  });
  const began = Date.now();
  const loop = new Loop(
    [
      {
        name: "batches",
        every: on.every(LOOK),
        act: (signal) => endingWith(signal, on.every(END), () => keeper.act()),
      },
    ],
    (duty, fault) => log.error({ duty, err: fault }, "a duty failed and is tried again"),
  );
  const status = async (): Promise<CustodianStatus> =>
    custodianStatus({
      ...{ keeper, page: own.page, account: signer.address, states: loop.states },
      ...{ began, at: clock(), proofs: await queue.state(), proof: proofs.waiting },
    });
  const server = await startServer((app) => {
    app.register(custodianRoutes(keeper, address), { prefix: "/custodian" });
    app.register(statusRoutes(status));
  }, on.serverOptions("Vitalproof custodian"));
  on.ending(() => server.close());
  loop.start();
  on.ending(() => loop.stop());
  return { url: server.url, status };
}

type ProofsOptions = Pick<CustodianRunOptions, "log" | "proving"> & {
  /** Of the store. */
  readonly url: string;
  readonly artifacts: string;
  readonly opened: OpenPage;
};

/** The queue of this page's proofs, and what the page asks them of. */
async function proofsOf(
  on: Installation,
  { provers, folder }: CustodianConfig,
  { url, artifacts, opened, log, proving }: ProofsOptions,
) {
  const { database } = on;
  const { personKeys, name: page } = opened;
  const loader = proving?.artifacts ?? loaderOf(provingCircuits(artifacts, folder));
  const queue = await openProofs<PageProofStep>(on, {
    service: "custodian",
    queue: PAGE_PROOFS,
    store: url,
    provers,
    handlerOf: (prover) => {
      const pageProver = new PageProver({ database, personKeys, page, prover, artifacts: loader, log });
      return (step, signal) => pageProver.prove(step, signal);
    },
    ...(proving === undefined ? {} : { prover: proving.prover, settings: proving.queue ?? {} }),
    // The round that asked has had its time by then, and nobody waits for a proof any more.
    grace: 0,
    log,
  });
  const proofs = new PageProofs({
    queue,
    look: on.every(PROOF_LOOK),
    again: on.every(PROOF_OFFER),
    patience: on.every(PROOF_PATIENCE),
    clock: on.seconds,
  });
  on.ending(() => proofs.close());
  return { queue, proofs };
}

/**
 * Abandons a round that waits for a proof or a block when the service ends. Nothing is lost: what it made is stored, or made
 * again.
 */
async function endingWith(signal: AbortSignal, patience: number, act: () => Promise<void>): Promise<boolean> {
  const round = act();
  const settled = round.then(
    () => undefined,
    () => undefined,
  );
  const ended = new AbortController();
  const left = new Promise<void>((resolve) => {
    const end = (): void => {
      const { signal: isOver } = ended;
      setTimeout(patience, undefined, { signal: isOver, ref: false }).then(resolve, () => resolve());
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true, signal: ended.signal });
  });
  try {
    await Promise.race([settled, left]);
  } finally {
    ended.abort();
  }
  if (!signal.aborted) await round;
  return false;
}
