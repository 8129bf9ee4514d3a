// SPDX-License-Identifier: GPL-3.0-or-later
import { AnchorClient } from "@vitalproof/sdk";
import type { ServicesConfig } from "../config.ts";
import { startServer } from "../http/server.ts";
import { Installation, type RunOptions } from "../operate/installation.ts";
import { kept } from "../operate/kept.ts";
import { type Duty, Loop } from "../operate/loop.ts";
import { statusRoutes } from "../operate/statusRoutes.ts";
import { Admission } from "./admission.ts";
import { AttesterLink, following } from "./attesterLink.ts";
import type { GatewayConfig } from "./config.ts";
import type { ClockOptions } from "./core/clock.ts";
import { assertInTime, Gateway } from "./core/gateway.ts";
import { gatewayMetrics } from "./metrics.ts";
import type { Report } from "./notice.ts";
import { gatewayPartOf, openGateway } from "./open.ts";
import { PayloadReader } from "./payload/reader.ts";
import { gatewayErasures } from "./people/index.ts";
import { gatewayRoutes } from "./routes.ts";
import { Sources } from "./sources.ts";
import { type GatewayStatus, gatewayStatus } from "./status.ts";

/** Milliseconds between two looks for people who were admitted, and for files to clean after an erasure. */
const ADMIT = 30_000;
const CLEAN = 600_000;
/** Milliseconds until a log that failed is tried again. */
const FIRST_PAUSE = 30_000;
/** Milliseconds for which a status holds: several metrics are of one. */
const STATUS_KEPT = 1_000;

export interface GatewayRunOptions extends RunOptions {
  /** Distinguishes the MQTT sessions of processes that run with one configuration: 1 to 20 letters, digits, `_` and `-`. */
  readonly instance?: string;
}

/** A gateway that runs. */
export interface RunningGateway {
  /** Of its HTTP server. */
  readonly url: string;
  /** Of the embedded broker. */
  readonly brokerPort: number | undefined;
  status(): Promise<GatewayStatus>;
  /** Ends sources, then steps that run, then requests, then closes the store. */
  close(): Promise<void>;
}

/**
 * Runs a gateway: stores what brokers send, seals it, and sends heads to attesters. It can be killed at any moment and started
 * again. Several processes may run on one PostgreSQL store, each with an `instance`.
 *
 * @throws DOCUMENT_INVALID without a part for a gateway; NOT_ALLOWED for a store of another chain; INVALID_ARGUMENT for a
 *         grace that is not shorter than an attester's intake time; what opening keys, store, broker and server throw
 */
export function runGateway(config: ServicesConfig, options: GatewayRunOptions): Promise<RunningGateway> {
  const own = gatewayPartOf(config);
  const binding = { anchors: config.chain.contracts.anchors };
  return Installation.run({ service: "gateway", binding }, config, options, (on) =>
    start(on, own, config, options),
  );
}

async function start(
  on: Installation,
  own: GatewayConfig,
  { chain }: ServicesConfig,
  { log, clock, instance }: GatewayRunOptions,
): Promise<Omit<RunningGateway, "close">> {
  const { database, provider, seconds } = on;
  const report: Report = ({ level, event, ...notice }) => log[level](notice, event);
  const { personKeys, people } = await openGateway(own, database, seconds);
  const anchors = new AnchorClient(chain.contracts.anchors, provider);
  const links = await Promise.all(own.attesters.map((each) => AttesterLink.open(each, anchors)));
  for (const link of links) assertInTime(link, own.times);
  const reader = new PayloadReader(own.payloads);
  const gateway = await Gateway.start({
    database,
    personKeys,
    reader,
    logs: [],
    times: { ...own.times, look: on.every(own.times.look) },
    clock: { ...wallOf(clock), reference: async () => (await provider.getBlock("latest"))!.timestamp },
    report,
    firstPause: on.every(FIRST_PAUSE),
  });
  on.ending(() => gateway.close());
  const admission = new Admission({
    people: own.people,
    kept: people,
    links: new Map(links.map((link) => [link.name, link])),
    gateway,
    report,
    every: on.every(ADMIT),
  });
  // Before messages come: those of a person without logs are refused.
  await admission.act();
  const erasures = gatewayErasures({ database, personKeys, clock: seconds });
  const duties: Duty[] = [
    ...gateway.duties,
    admission,
    following(links, anchors, (milliseconds) => on.every(milliseconds)),
    { name: "erasures", every: on.every(CLEAN), act: () => erasures.finish().then(() => false) },
  ];
  const loop = new Loop(duties, (duty, fault) =>
    log.error({ duty, err: fault }, "a duty failed and is tried again"),
  );
  let sources: Sources | undefined;
  const status = kept(STATUS_KEPT, () =>
    gatewayStatus({
      gateway,
      admission,
      sources: sources ?? { status: [], problems: [] },
      loop,
      people: own.people.length,
      clock: seconds,
    }),
  );
  gatewayMetrics(on.metrics, status);
  const server = await startServer((app) => {
    app.register(gatewayRoutes(gateway, seconds), { prefix: "/gateway" });
    app.register(statusRoutes(status));
  }, on.serverOptions("Vitalproof gateway"));
  on.ending(() => server.close());
  loop.start();
  on.ending(() => loop.stop());
  sources = await Sources.start(on, {
    config: own,
    inbox: gateway.inbox,
    filters: reader.filters,
    report,
    instance,
  });
  return { url: server.url, brokerPort: sources.brokerPort, status };
}

/** A test's clock: it jumps, and the chain confirms it. @param clock Unix seconds */
function wallOf(clock: (() => number) | undefined): ClockOptions {
  return clock === undefined ? {} : { wall: () => 1_000 * clock() };
}
