// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an operator sets up: a folder with keys, tokens and configurations, a node, an attester and a relayer.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Role } from "@vitalproof/sdk/wire";
import {
  loadConfig,
  logger,
  newToken,
  type RunningAttester,
  type RunningRelayer,
  runAttester,
  runRelayer,
  type Server,
  startServer,
} from "@vitalproof/services";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { World } from "../../simulation/index.ts";
import { walletOf } from "../dapp/accounts.ts";
import { rpcRoute } from "../dapp/rpc.ts";
import { HURRY, StoryClock } from "./clock.ts";

/** Unix second after which no token here is good: the story's chain ends long before. */
const EXPIRES = 4_000_000_000;
const REQUESTS = 100_000;
/** The last lines of the services' logs that are kept for an error. */
const LINES = 20;
/** Seconds that a claim waits at the relayer for others. */
export const GATHER = 600;

/** Who may ask a service. */
export type Grant = { readonly name: string; readonly roles: readonly Role[]; readonly subject?: bigint };

export class Site {
  readonly world: World;
  readonly clock: StoryClock;
  readonly folder = mkdtempSync(join(tmpdir(), "vitalproof-ward-"));
  /** Warnings and errors of attester and relayer. */
  readonly warnings: string[] = [];
  readonly #tokens = new Map<string, { token: string; sha256: string }>();
  readonly #root: string;
  #node: Server | undefined;
  #contracts: Readonly<Record<string, string>> = {};
  #relayerPort = 0;
  #attester: RunningAttester | undefined;
  #relayer: RunningRelayer | undefined;

  private constructor(world: World, root: string) {
    this.world = world;
    this.clock = new StoryClock(world.now);
    this.#root = root;
  }

  /** @param start Unix second at which the chain begins */
  static async create(hre: HardhatRuntimeEnvironment, start: number, circuit: string): Promise<Site> {
    const world = await World.create(hre, start, [circuit]);
    const site = new Site(world, hre.config.paths.root);
    try {
      await site.#open();
      return site;
    } catch (error) {
      await site.close();
      throw error;
    }
  }

  async #open(): Promise<void> {
    const { addresses, contracts, connection, roles } = this.world;
    const { anchors, claims, consents } = addresses;
    this.#contracts = { anchors, claims, consents, circuits: await contracts.circuits.getAddress() };
    this.#node = await startServer((app) => rpcRoute(app, connection.provider), {
      port: 0,
      access: "open",
      log: this.#log,
    });
    this.#relayerPort = await freePort();
    for (const [name, { address }] of Object.entries(roles))
      this.secret(`${name}.key`, walletOf(address).privateKey);
  }

  get attester(): RunningAttester {
    if (this.#attester === undefined) throw new Error("The attester does not run.");
    return this.#attester;
  }

  get relayer(): RunningRelayer {
    if (this.#relayer === undefined) throw new Error("The relayer does not run.");
    return this.#relayer;
  }

  /** Where the relayer is, whether it runs or not. */
  get relayerUrl(): string {
    return `http://127.0.0.1:${this.#relayerPort}/relayer`;
  }

  /** A file that only its owner may read. */
  secret(name: string, text: string): void {
    writeFileSync(join(this.folder, name), `${text}\n`, { mode: 0o600 });
  }

  /** The token of a name, made when it is asked for first. */
  token(name: string): string {
    return this.#tokenOf(name).token;
  }

  /** Writes a configuration. @returns its path */
  config(name: string, port: number, access: readonly Grant[], part: object): string {
    const path = join(this.folder, `${name}.json`);
    const { url } = this.#node!;
    const config = {
      store: `sqlite:${name}.db`,
      chain: { id: "31337", rpc: `${url}/rpc`, contracts: this.#contracts },
      http: { port, requestsPerMinute: REQUESTS },
      access: access.map(({ subject, ...grant }) => ({
        ...grant,
        ...(subject === undefined ? {} : { subject: String(subject) }),
        expires: EXPIRES,
        sha256: this.#tokenOf(grant.name).sha256,
      })),
      artifacts: join(this.#root, "circuits/artifacts"),
      ...part,
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  /** Folder of proving keys. */
  get circuits(): string {
    return join(this.#root, "build/circuits");
  }

  async startAttester(group: bigint, access: readonly Grant[]): Promise<void> {
    const key = { kind: "file", path: "attester.key" };
    const file = this.config("attester", 0, access, { attester: { group: String(group), key } });
    this.#attester = await runAttester(loadConfig(file), this.#options);
  }

  async startRelayer(access: readonly Grant[]): Promise<void> {
    const keys = [{ kind: "file", path: "relayer.key" }];
    const file = this.config("relayer", this.#relayerPort, access, { relayer: { keys, gather: GATHER } });
    this.#relayer = await runRelayer(loadConfig(file), this.#options);
  }

  async stopRelayer(): Promise<void> {
    await this.#relayer?.close();
    this.#relayer = undefined;
  }

  /** Lets time pass for the chain and for what runs in this process. @param time Unix seconds */
  async passUntil(time: number): Promise<void> {
    await this.world.passUntil(Math.ceil(time));
    this.clock.set(this.world.now);
  }

  async close(): Promise<void> {
    await this.stopRelayer();
    await this.#attester?.close();
    await this.#node?.close();
    await this.world.connection.close();
    this.forget();
  }

  /** Removes every file; for the end of the process too. */
  forget(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #options() {
    return { log: this.#log, clock: () => this.clock.now, hurry: HURRY };
  }

  get #log() {
    return logger({
      level: "warn",
      destination: {
        write: (line) => {
          this.warnings.push(line.trimEnd());
          this.warnings.splice(0, this.warnings.length - LINES);
        },
      },
    });
  }

  #tokenOf(name: string) {
    const made = this.#tokens.get(name) ?? newToken();
    this.#tokens.set(name, made);
    return made;
  }
}

/** A port that was free a moment ago: devices and services must find a process again that was killed. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
