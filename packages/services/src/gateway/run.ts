// SPDX-License-Identifier: GPL-3.0-or-later
import { proverPool } from "@vitalproof/sdk/node";
import type { ServicesConfig } from "../config.ts";
import { startServer } from "../http/server.ts";
import { Installation, type RunOptions } from "../operate/installation.ts";
import { kept } from "../operate/kept.ts";
import { type Duty, Loop } from "../operate/loop.ts";
import { statusRoutes } from "../operate/statusRoutes.ts";
import { provingCircuits } from "../proving/circuits.ts";
import { Admission } from "./admission.ts";
import { AlertLane, type AlertLaneOptions, alertMetrics } from "./alerts/index.ts";
import { AttesterLink, following, groupsOf } from "./attesterLink.ts";
import { startClaiming } from "./claims/claiming.ts";
import { claimChainOf } from "./claims/proving.ts";
import type { GatewayConfig } from "./config.ts";
import type { ClockOptions } from "./core/clock.ts";
import { assertInTime, Gateway } from "./core/gateway.ts";
import { gatewayMetrics } from "./metrics.ts";
import { reportTo } from "./notice.ts";
import { gatewayPartOf, openGateway } from "./open.ts";
import { pageRoutes } from "./page/pageRoutes.ts";
import { PayloadReader } from "./payload/reader.ts";
import { gatewayErasures, type People } from "./people/index.ts";
import { gatewayRoutes } from "./routes.ts";
import { Sources } from "./sources.ts";
import { type GatewayStatus, gatewayStatus } from "./status.ts";

/** Milliseconds between two looks for people who were admitted, and for files to clean after an erasure. */
const ADMIT = 30_000;
const CLEAN = 600_000;
/** Proofs of alerts at a time. */
const ALERT_SLOTS = 1;
/** Milliseconds until a log that failed is tried again. */
const FIRST_PAUSE = 30_000;
/** Milliseconds for which a status holds: several metrics are of one. */
const STATUS_KEPT = 1_000;
const ALERTS_KEPT = 5_000;

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
  return Installation.run("gateway", config, options, (on) => start(on, own, config, options));
}

async function start(
  on: Installation,
  own: GatewayConfig,
  config: ServicesConfig,
  { log, clock, instance }: GatewayRunOptions,
): Promise<Omit<RunningGateway, "close">> {
  const { chain } = config;
  const { database, provider, seconds } = on;
  const report = reportTo(log);
  const { personKeys, people } = await openGateway(own, database, seconds);
  const groups = groupsOf(chain, provider);
  const links = await Promise.all(own.attesters.map((each) => AttesterLink.open(each, groups)));
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
  const byName = new Map(links.map((link) => [link.name, link]));
  const admission = new Admission({
    people: own.people,
    kept: people,
    links: byName,
    gateway,
    alerts: own.alerts,
    report,
    every: on.every(ADMIT),
  });
  // Before messages come: those of a person without logs are refused.
  await admission.act();
  const circuits = provingCircuits(config.artifacts, own.circuits);
  const lane = await startAlerts(on, own, {
    database,
    personKeys,
    people,
    links: byName,
    circuits,
    gateway,
    report,
  });
  const claiming =
    own.programs === undefined || own.programs.length === 0
      ? undefined
      : await startClaiming(on, own, config, {
          database,
          personKeys,
          people,
          links,
          chain: await claimChainOf(chain, provider),
          circuits,
          report,
          clock: seconds,
          time: () => gateway.time(),
          log,
        });
  const erasures = gatewayErasures({ database, personKeys, clock: seconds });
  const duties: Duty[] = [
    ...gateway.duties,
    ...lane.duties,
    ...(claiming?.duties ?? []),
    admission,
    following(links, groups, (milliseconds) => on.every(milliseconds)),
    { name: "erasures", every: on.every(CLEAN), act: () => erasures.finish().then(() => false) },
  ];
  const loop = new Loop(duties, (duty, fault) =>
    log.error({ duty, err: fault }, "a duty failed and is tried again"),
  );
  let sources: Sources | undefined;
  const alertStatus = kept(on.every(ALERTS_KEPT), () => lane.status());
  const status = kept(on.every(STATUS_KEPT), () =>
    gatewayStatus({
      gateway,
      admission,
      sources: sources ?? { status: [], problems: [] },
      claiming,
      alerts: alertStatus,
      loop,
      people: own.people.length,
      clock: seconds,
    }),
  );
  gatewayMetrics(on.metrics, status);
  alertMetrics(on.metrics, lane, alertStatus);
  const server = await startServer((app) => {
    app.register(gatewayRoutes(gateway, seconds), { prefix: "/gateway" });
    app.register(statusRoutes(status));
    app.register(pageRoutes(status, own.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone));
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

type AlertsOptions = Omit<
  AlertLaneOptions,
  "settings" | "logs" | "prover" | "slots" | "secretOf" | "time" | "look"
> & {
  readonly people: People;
  readonly links: ReadonlyMap<string, AttesterLink>;
  readonly gateway: Gateway;
};

/** Alerts have a prover of their own: nothing else is before them in it. */
async function startAlerts(
  on: Installation,
  { alerts, people: persons, times }: GatewayConfig,
  { people, links, gateway, ...given }: AlertsOptions,
): Promise<AlertLane> {
  const prover = proverPool({ size: ALERT_SLOTS });
  on.ending(() => prover.close());
  const lane = await AlertLane.start({
    ...given,
    settings: alerts,
    logs: persons.flatMap(({ person, logs }) =>
      logs.map(({ profile, offset, attester }) => ({
        person,
        profile,
        offset,
        attester: links.get(attester)!,
      })),
    ),
    prover,
    slots: ALERT_SLOTS,
    secretOf: (person) => people.secretOf(person),
    time: () => gateway.time(),
    look: on.every(times.look),
  });
  gateway.onReceipts(lane.nudge);
  return lane;
}

/** A test's clock: it jumps, and the chain confirms it. @param clock Unix seconds */
function wallOf(clock: (() => number) | undefined): ClockOptions {
  return clock === undefined ? {} : { wall: () => 1_000 * clock() };
}
