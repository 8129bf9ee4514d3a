// SPDX-License-Identifier: GPL-3.0-or-later
import { CircuitClient, ClaimsClient, ConsentClient, VitalproofError } from "@vitalproof/sdk";
import { Sender } from "../chain/index.ts";
import type { ServicesConfig } from "../config.ts";
import { startServer } from "../http/server.ts";
import { openSigner } from "../keys/index.ts";
import { accountProblems } from "../operate/accountProblems.ts";
import { Installation, type RunOptions } from "../operate/installation.ts";
import { kept } from "../operate/kept.ts";
import { Loop } from "../operate/loop.ts";
import { dutyProblems, type Problem } from "../operate/status.ts";
import { statusRoutes } from "../operate/statusRoutes.ts";
import type { Database } from "../store/index.ts";
import type { RelayerConfig } from "./config.ts";
import { relayerRoutes } from "./routes.ts";
import { StoredRelayer } from "./service.ts";

/** Milliseconds between two rounds. */
const ROUND = 1_000;
/** Milliseconds for which a status holds: several metrics are of one. */
const STATUS_KEPT = 1_000;

/** How a relayer is doing. */
export interface RelayerStatus {
  readonly service: "relayer";
  /** Unix second. */
  readonly at: number;
  readonly accounts: readonly string[];
  /** Requests that wait for a transaction, are on their way, or have ended. */
  readonly requests: Readonly<Record<"waiting" | "sent" | "ended", number>>;
  readonly problems: readonly Problem[];
}

/** A relayer that runs. */
export interface RunningRelayer {
  /** Of its HTTP server. */
  readonly url: string;
  status(): Promise<RelayerStatus>;
  close(): Promise<void>;
}

/**
 * Runs a relayer: accepts claims, consents, revocations and payments over HTTP, and pays for their transactions. It can be
 * killed at any moment and started again; several processes may run on one store.
 * @throws DOCUMENT_INVALID without a part for a relayer; what opening keys, store and server throw
 */
export function runRelayer(config: ServicesConfig, options: RunOptions): Promise<RunningRelayer> {
  const own = partOf(config);
  return Installation.run("relayer", config, options, (on) => start(on, own, config, options));
}

async function start(
  on: Installation,
  own: RelayerConfig,
  { chain }: ServicesConfig,
  { log }: RunOptions,
): Promise<Pick<RunningRelayer, "url" | "status">> {
  const { database, provider, seconds: clock } = on;
  const { contracts } = chain;
  const keys = await Promise.all(own.keys.map((each) => openSigner(each, { chainId: chain.id })));
  const { free, requestsPerDay, gasPerDay, gather } = own;
  const relayer = new StoredRelayer({
    database,
    senders: keys.map((signer) => new Sender({ database, signer, chainId: chain.id, provider, clock })),
    provider,
    claims: new ClaimsClient(contracts.claims, provider),
    consents: new ConsentClient(contracts.consents, provider),
    circuits: new CircuitClient(contracts.circuits, provider),
    clock,
    policy: {
      ...(free === undefined ? {} : { free }),
      ...(requestsPerDay === undefined ? {} : { requestsPerDay }),
      ...(gasPerDay === undefined ? {} : { gasPerDay }),
    },
    times: gather === undefined ? {} : { gather },
  });
  const loop = new Loop(
    [{ name: "relay", every: on.every(ROUND), act: () => relayer.advance().then(() => false) }],
    (duty, fault) => log.error({ duty, err: fault }, "a duty failed and is tried again"),
  );
  const accounts = keys.map(({ address }) => address);
  const senders = accounts.map((address) => ({ chainId: chain.id, address }));
  const status = kept(
    on.every(STATUS_KEPT),
    async (): Promise<RelayerStatus> => ({
      service: "relayer",
      at: clock(),
      accounts,
      requests: await requestsIn(database),
      problems: [...(await accountProblems(database, senders)), ...dutyProblems(loop.states)],
    }),
  );
  for (const state of ["waiting", "sent", "ended"] as const) {
    on.metrics.gauge(
      { name: `relayer_requests_${state}`, help: `Requests whose state is ${state}` },
      async () => (await status()).requests[state],
    );
  }
  on.metrics.gauge(
    { name: "relayer_problems", help: "Problems that an operator has to look at" },
    async () => (await status()).problems.length,
  );
  const server = await startServer((app) => {
    app.register(relayerRoutes(relayer), { prefix: "/relayer" });
    app.register(statusRoutes(status));
  }, on.serverOptions("Vitalproof relayer"));
  on.ending(() => server.close());
  loop.start();
  on.ending(() => loop.stop());
  return { url: server.url, status };
}

async function requestsIn({ reads }: Database): Promise<RelayerStatus["requests"]> {
  const rows = await reads
    .selectFrom("relayer_request")
    .select(({ fn }) => ["state", fn.countAll().as("count")])
    .groupBy("state")
    .execute();
  const of = (state: string): number => Number(rows.find((row) => row.state === state)?.count ?? 0);
  return { waiting: of("waiting"), sent: of("sent"), ended: of("ended") };
}

function partOf({ relayer }: ServicesConfig): RelayerConfig {
  if (relayer !== undefined) return relayer;
  throw new VitalproofError("DOCUMENT_INVALID", "The configuration has no part for a relayer.", {
    hint: "Add the member relayer with keys.",
  });
}
