// SPDX-License-Identifier: GPL-3.0-or-later
import { connect, type MqttClient } from "mqtt";
import { until } from "./until.ts";

/** Milliseconds until a device tries to connect again. */
const AGAIN = 150;

/** A reading as the device sends it: Unix seconds and mg/dL. */
export type Sample = { readonly t: number; readonly v: number };

export interface Account {
  readonly name: string;
  readonly password: string;
}

/** A device at a bed: QoS 1, a session that lasts, and its own user. What is not acknowledged it sends again. */
export class Device {
  readonly name: string;
  /** Messages that it has to send. */
  messages = 0;
  acknowledged = 0;
  /** Messages that left it, those that left it again among them. */
  sent = 0;
  /** Called at every acknowledgement. */
  heard: () => void = () => undefined;
  readonly #client: MqttClient;
  readonly #open = new Set<Promise<void>>();

  private constructor({ name, password }: Account, port: number) {
    this.name = name;
    this.#client = connect({
      ...brokerAt(port),
      username: name,
      password,
      clientId: name,
      clean: false,
      reconnectPeriod: AGAIN,
    });
    // While the gateway is off.
    this.#client.on("error", () => undefined);
    this.#client.on("packetsend", ({ cmd }) => {
      if (cmd === "publish") this.sent += 1;
    });
  }

  static async connect(account: Account, port: number): Promise<Device> {
    const device = new Device(account, port);
    await until(`${account.name} is connected`, () => device.#client.connected);
    return device;
  }

  /** Messages that it has not heard of. */
  get waiting(): number {
    return this.messages - this.acknowledged;
  }

  /** Has messages sent, and does not wait for it. */
  send(samples: readonly Sample[]): void {
    for (const sample of samples) {
      this.messages += 1;
      const acknowledged = this.#client
        .publishAsync(topicOf(this.name), JSON.stringify(sample), { qos: 1 })
        .then(() => {
          this.acknowledged += 1;
          this.heard();
        })
        // Only when the device is ended.
        .catch(() => undefined)
        .finally(() => this.#open.delete(acknowledged));
      this.#open.add(acknowledged);
    }
  }

  /** Waits until everything is acknowledged, over whatever happens to the gateway meanwhile. */
  async settle(): Promise<void> {
    await Promise.all(this.#open);
  }

  async end(): Promise<void> {
    await this.#client.endAsync(true);
  }
}

/**
 * Connects once and sends one message.
 * @param account none for somebody without one
 * @returns whether the broker acknowledged it; else it refused the connection, or cut it
 */
export async function sendOnce(
  port: number,
  account: Account | undefined,
  topic: string,
  sample: Sample,
): Promise<boolean> {
  const client = connect({
    ...brokerAt(port),
    clientId: account?.name ?? "nobody",
    ...(account === undefined ? {} : { username: account.name, password: account.password }),
    reconnectPeriod: 0,
  });
  client.on("error", () => undefined);
  try {
    return await Promise.race([
      client.publishAsync(topic, JSON.stringify(sample), { qos: 1 }).then(
        () => true,
        () => false,
      ),
      new Promise<boolean>((resolve) => client.once("close", () => resolve(false))),
    ]);
  } finally {
    await client.endAsync(true);
  }
}

export function topicOf(bed: string): string {
  return `devices/${bed}/glucose`;
}

function brokerAt(port: number) {
  return { host: "127.0.0.1", port, protocol: "mqtt" } as const;
}
