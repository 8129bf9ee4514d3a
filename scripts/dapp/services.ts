// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from "node:path";
import { Mutex } from "@vitalproof/sdk/node";
import { CLOCK_ENDPOINTS } from "@vitalproof/sdk/wire";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { SimulatedAttester, World } from "../../simulation/index.ts";
import { loadSources } from "../generate/sources.ts";
import { parsed } from "./bodies.ts";
import { clinicRoutes } from "./clinic.ts";
import { Clock } from "./clock.ts";
import { configOf, type DappConfig } from "./config.ts";
import { openDoor, type Route } from "./door.ts";
import { artifactRoute, siteOf } from "./files.ts";
import { mailboxRoutes } from "./mailbox.ts";
import { relayerRoutes } from "./relayer.ts";
import { rpcRoute } from "./rpc.ts";
import { playScenario } from "./scenario.ts";

export interface Services {
  readonly url: string;
  readonly config: DappConfig;
  /** Ends server and chain. */
  close(): Promise<void>;
}

export interface ServicesOptions {
  /** Unix second at which the chain begins. */
  readonly start: number;
  /** 0 for any free one. */
  readonly port: number;
  /** Folder of the built page; default: apps/claims/dist. It need not exist. */
  readonly site?: string;
  /** Given where a made-up month, or so many of its days, is to be there from the beginning; is told how that goes on. */
  readonly scenario?: { readonly days: number; readonly say: (line: string) => void };
}

/** Deploys everything on a chain of its own and serves what a claims dApp needs, on one origin. */
export async function startServices(
  hre: HardhatRuntimeEnvironment,
  { start, port, site, scenario }: ServicesOptions,
): Promise<Services> {
  const { root } = hre.config.paths;
  const world = await World.create(hre, start);
  const { attester } = await SimulatedAttester.open(world);
  const clock = new Clock(world, attester);
  if (scenario !== undefined) await playScenario(world, attester, clock, scenario);
  const config = await configOf(world, attester);
  const circuits = loadSources(root).instances.map(({ name }) => name);

  const door = await openDoor(
    port,
    [
      { method: "GET", path: "/config.json", answer: async () => ({ kind: "json", value: config }) },
      rpcRoute(world.connection.provider),
      artifactRoute(root, circuits),
      ...mailboxRoutes(),
      ...inTurn(clock, [
        ...clinicRoutes(world, attester),
        ...(await relayerRoutes(world)),
        ...clockRoutes(clock),
      ]),
    ],
    siteOf(site ?? join(root, "apps/claims/dist")),
  ).catch(async (error: unknown) => {
    await world.connection.close();
    throw error;
  });
  return {
    url: door.url,
    config,
    async close() {
      await door.close();
      await world.connection.close();
    },
  };
}

function clockRoutes(clock: Clock): Route[] {
  const answer = () => ({ kind: "json", value: { now: clock.now } }) as const;
  return [
    { method: "GET", path: "/demo/clock", answer: async () => answer() },
    {
      method: "POST",
      path: "/demo/clock",
      async answer({ body }) {
        await clock.passUntil(parsed(CLOCK_ENDPOINTS.passUntil.sends, body).to);
        return answer();
      },
    },
  ];
}

/** One request after the other, each at the chain's time: they share clock, records and accounts. */
function inTurn(clock: Clock, routes: readonly Route[]): Route[] {
  const mutex = new Mutex();
  return routes.map((route) => ({
    ...route,
    answer: (request) =>
      mutex.run(async () => {
        await clock.catchUp();
        return route.answer(request);
      }),
  }));
}
