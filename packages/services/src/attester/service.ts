// SPDX-License-Identifier: GPL-3.0-or-later
import { AnchorClient, Attester, ClaimsClient, type Group, VitalproofError } from "@vitalproof/sdk";
import { threadedAnchorTree } from "@vitalproof/sdk/node";
import { type ChainAccount, openProvider, Sender } from "../chain/index.ts";
import type { ServicesConfig } from "../config.ts";
import { accessList } from "../http/access.ts";
import { type Server, startServer } from "../http/server.ts";
import { openSigner, type ServiceSigner } from "../keys/index.ts";
import { bind } from "../operate/bind.ts";
import { kept } from "../operate/kept.ts";
import type { Logger } from "../operate/logger.ts";
import { Loop } from "../operate/loop.ts";
import { Metrics } from "../operate/metrics.ts";
import { serverOptionsOf } from "../operate/serverOptions.ts";
import { statusRoutes } from "../operate/statusRoutes.ts";
import { type Database, migrate, openDatabase } from "../store/index.ts";
import { AnchorDays } from "./anchorDays.ts";
import { attesterBackend } from "./backend.ts";
import { enrolmentKey } from "./enrolmentKey.ts";
import { GroupSigner } from "./groupSigner.ts";
import { handOver } from "./handOver.ts";
import { attesterMetrics } from "./metrics.ts";
import { attesterRoutes } from "./routes.ts";
import { sqlRecords } from "./sqlRecords.ts";
import { type AttesterStatus, attesterStatus } from "./status.ts";

/** Milliseconds between two looks. */
const LOOK = { anchor: 10_000, send: 3_000, handOver: 60_000 } as const;

/** Milliseconds for which a status holds: several metrics are of one. */
const STATUS_KEPT = 1_000;

export interface RunOptions {
  readonly log: Logger;
  /** Unix seconds; the system's when left out. */
  readonly clock?: () => number;
  /** Milliseconds between two looks of each duty, for tests; divided by this. */
  readonly hurry?: number;
}

/** A service that runs. */
export interface RunningAttester {
  /** Of its HTTP server. */
  readonly url: string;
  status(): Promise<AttesterStatus>;
  /** Ends steps that run and requests that wait, then closes the store. */
  close(): Promise<void>;
}

/**
 * Runs an attester: accepts heads over HTTP, closes days, has their roots written to the chain and hands out paths. It
 * can be killed at any moment and started again; several processes may run on one store.
 *
 * @throws NOT_ALLOWED for a key that is not the group's attester, or a store of another group; what opening key, store and
 *         server throw
 */
export async function runAttester(config: ServicesConfig, options: RunOptions): Promise<RunningAttester> {
  const { attester: own, chain, access } = config;
  if (own === undefined) {
    throw new VitalproofError("DOCUMENT_INVALID", "The configuration has no part for an attester.", {
      hint: "Add the member attester with group and key.",
    });
  }
  const { log, clock = () => Date.now() / 1000, hurry = 1 } = options;
  const seconds = () => Math.floor(clock());
  const closing: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closing.splice(0).reverse()) await each();
  };
  try {
    const database = await openDatabase(config.store);
    closing.push(() => database.close());
    await migrate(database);
    await bind(database, "attester", {
      chain: String(chain.id),
      anchors: chain.contracts.anchors,
      group: String(own.group),
    });
    const provider = openProvider(chain.rpc, chain.id);
    closing.push(() => provider.destroy());
    const anchors = new AnchorClient(chain.contracts.anchors, provider);
    const group = await anchors.group(own.group);
    const keys = await keysOf(config);
    const signer = await GroupSigner.open(keys, anchors, own.group);
    const attester = attesterOf(database, { config, group, signer, seconds });
    const account = (): ChainAccount => ({ chainId: chain.id, address: signer.address });
    const days = new AnchorDays({
      attester,
      correctionTime: group.correctionTime,
      database,
      anchors,
      account,
      onProblem: (day, problem) => log.error({ day, problem }, "a day needs an operator"),
    });
    const senders = keys.map(
      (key) => new Sender({ database, signer: key, chainId: chain.id, provider, clock: seconds }),
    );
    const loop = new Loop(
      [
        { name: "anchor", every: LOOK.anchor / hurry, act: () => days.advance() },
        ...senders.map((sender, i) => ({
          name: i === 0 ? "send" : "send with the next key",
          every: LOOK.send / hurry,
          act: async () => {
            const { problem } = await sender.advance();
            if (problem !== undefined) log.warn({ problem: problem.kind }, "transactions wait");
            return false;
          },
        })),
        {
          name: "hand over",
          every: LOOK.handOver / hurry,
          act: () =>
            handOver({ anchors, database, signer, group: own.group, chainId: chain.id, clock: seconds }),
        },
      ],
      (duty, fault) => log.error({ duty, err: fault }, "a duty failed and is tried again"),
    );
    const status = kept(STATUS_KEPT, () =>
      attesterStatus({ database, days, loop, signer, attester, group, chainId: chain.id, clock: seconds }),
    );
    const metrics = new Metrics();
    attesterMetrics(metrics, status);
    const claims = new ClaimsClient(chain.contracts.claims, provider);
    const backend = attesterBackend({
      attester,
      info: () => ({ attester: signer.address, times: group }),
      claims,
      publishLeaves: own.publishLeaves ?? false,
      verificationKey: await enrolmentKey(config.artifacts),
    });
    const server: Server = await startServer(
      (app) => {
        app.register(attesterRoutes(backend), {
          prefix: "/attester",
        });
        app.register(statusRoutes(status));
      },
      {
        ...serverOptionsOf(config.http),
        access: accessList(access, clock),
        checks: {
          store: () => database.reads.selectFrom("attester_day").select("day").limit(1).execute(),
          chain: () => provider.getBlockNumber(),
        },
        metrics,
        log,
        title: "Vitalproof attester",
      },
    );
    closing.push(() => server.close());
    loop.start();
    closing.push(() => loop.stop());
    log.info({ group: String(own.group), attester: signer.address }, "the attester runs");
    return { url: server.url, status, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function keysOf({ attester, chain }: ServicesConfig): Promise<ServiceSigner[]> {
  const configs = [attester!.key, attester!.nextKey].filter((each) => each !== undefined);
  return Promise.all(configs.map((each) => openSigner(each, { chainId: chain.id })));
}

function attesterOf(
  database: Database,
  on: { config: ServicesConfig; group: Group; signer: GroupSigner; seconds: () => number },
): Attester {
  const { config, group, signer, seconds } = on;
  return new Attester({
    records: sqlRecords(database, seconds),
    group: config.attester!.group,
    times: group,
    domain: { chainId: config.chain.id, anchors: config.chain.contracts.anchors },
    signer,
    clock: seconds,
    treeOf: threadedAnchorTree,
  });
}
