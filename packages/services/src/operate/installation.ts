// SPDX-License-Identifier: GPL-3.0-or-later
import type { JsonRpcProvider } from "ethers";
import { openProvider } from "../chain/index.ts";
import type { ServicesConfig } from "../config.ts";
import { accessList } from "../http/access.ts";
import type { ServerOptions } from "../http/server.ts";
import { type Database, migrate, openDatabase } from "../store/index.ts";
import { assertBound, bind, bindingOf, type ServiceName } from "./bind.ts";
import type { Logger } from "./logger.ts";
import { Metrics } from "./metrics.ts";
import { serverOptionsOf } from "./serverOptions.ts";

/** How a service is run. */
export interface RunOptions {
  readonly log: Logger;
  /** Unix seconds; the system's when left out. */
  readonly clock?: () => number;
  /** Times between two looks are divided by it, for tests. */
  readonly hurry?: number;
  /** What the service has in place of its store, made over it; for tests. */
  readonly over?: (database: Database) => Database;
}

/** What every service is built on: a store, a node, and what ends them. */
export class Installation {
  readonly database: Database;
  readonly provider: JsonRpcProvider;
  readonly metrics = new Metrics();
  /** Whole Unix seconds. */
  readonly seconds: () => number;
  readonly #config: ServicesConfig;
  readonly #options: RunOptions;
  readonly #ends: (() => unknown)[] = [];

  private constructor(config: ServicesConfig, options: RunOptions, database: Database) {
    const { clock = () => Date.now() / 1000, over = (opened) => opened } = options;
    this.#config = config;
    this.#options = options;
    this.database = over(database);
    this.provider = openProvider(config.chain.rpc, config.chain.id);
    this.seconds = () => Math.floor(clock());
    this.ending(() => database.close());
    this.ending(() => this.provider.destroy());
  }

  /**
   * Opens the store, with its tables, and the node, and starts a service on them. What was opened is closed when it cannot
   * start.
   * @param start adds what else is to end with the service by `ending`
   * @throws STORE_FAILED, NOT_ALLOWED for a store of something else; what `start` throws
   */
  static async run<T extends object>(
    service: ServiceName,
    config: ServicesConfig,
    options: RunOptions,
    start: (on: Installation) => Promise<T>,
  ): Promise<T & { close(): Promise<void> }> {
    const on = new Installation(config, options, await openDatabase(config.store));
    try {
      await migrate(on.database);
      const binding = bindingOf(config, service);
      await assertBound(on.database, service, binding);
      const running = await start(on);
      // Not before: a start that failed, such as for a group that there is not, leaves the store free.
      await bind(on.database, service, binding);
      options.log.info(binding, `the ${service} runs`);
      return { ...running, close: () => on.close() };
    } catch (error) {
      await on.close();
      throw error;
    }
  }

  /** What its HTTP server is started with. */
  serverOptions(title: string): ServerOptions {
    const { http, access } = this.#config;
    return {
      ...serverOptionsOf(http),
      access: accessList(access, this.seconds),
      checks: {
        store: () => this.database.reads.selectFrom("service").select("service").execute(),
        chain: () => this.provider.getBlockNumber(),
      },
      metrics: this.metrics,
      log: this.#options.log,
      title,
    };
  }

  /** Milliseconds between two looks of a duty. */
  every(milliseconds: number): number {
    return milliseconds / (this.#options.hurry ?? 1);
  }

  /** Something that is to end with the service; what was added last ends first. */
  ending(end: () => unknown): void {
    this.#ends.push(end);
  }

  async close(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}
