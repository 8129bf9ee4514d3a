// SPDX-License-Identifier: GPL-3.0-or-later
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { covers, fits } from "../../topic.ts";
import { isPassword, unknownHash } from "./passwords.ts";
import type { BrokerSettings } from "./settings.ts";

/** Someone who may connect. */
export type Account = {
  readonly name: string;
  readonly publishes: (topic: string) => boolean;
  readonly subscribes: (filter: string) => boolean;
  /** Whether it may be sent a message of this topic. */
  readonly receives: (topic: string) => boolean;
};

type Known = Account & {
  readonly password: string;
  readonly clients: readonly string[];
  /** A keyed hash of the password, once it was right: a network that breaks often must not cost a scrypt each time. */
  seen?: Buffer;
};

export type Denial = "anonymous" | "password" | "client-id" | "busy";

/** Passwords that are checked at once, and those that may wait: each takes memory and a tenth of a second. */
const AT_ONCE = 2;
const MOST_WAITING = 100;

/** Who may connect, and what each may do. */
export class Access {
  readonly #known = new Map<string, Known>();
  readonly #nobody: string;
  readonly #key = randomBytes(32);
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor({ readers, devices }: BrokerSettings) {
    this.#nobody = unknownHash(devices[0]?.password ?? readers[0]?.password);
    for (const { name, password, clients = [name], filters } of readers) {
      this.#known.set(name, {
        name,
        password,
        clients,
        publishes: () => false,
        subscribes: (filter) => filters.some((allowed) => covers(allowed, filter)),
        receives: (topic) => filters.some((allowed) => fits(allowed, topic)),
      });
    }
    for (const { name, password, clients = [name], topics = [`devices/${name}/#`] } of devices) {
      this.#known.set(name, {
        name,
        password,
        clients,
        publishes: (topic) => topics.some((allowed) => fits(allowed, topic)),
        subscribes: () => false,
        receives: () => false,
      });
    }
  }

  /** The account's name, where there is one: what a stranger wrote is not repeated. */
  nameOf(name: string | undefined): string | undefined {
    return name !== undefined && this.#known.has(name) ? name : undefined;
  }

  /** The account of a client, or why it has none. Takes as long for a name that does not exist as for a wrong password. */
  async check(
    clientId: string,
    name: string | undefined,
    password: Buffer | undefined,
  ): Promise<Account | Denial> {
    if (name === undefined || name === "" || password === undefined) return "anonymous";
    const known = this.#known.get(name);
    // Who was here before is not kept out by strangers who guess.
    const isBusy = this.#queue.length >= MOST_WAITING;
    if (isBusy && (known === undefined || !this.#wasRight(known, password))) return "busy";
    if (known === undefined || !(await this.#isRight(known, password))) {
      if (known === undefined) await this.#inTurn(() => isPassword(password, this.#nobody));
      return "password";
    }
    // Only now, so that nobody learns which client ids there are.
    return known.clients.includes(clientId) ? known : "client-id";
  }

  async #isRight(known: Known, password: Buffer): Promise<boolean> {
    if (this.#wasRight(known, password)) return true;
    const right = await this.#inTurn(() => isPassword(password, known.password));
    if (right) known.seen = this.#keyed(password);
    return right;
  }

  #wasRight({ seen }: Known, password: Buffer): boolean {
    return seen !== undefined && timingSafeEqual(seen, this.#keyed(password));
  }

  #keyed(password: Buffer): Buffer {
    return createHmac("sha256", this.#key).update(password).digest();
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      // The next one inherits this one's place.
      const next = this.#queue.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
