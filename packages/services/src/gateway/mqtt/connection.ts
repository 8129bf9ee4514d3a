// SPDX-License-Identifier: GPL-3.0-or-later
import type { IPublishPacket, MqttClient } from "mqtt";
import type { Inbox, Message } from "../inbox.ts";

/** Why a connection ended that was not asked to. */
export type Problem =
  /** The network, TLS, or the broker's process. */
  | "connection"
  /** The broker did not accept client, user or certificate. */
  | "refused"
  /** The broker said good-bye, for instance because another process has the same client id. */
  | "disconnected"
  | "subscription"
  /** The broker sent with QoS 2, which nobody subscribed to. */
  | "qos"
  /** A message could not be stored. */
  | "inbox"
  /** A file of the settings could not be read. */
  | "files";

/** What a connection tells, for counting. */
export type Listener = {
  connected(sessionPresent: boolean): void;
  received(packet: IPublishPacket): void;
  stored(): void;
  /** A message with QoS 0 that was not stored: it does not come again. */
  lost(): void;
  tooLarge(packet: IPublishPacket): void;
  /** Once, when nothing more comes. The first problem is the cause of the others. */
  closed(problem: Problem | undefined, code: string | number | undefined): void;
};

export type ConnectionOptions = {
  readonly filters: readonly string[];
  readonly version: "3.1.1" | "5";
  readonly inFlight: number;
  readonly maxBytes: number;
  /** Whether to subscribe although the broker has a session: the filters may be others than before. */
  readonly subscribes: boolean;
};

type Waiting = {
  /** Undefined with QoS 0, which nobody acknowledges. */
  readonly messageId: number | undefined;
  stored: boolean;
};

/** For mqtt.js, which then sends no acknowledgement and goes on to the next packet. */
const NOT_YET = new Error("acknowledged later");

/**
 * One connection to a broker, from its beginning to its end. Each has an mqtt.js client of its own: that library sends an
 * acknowledgement on whichever connection there is when its callback runs, and after a reconnection the number can be
 * another message's.
 *
 * mqtt.js (5.16) handles packets one by one: the next waits for the callback of `handleMessage`, which also makes it send
 * the PUBACK. With an error it sends none, says nothing and goes on. A broker then keeps the message until this session's
 * next connection, however long that takes. So the callback gets an error at once, the acknowledgements are sent here, in
 * the order of the messages and once each is stored, and a message that could not be stored ends the connection.
 */
export class Connection {
  readonly #client: MqttClient;
  readonly #inbox: Inbox;
  readonly #options: ConnectionOptions;
  readonly #listener: Listener;
  #waiting: Waiting[] = [];
  #next: (() => void) | undefined;
  #problem: Problem | undefined;
  #code: string | number | undefined;
  #draining = false;
  #ended = false;
  #idle: (() => void) | undefined;

  /** @param client that has just begun to connect */
  constructor(client: MqttClient, inbox: Inbox, options: ConnectionOptions, listener: Listener) {
    this.#client = client;
    this.#inbox = inbox;
    this.#options = options;
    this.#listener = listener;
    client.handleMessage = (packet, callback) => this.#receive(packet, () => callback(NOT_YET));
    client.on("connect", ({ sessionPresent }) => this.#subscribe(sessionPresent));
    client.on("packetreceive", (packet) => {
      // mqtt.js acknowledges these before `handleMessage`.
      if (packet.cmd === "publish" && packet.qos === 2) this.#fail("qos");
    });
    client.on("disconnect", ({ reasonCode }) => this.#note("disconnected", reasonCode));
    client.on("error", (error) => {
      const code = "code" in error && isCode(error.code) ? error.code : undefined;
      this.#note(typeof code === "number" ? "refused" : "connection", code);
    });
    client.on("close", () => this.#close());
  }

  get inFlight(): number {
    return this.#waiting.length;
  }

  /** Accepts nothing more, acknowledges what is stored within `grace` milliseconds, and leaves. */
  async end(grace: number): Promise<void> {
    this.#draining = true;
    if (this.#waiting.length > 0 && !this.#ended) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
        timer = setTimeout(resolve, grace);
      });
      clearTimeout(timer);
    }
    if (this.#ended) return;
    const gone = new Promise<void>((resolve) => this.#client.once("close", () => resolve()));
    const polite = this.#client.connected && Object.keys(this.#client.outgoing).length === 0;
    this.#client.end(!polite);
    // A peer that does not answer the end of the stream must not hold the process.
    const timer = setTimeout(() => this.#client.stream.destroy(), Math.min(grace, LEAVING));
    await gone;
    clearTimeout(timer);
  }

  #subscribe(sessionPresent: boolean): void {
    const { filters, version, subscribes } = this.#options;
    this.#listener.connected(sessionPresent);
    if (sessionPresent && !subscribes) return;
    // With 5 the broker sends what it retains only where the subscription is new; with 3.1.1 each time.
    const each = version === "5" ? { qos: 1 as const, rh: 1 } : { qos: 1 as const };
    this.#client.subscribe(
      Object.fromEntries(filters.map((filter) => [filter, each])),
      (error, _, answer) => {
        // The connection's own end is reported as such.
        if (this.#draining || this.#client.stream.destroyed) return;
        // Without QoS 1 messages would be lost without a sign.
        const refused = answer?.granted?.find((granted) => granted !== 1);
        if (error || refused !== undefined)
          this.#fail("subscription", typeof refused === "number" ? refused : undefined);
      },
    );
  }

  #receive(packet: IPublishPacket, next: () => void): void {
    // What mqtt.js had read before the end is not acknowledged, and comes again.
    if (this.#ended || this.#draining || this.#problem !== undefined) {
      if (packet.qos === 0) this.#listener.lost();
      next();
      return;
    }
    const { qos, messageId } = packet;
    const waiting: Waiting = { messageId: qos === 0 ? undefined : messageId, stored: false };
    this.#waiting.push(waiting);
    this.#listener.received(packet);
    const message = messageOf(packet);
    if (message.payload.length > this.#options.maxBytes) {
      this.#listener.tooLarge(packet);
      waiting.stored = true;
      this.#acknowledge();
    } else {
      this.#put(message).then(
        () => {
          waiting.stored = true;
          this.#listener.stored();
          this.#acknowledge();
        },
        () => {
          if (qos === 0) this.#listener.lost();
          this.#fail("inbox");
        },
      );
    }
    if (this.#waiting.length < this.#options.inFlight) next();
    else this.#next = next;
  }

  async #put(message: Message): Promise<void> {
    await this.#inbox.put(message);
  }

  /** Acknowledges in the order in which the messages came, as MQTT asks for (3.1.1: 4.6.0-2). */
  #acknowledge(): void {
    if (this.#ended || this.#problem !== undefined) return;
    while (this.#waiting[0]?.stored === true) {
      const { messageId } = this.#waiting.shift()!;
      // biome-ignore lint/complexity/useLiteralKeys: it is private, and mqtt.js has no public way to acknowledge later.
      if (messageId !== undefined) this.#client["_sendPacket"]({ cmd: "puback", messageId, reasonCode: 0 });
    }
    if (this.#waiting.length === 0) this.#idle?.();
    if (this.#waiting.length < this.#options.inFlight) {
      const next = this.#next;
      this.#next = undefined;
      next?.();
    }
  }

  #note(problem: Problem, code?: string | number): void {
    if (this.#problem !== undefined) return;
    this.#problem = problem;
    this.#code = code;
  }

  #fail(problem: Problem, code?: string | number): void {
    if (this.#ended) return;
    this.#note(problem, code);
    this.#client.stream.destroy();
  }

  #close(): void {
    if (this.#ended) return;
    this.#ended = true;
    // Without this its timers would go on.
    this.#client.end(true);
    this.#waiting = [];
    this.#next?.();
    this.#idle?.();
    const problem = this.#problem ?? (this.#draining ? undefined : "connection");
    this.#listener.closed(problem, this.#code);
  }
}

/** Milliseconds to wait for the broker's end of a connection that was left. */
const LEAVING = 2000;

function messageOf({ topic, payload, retain }: IPublishPacket): Message {
  return {
    topic,
    payload: typeof payload === "string" ? Buffer.from(payload) : payload,
    receivedAt: Date.now(),
    retained: retain,
  };
}

function isCode(code: unknown): code is string | number {
  return typeof code === "number" || (typeof code === "string" && /^[A-Z0-9_]{1,60}$/.test(code));
}
