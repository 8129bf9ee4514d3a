// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CircuitClient, ClaimsClient, ConsentClient } from "@vitalproof/sdk";
import { Mutex } from "@vitalproof/sdk/node";
import { CLOCK_ENDPOINTS, jsonOf } from "@vitalproof/sdk/wire";
import {
  type App,
  attesterBackend,
  attesterRoutes,
  type Database,
  migrate,
  openDatabase,
  type RelayerBackend,
  relayerRoutes,
  Sender,
  StoredRelayer,
  serve,
  sqlRecords,
  startServer,
} from "@vitalproof/services";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { defaultCircuits } from "../../ignition/circuits.ts";
import { SimulatedAttester, World } from "../../simulation/index.ts";
import { loadSources } from "../generate/sources.ts";
import { walletOf } from "./accounts.ts";
import { Clock } from "./clock.ts";
import { configOf, type DappConfig } from "./config.ts";
import { artifactRoute, CONFIG_HINT, siteOf } from "./files.ts";
import { DemoHospital, hospitalIsBuilt, hospitalRoutes } from "./hospital.ts";
import { mailboxRoutes } from "./mailbox.ts";
import { rpcRoute } from "./rpc.ts";
import { playScenario } from "./scenario.ts";

/** Circuits of the health ledger, which a deployment of its own does not begin with. */
const LEDGER_CIRCUITS = ["consent-batch", "access-batch-64", "own-slot"];

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
  /** Where a simulated month, or so many of its days, is to be there from the beginning; `say` is told how it goes on. */
  readonly scenario?: { readonly days: number; readonly say: (line: string) => void };
}

/** Deploys everything on a chain of its own and serves what a claims dApp needs, on one origin. */
export async function startServices(
  hre: HardhatRuntimeEnvironment,
  { start, port, site, scenario }: ServicesOptions,
): Promise<Services> {
  const { root } = hre.config.paths;
  const world = await World.create(hre, start, [...defaultCircuits(root), ...LEDGER_CIRCUITS]);
  const store = await openStore();
  const { attester } = await SimulatedAttester.open(
    world,
    sqlRecords(store.database, () => world.now),
  );
  const clock = new Clock(world, attester);
  if (scenario !== undefined) await playScenario(world, attester, clock, scenario);
  const hospital = hospitalIsBuilt(root) ? await DemoHospital.open(world) : undefined;
  const config = await configOf(world, attester, hospital);
  const circuits = loadSources(root).instances.map(({ name }) => name);
  const turn = turns(clock);
  const backends = {
    attester: turn(await attesterOf(world, attester)),
    relayer: turn(await relayerOf(world, store.database)),
  };

  const server = await startServer(
    (app) => {
      app.get("/config.json", async (_, reply) =>
        reply.type("application/json; charset=utf-8").send(jsonOf(config)),
      );
      rpcRoute(app, world.connection.provider);
      artifactRoute(app, root, circuits);
      app.register(attesterRoutes(backends.attester), { prefix: config.attester });
      app.register(relayerRoutes(backends.relayer), { prefix: config.relayer });
      app.register(async (inner) => mailboxRoutes(inner), { prefix: config.demo.applications });
      app.register(async (inner) => clockRoutes(inner, clock, turn), { prefix: config.demo.clock });
      if (hospital !== undefined)
        app.register(async (inner) => hospitalRoutes(inner, hospital), { prefix: config.demo.hospital });
    },
    {
      port,
      // A demonstration on the loopback interface: everyone on this machine may play every part.
      access: "open",
      title: "Vitalproof dApp demonstration",
      otherwise: siteOf(site ?? join(root, "apps/claims/dist")),
      hint: CONFIG_HINT,
      onFault: console.error,
    },
  ).catch(async (error: unknown) => {
    await hospital?.close();
    await store.close();
    await world.connection.close();
    throw error;
  });
  return {
    url: server.url,
    config,
    async close() {
      await server.close();
      await hospital?.close();
      await store.close();
      await world.connection.close();
    },
  };
}

async function attesterOf(world: World, attester: SimulatedAttester) {
  const { verificationKey } = await world.artifacts.load("enrolment");
  return attesterBackend({
    attester,
    info: () => ({ attester: attester.account, times: SimulatedAttester.TIMES }),
    claims: world.claimsAs(world.roles.attester),
    verificationKey,
  });
}

/** The store of attester and relayer. It is forgotten with the chain. */
async function openStore(): Promise<{ database: Database; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "vitalproof-dapp-"));
  const database = await openDatabase(`sqlite:${join(folder, "services.db")}`);
  await migrate(database);
  return {
    database,
    async close() {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The relayer. Requests drive it: nothing runs in between. */
async function relayerOf(world: World, database: Database): Promise<RelayerBackend> {
  const { provider } = world.connection.ethers;
  const { claims, consents, circuits } = world.contracts;
  const { chainId } = await provider.getNetwork();
  const signer = walletOf(world.roles.relayer.address);
  const clock = () => Math.floor(Date.now() / 1000);
  const relayer = new StoredRelayer({
    database,
    senders: [new Sender({ database, signer, chainId, provider, clock, limits: { patience: 0 } })],
    provider,
    claims: new ClaimsClient(await claims.getAddress(), provider),
    consents: new ConsentClient(await consents.getAddress(), provider),
    circuits: new CircuitClient(await circuits.getAddress(), provider),
    clock,
    times: { gather: 0, poll: 20 },
  });
  return {
    consent: (grant) => relayer.consent(grant),
    revoke: (revocation) => relayer.revoke(revocation),
    claim: (item) => relayer.claim(item),
    pay: (policy) => relayer.pay(policy),
  };
}

type Turn = ReturnType<typeof turns>;

function clockRoutes(app: App, clock: Clock, turn: Turn): void {
  const inTurn = turn({
    now: async () => ({ now: clock.now }),
    passUntil: async (to: number) => {
      await clock.passUntil(to);
      return { now: clock.now };
    },
  });
  serve(app, CLOCK_ENDPOINTS.now, () => inTurn.now());
  serve(app, CLOCK_ENDPOINTS.passUntil, ({ body }) => inTurn.passUntil(body.to));
}

/** Lets one call run after the other, each at the chain's time: they share clock, records and accounts. */
function turns(clock: Clock) {
  const mutex = new Mutex();
  return <T extends object>(methods: T): T =>
    Object.fromEntries(
      Object.entries(methods as Record<string, (...args: unknown[]) => Promise<unknown>>).map(
        ([name, method]) => [
          name,
          (...args: unknown[]) =>
            mutex.run(async () => {
              await clock.catchUp();
              return method(...args);
            }),
        ],
      ),
    ) as T;
}
