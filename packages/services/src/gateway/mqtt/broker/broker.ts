// SPDX-License-Identifier: GPL-3.0-or-later
import { once } from "node:events";
import { type AddressInfo, createServer as createPlain, type Server, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { createServer as createSecure } from "node:tls";
import { VitalproofError } from "@vitalproof/sdk";
import { Aedes, type AuthenticateError, type Client, type PublishPacket } from "aedes";
import type { Inbox } from "../../inbox.ts";
import type { Report } from "../../notice.ts";
import { contentOf } from "../options.ts";
import { Access, type Account, type Denial } from "./access.ts";
import { PacketMeter } from "./packetMeter.ts";
import type { BrokerSettings } from "./settings.ts";

/** Why something was refused. */
export type BrokerRefusal =
  | Denial
  /** A topic that is not the device's own. */
  | "publish"
  | "subscribe"
  | "packet-size"
  /** Bytes that are not MQTT 3.1.1, a connection without CONNECT, a client that no longer answers. */
  | "protocol"
  | "tls";

/** How the broker is doing: plain data, and nothing of a payload. */
export type BrokerState = {
  readonly connections: number;
  readonly received: number;
  /** On disk, and acknowledged where their sender asked for it. */
  readonly stored: number;
  /** Not stored, and so not acknowledged: their sender was disconnected, and sends those of QoS 1 again. */
  readonly failed: number;
  readonly inFlight: number;
  /** Unix milliseconds. */
  readonly lastMessageAt: number | undefined;
  readonly refused: Readonly<Record<BrokerRefusal, number>>;
};

export type Broker = {
  readonly port: number;
  state(): BrokerState;
  /** Accepts nothing more, waits up to `grace` milliseconds (10,000) for the disk, and disconnects everyone. */
  close(grace?: number): Promise<void>;
};

/** Milliseconds for a connection's first packet. */
const CONNECT_TIMEOUT = 10_000;
const TCP_KEEPALIVE = 60_000;
const BAD_PASSWORD = 4;
const NOT_AUTHORIZED = 5;
const UNAVAILABLE = 3;

/**
 * Starts the embedded broker. Everything that a device may publish goes to the inbox first: aedes asks `authorizePublish`
 * before it sends PUBACK (or PUBREC), so that an acknowledged message is on disk. Readers see it as well.
 * @throws FILE_UNREADABLE for a file of the settings; INVALID_ARGUMENT where host and port cannot be listened on
 */
export async function startBroker(
  settings: BrokerSettings,
  inbox: Inbox,
  report: Report = () => undefined,
): Promise<Broker> {
  const broker = new EmbeddedBroker(settings, inbox, report);
  await broker.listen();
  return broker;
}

class EmbeddedBroker implements Broker {
  readonly #settings: BrokerSettings;
  readonly #inbox: Inbox;
  readonly #access: Access;
  readonly #report: Report;
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #accounts = new WeakMap<Client, Account>();
  /** Clients whose end is counted already. */
  readonly #counted = new WeakSet<Client>();
  readonly #sockets = new Set<Socket>();
  readonly #writing = new Set<Promise<void>>();
  readonly #counts = { received: 0, stored: 0, failed: 0 };
  readonly #refused: Record<BrokerRefusal, number> = {
    anonymous: 0,
    password: 0,
    "client-id": 0,
    busy: 0,
    publish: 0,
    subscribe: 0,
    "packet-size": 0,
    protocol: 0,
    tls: 0,
  };
  #lastMessageAt: number | undefined;
  #closing = false;

  constructor(settings: BrokerSettings, inbox: Inbox, report: Report) {
    this.#settings = settings;
    this.#inbox = inbox;
    this.#access = new Access(settings);
    this.#report = report;
    this.#server = this.#createServer();
    this.#server.maxConnections = settings.maxConnections;
    this.#aedes = new Aedes({
      connectTimeout: CONNECT_TIMEOUT,
      preConnect: (_, packet, done) => {
        // Everything is in the inbox before it is acknowledged. A session would only be memory that grows.
        packet.clean = true;
        done(null, !this.#closing);
      },
      authenticate: (client, name, password, done) => {
        this.#authenticate(client, name, password).then(
          (denied) => done(denied === undefined ? null : refusal(denied), denied === undefined),
          () => done(refusal("busy"), false),
        );
      },
      authorizePublish: (client, packet, done) => {
        this.#publish(client, packet).then(() => done(null), done);
      },
      authorizeSubscribe: (client, subscription, done) => {
        if (this.#accounts.get(client)?.subscribes(subscription.topic) === true)
          return done(null, subscription);
        this.#refuse("subscribe", this.#accounts.get(client)?.name);
        // SUBACK 128.
        done(null, null);
      },
      // Asked once more for each message: in sessions aedes keeps a packet's refused filters next to the granted ones.
      authorizeForward: (client, packet) =>
        this.#accounts.get(client)?.receives(packet.topic) === true ? packet : null,
    });
    this.#aedes.on("clientError", (client, error) => this.#ended(client, error));
    this.#aedes.on("connectionError", (client, error) => this.#ended(client, error));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  state(): BrokerState {
    return {
      connections: this.#sockets.size,
      ...this.#counts,
      inFlight: this.#writing.size,
      lastMessageAt: this.#lastMessageAt,
      refused: { ...this.#refused },
    };
  }

  async listen(): Promise<void> {
    const { host, port } = this.#settings;
    await this.#aedes.listen();
    try {
      this.#server.listen(port, host);
      await once(this.#server, "listening");
    } catch (cause) {
      await this.#closeAedes();
      const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
      throw new VitalproofError(
        "INVALID_ARGUMENT",
        `The broker cannot listen on ${host}, port ${port} (${reason}).`,
        {
          details: { host, port, reason },
          hint: "Name an address of this machine and a port that is free.",
          cause,
        },
      );
    }
    this.#server.on("error", () => this.#refuse("protocol"));
  }

  async close(grace = 10_000): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const stop = new AbortController();
    const late = wait(grace, undefined, { signal: stop.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled(this.#writing), late]);
    stop.abort();
    // Acknowledgements go out in the next turn of the loop.
    await wait(10);
    await this.#closeAedes();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #closeAedes(): Promise<void> {
    return new Promise((resolve) => this.#aedes.close(() => resolve()));
  }

  #createServer(): Server {
    const { tls } = this.#settings;
    const accept = (socket: Socket): void => this.#accept(socket);
    if (tls === undefined) return createPlain(accept);
    const { certFile, keyFile, clientCaFile } = tls;
    const server = createSecure(
      {
        cert: contentOf(certFile, "tls.certFile"),
        key: contentOf(keyFile, "tls.keyFile"),
        minVersion: "TLSv1.2",
        handshakeTimeout: CONNECT_TIMEOUT,
        ...(clientCaFile === undefined
          ? {}
          : { ca: contentOf(clientCaFile, "tls.clientCaFile"), requestCert: true, rejectUnauthorized: true }),
      },
      accept,
    );
    server.on("tlsClientError", () => this.#refuse("tls"));
    return server;
  }

  #accept(socket: Socket): void {
    if (this.#closing) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    socket.setNoDelay(true);
    socket.setKeepAlive(true, TCP_KEEPALIVE);
    // aedes's parser collects a packet until it is whole, up to 256 MiB. What it reads goes through the meter first.
    const meter = new PacketMeter(this.#settings.maxBytes);
    const read = socket.read.bind(socket);
    socket.read = (size) => {
      const chunk: Buffer | null = read(size);
      if (chunk === null || meter.accepts(chunk)) return chunk;
      this.#counted.add(client);
      this.#refuse("packet-size", this.#accounts.get(client)?.name);
      socket.destroy();
      return null;
    };
    const client = this.#aedes.handle(socket);
  }

  async #authenticate(
    client: Client,
    name: string | undefined,
    password: Buffer | undefined,
  ): Promise<Denial | undefined> {
    const account = await this.#access.check(client.id, name, password);
    if (typeof account !== "string") {
      this.#accounts.set(client, account);
      return undefined;
    }
    this.#counted.add(client);
    this.#refuse(account, this.#access.nameOf(name));
    return account;
  }

  /** @throws Error, upon which aedes acknowledges nothing and disconnects the client */
  async #publish(client: Client | null, packet: PublishPacket): Promise<void> {
    const account = client === null ? undefined : this.#accounts.get(client);
    if (client === null || account?.publishes(packet.topic) !== true) {
      if (client !== null) this.#counted.add(client);
      this.#refuse("publish", account?.name);
      throw new Error("not one of its topics");
    }
    if (this.#closing) throw new Error("closing");
    // Nothing is retained: each topic would take memory, and the inbox has it.
    packet.retain = false;
    this.#lastMessageAt = Date.now();
    this.#counts.received += 1;
    const { topic, payload } = packet;
    const written = (async () =>
      this.#inbox.put({
        topic,
        payload: typeof payload === "string" ? Buffer.from(payload) : payload,
        receivedAt: Date.now(),
        retained: false,
      }))();
    this.#writing.add(written);
    try {
      await written;
      this.#counts.stored += 1;
    } catch (error) {
      this.#counts.failed += 1;
      this.#counted.add(client);
      this.#report({ level: "error", event: "broker-not-stored", user: account.name });
      throw error;
    } finally {
      this.#writing.delete(written);
    }
  }

  /** A client that ended with an error that is not counted yet. Networks that break are not a refusal. */
  #ended(client: Client, error: Error): void {
    if (this.#counted.has(client) || this.#closing || "code" in error) return;
    this.#counted.add(client);
    this.#refuse("protocol", this.#accounts.get(client)?.name);
  }

  #refuse(reason: BrokerRefusal, user?: string): void {
    this.#refused[reason] += 1;
    this.#report({ level: "warn", event: "broker-refused", reason, ...(user === undefined ? {} : { user }) });
  }
}

function refusal(denied: Denial): AuthenticateError {
  const returnCode =
    denied === "busy"
      ? UNAVAILABLE
      : denied === "password" || denied === "anonymous"
        ? BAD_PASSWORD
        : NOT_AUTHORIZED;
  return Object.assign(new Error(denied), { returnCode });
}
