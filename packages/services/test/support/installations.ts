// SPDX-License-Identifier: GPL-3.0-or-later
//
// An attester and gateways as operators run them: configuration files, stores, a chain, HTTP with tokens.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { AnchorClient } from "@vitalproof/sdk";
import type { Role } from "@vitalproof/sdk/wire";
import hre from "hardhat";
import { World } from "../../../../simulation/index.ts";
import {
  type GatewayRunOptions,
  loadConfig,
  logger,
  migrate,
  newToken,
  openDatabase,
  openGateway,
  type RunningAttester,
  type RunningGateway,
  runAttester,
  runGateway,
} from "../../src/index.ts";
import { accountOf } from "./accounts.ts";
import { TestNode } from "./testChain.ts";

export const DAY = 86_400;
const HOUR = 3_600;
const START = 20_600 * DAY + 1_000;
const TIMES = { intakeTime: 6 * HOUR, graceTime: 12 * HOUR, correctionTime: 48 * HOUR } as const;
/** Index of the attester's account among Hardhat's. */
const ATTESTER = 4;
export const PROFILE = "test-16";
export const GRACE = 600;
const HURRY = 50;

/** `devices/NAME` with `{"t":…,"v":…}`. */
const PAYLOADS = {
  rules: [
    {
      filter: "devices/+",
      format: "json",
      device: { level: 2 },
      time: { path: "$.t", form: "seconds" },
      values: [{ metric: "other", value: "$.v", unit: "1" }],
    },
  ],
};

type Service = { close(): Promise<void> };

export class Installations {
  readonly world: World;
  readonly anchors: AnchorClient;
  readonly group: bigint;
  readonly folder: string;
  /** Every line that a gateway here has logged. */
  readonly lines: string[] = [];
  readonly tokens: Readonly<Record<"operator" | "monitor" | "sealer", { token: string; sha256: string }>>;
  readonly #node: TestNode;
  readonly #rpc: string;
  readonly #running = new Set<Service>();

  private constructor(world: World, anchors: AnchorClient, group: bigint, node: TestNode, rpc: string) {
    this.world = world;
    this.anchors = anchors;
    this.group = group;
    this.#node = node;
    this.#rpc = rpc;
    this.folder = mkdtempSync(join(tmpdir(), "vitalproof-gateway-"));
    this.tokens = { operator: newToken(), monitor: newToken(), sealer: newToken() };
    this.secretFile("master", "5a".repeat(32));
    this.secretFile("key", accountOf(ATTESTER).privateKey);
    for (const [name, { token }] of Object.entries(this.tokens)) this.secretFile(`${name}.token`, token);
  }

  static async create(): Promise<Installations> {
    const world = await World.create(hre, START);
    const { provider } = world.connection;
    const node = new TestNode({
      request: async (method, ...params) => (await provider.request({ method, params })) as never,
      height: async () => Number(await provider.request({ method: "eth_blockNumber" })),
    });
    const rpc = await node.serve();
    const anchors = world.anchorsAs(world.roles.attester);
    const group = (await anchors.createGroup({ ...TIMES, assurance: "self-attested" })).result;
    return new Installations(world, anchors, group, node, rpc);
  }

  secretFile(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, `${text}\n`, { mode: 0o600 });
    return path;
  }

  /** @param nextKey the account that takes the group over */
  async attester(store: string, nextKey?: string): Promise<RunningAttester> {
    // One token may do what a gateway needs at an attester.
    const access = this.#access({ sealer: ["sealer", "enroller"] });
    const file = await this.#write("attester.json", store, access, {
      attester: {
        group: String(this.group),
        key: { kind: "file", path: "key" },
        ...(nextKey === undefined ? {} : { nextKey: { kind: "file", path: nextKey } }),
      },
    });
    const { log } = this;
    return this.#keep(
      await runAttester(loadConfig(file), { log, clock: () => this.world.now, hurry: HURRY }),
    );
  }

  /** A gateway's configuration file. @param people device names by local name */
  gatewayFile(
    store: string,
    attester: { readonly url: string },
    people: Readonly<Record<string, string>>,
    change: object = {},
  ): Promise<string> {
    const access = this.#access({ operator: ["operator"], monitor: ["monitor"], sealer: ["sealer"] });
    return this.#write("gateway.json", store, access, {
      gateway: {
        masterKey: { kind: "file", path: "master" },
        broker: {
          port: 0,
          devices: [],
          // Nobody listens to it where a test has a broker of its own.
        },
        payloads: PAYLOADS,
        times: { grace: GRACE, settle: 0, look: 1_000 },
        attesters: [
          {
            name: "first",
            url: `${attester.url}/attester`,
            tokenFile: "sealer.token",
            group: String(this.group),
          },
        ],
        people: Object.entries(people).map(([person, device]) => ({
          person,
          logs: [{ profile: PROFILE, offset: 0, devices: [device], attester: "first" }],
        })),
        ...change,
      },
    });
  }

  async gateway(file: string, options: Partial<GatewayRunOptions> = {}): Promise<RunningGateway> {
    const { log } = this;
    return this.#keep(
      await runGateway(loadConfig(file), { log, clock: () => this.world.now, hurry: HURRY, ...options }),
    );
  }

  /** What `vitalproof gateway admit` does. */
  async admit(file: string, person: string, secret: bigint): Promise<bigint> {
    const config = loadConfig(file);
    const database = await openDatabase(config.store);
    try {
      await migrate(database);
      const { people } = await openGateway(config.gateway!, database, () => this.world.now);
      return (await people.admit(person, secret)).subject;
    } finally {
      await database.close();
    }
  }

  get log() {
    return logger({ level: "debug", destination: { write: (line) => void this.lines.push(line) } });
  }

  /** Ends one service, as SIGTERM does. */
  async end(service: Service): Promise<void> {
    this.#running.delete(service);
    await service.close();
  }

  async endAll(): Promise<void> {
    for (const service of [...this.#running].reverse()) await this.end(service);
  }

  async remove(): Promise<void> {
    await this.endAll();
    await this.#node.stop();
    await this.world.connection.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #keep<T extends Service>(service: T): T {
    this.#running.add(service);
    return service;
  }

  #access(roles: Readonly<Partial<Record<"operator" | "monitor" | "sealer", readonly Role[]>>>) {
    return Object.entries(roles).map(([name, each]) => ({
      name,
      roles: each,
      expires: 4_000_000_000,
      sha256: this.tokens[name as "operator"].sha256,
    }));
  }

  async #write(name: string, store: string, access: object[], part: object): Promise<string> {
    const path = join(this.folder, name);
    const { claims, consents } = this.world.addresses;
    const circuits = await this.world.contracts.circuits.getAddress();
    const contracts = { anchors: this.anchors.address, claims, consents, circuits };
    const config = {
      store,
      chain: { id: "31337", rpc: this.#rpc, contracts },
      http: { port: 0 },
      access,
      artifacts: join(import.meta.dirname, "../../../../circuits/artifacts"),
      ...part,
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }
}

/** Waits until something holds, while duties run. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !(await holds()); await setTimeout(50)) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
  }
}
